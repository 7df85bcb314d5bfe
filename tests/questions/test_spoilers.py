r"""Nothing above a prediction answers it: no title, heading, box, formula or picture, and no earlier lesson.

For each question the words that would give its right option away, as a pattern. A sentence that has them above the
prompt is a spoiler: say it below, or ask something else. The pattern cannot know every way to say a thing: read also.
"""

import re
from pathlib import Path

import pytest

from course_utils.authoring import content, stored
from course_utils.questions import predictions

ROOT = Path(__file__).resolve().parents[2]
TELLS = {
    "01-shape": r"whatever the shape|in (either|both|any) shape",
    "01-phi-prime-where": r"\\varphi'\(z",
    "01-finite-difference": r"better (at first|until).*worse|worse again|step.{0,30}too small",
    "02-zero-tanh": r"only the output bias|output bias alone",
    "02-zero-sigmoid": r"sigmoid.*(equal to each other|stay(s)? one neuron|equal rows)",
    "02-constant": r"(behaves?|acts?) like one|(is|are|stays?|remains?) one (single )?neuron",
    "02-wider": r"how it trains|n\\eta|step size.{0,20}times n",
    "02-one-ulp": r"grows? (step by step|exponentially)|visibly different",
    "02-dropout": r"dropout (of|on|in) (the )?hidden",
    "02-trap": r"never part|residuals.{0,20}sum to zero|M \\mathbf 1 = 0",
    "03-table": r"\b(8|eight) (of (them|27|the)|stay|starts|remain)",
    "03-identity": r"relabel.{0,20}(both|two) layers|both layers at once",
    "03-sums": r"row sums (alone|only)|equal row sums do not|different errors come back to",
    "03-columns": r"c_i < 0",
    "03-rank": r"\b(10|ten|nine)\b.{0,40}(rank|independent)|rank.{0,30}\b(10|ten|nine)\b",
    "03-two-zeros": r"never depends? on|waits? for (the other|each other)|learns? (only )?constants",
    "04-first-rows": r"one (and the same )?image",
    "04-relu": r"multiples of one|relu.{0,60}one (single )?neuron|relu.{0,60}one ray",
    "04-adam": r"adam (frees|separates)|dead (ones )?stay dead|only multiplies and adds",
    "04-second-layer": r"one ray in layer 2|second layer.{0,20}one ray",
    "04-lag": r"any biases|whatever the (hidden )?biases|biases.{0,40}(no|not) (sooner|earlier)",
    "04-square": r"squaring|square of the (one|gradient|push)|squared from layer",
    "04-critical": r"class frequencies",
    "04-saddle": r"one hidden layer.{0,20}strict saddle|two or more.{0,40}no",
    "05-std": r"standard deviation of (its|the) sum.{0,20}8|\\sqrt\{?64|is about 8\b",
    "05-gradient": r"gradient.{0,40}\b(grows|gets? larger|is larger)|larger gradient",
    "05-linear-most": r"the smaller.{0,40}linear|smallest weights",
    "05-no-bias": r"at most half|50 %|(at|below) one half",
    "05-output-size": r"0\.75",
    "06-relu-scale": r"halves (it|the (mean|second))|second moment|2\s*/\s*n\b|half of the mean square",
    "06-plateau": r"\(2l\)|2l\}|ever (more slowly|slower)|no plateau|slow, endless",
    "06-saturated-deep": r"saturated.{0,10}and.{0,10}growing|thousands? of times|growing gradients",
    "06-small": r"at chance|barely",
    "06-orthogonal": r"isometr|nearly in tanh",
    "07-large-weights": r"training (itself )?(suffers|only much further)|(train|fits?).{0,30}falls only beyond",
    "07-inside": r"hidden (weights|matrices) that|large hidden matrices",
    "07-ratio": r"where (to|they lead)|blind|within a factor of ten|smallest ratio 10",
    "07-normalise-zero": r"zero stays? (all )?zero|gradients? stays? .{0,10}zero",
    "07-normalise-scale": r"\\eta\s*/\s*\\sigma|step size.{0,30}divided",
    "07-skip-zero": r"as well as from a random|wire goes round|(a|its) way round",
    "08-zero-output": r"(only|just) the output layer|does no harm|output layer.{0,80}one step later",
    "08-lora-both": r"waits? for (the other|each other)|two zeros?.{0,60}never",
    "08-control": r"goes round|ways? round|first Z_?2|Z_?2.{0,10}first",
    "08-identity": r"65\b|kinds? of neuron|one more kind",
    "08-log-prior": r"more than the entropy|adds (its own|a) term",
    "08-pytorch": r"0\.577|0\.58\b",
    "10-queries": r"quer.{0,40}stays? zero forever|W_Q.{0,40}never",
    "10-gate": r"sigmoid gate|gate.{0,60}\\varphi\(0\) \\ne",
    "10-embedding": r"equal coordinates|coordinates are (the )?twins",
    "10-stream": r"without a norm|no normali[sz]ation",
    "10-second-step": r"astronomical|branches.{0,40}multiply",
    "10-width": r"divided? .{0,20}by the width|smaller step\b",
    "10-norm-errors": r"hundred million|pi - 1",
}


def sentences(cell):
    """What a reader sees in a cell: its sentences, or the words of its pictures and what it prints."""
    if cell.cell_type == "markdown":
        return [s for s in re.split(r"(?<=[.?!:])\s+|\n\s*\n|\n(?=[-#|>\d])", cell.source) if s.strip()]
    alt = cell.metadata.get("course", {}).get("alt", [])
    return [*([alt] if isinstance(alt, str) else alt), *(o.text for o in cell.outputs if "text" in o)]


def prompts():
    """(id of a question, [(where, sentence)] above its prompt), in the course's order."""
    earlier = []  # what the lessons before have said and shown
    for folder in content.LESSONS:
        for path in content.notebooks(ROOT, folder):
            above = [*earlier] if folder == "notebooks" else []
            for cell in stored.read(path).cells:
                asked = re.search(r'^predict\("(.+)"\)', cell.source, re.MULTILINE)
                if cell.cell_type == "code" and asked:
                    yield asked[1], [*above]
                above += [(f"{path.stem} {cell.id}", sentence) for sentence in sentences(cell)]
            earlier = above if folder == "notebooks" else earlier


ABOVE = dict(prompts())


def spoilers(pattern, above):
    return [f"{place}: {' '.join(sentence.split())}" for place, sentence in above if re.search(pattern, sentence, re.I)]


def test_every_question_has_its_tells():
    assert set(TELLS) == {question["id"] for question in predictions.content()["question"]} == set(ABOVE)


@pytest.mark.parametrize("question", TELLS)
def test_nothing_above_a_prediction_answers_it(question):
    assert spoilers(TELLS[question], ABOVE[question]) == []


def test_a_spoiler_is_seen_in_a_heading_an_earlier_lesson_and_the_words_of_a_picture():
    seen = [("a", "## At most half is right"), ("b", "- It bends. At most half."), ("c", "A dotted line at one half.")]
    assert len(spoilers(TELLS["05-no-bias"], [*seen, ("d", "How good can it get?")])) == 3
