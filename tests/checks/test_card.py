"""What a check shows in a notebook: a card with an example, in HTML and in plain text; and of a cell that failed."""

import nbclient
import nbformat
import numpy as np
import pytest

from course_utils.checks import QUESTIONS, card
from course_utils.checks.core import examined
from course_utils.checks.verdict import line

SLOPE = "def lecun_tanh_derivative(z):\n    return {} * (1 - np.tanh(2 * z / 3) ** 2)"
RIGHT, CHECK = SLOPE.format("1.7159 * 2 / 3"), 'check("1.1", lecun_tanh_derivative)'


def shown(name, answer):
    """The card of an answer in plain text, and in HTML."""
    question = QUESTIONS[name]
    verdict, calls = examined(question, answer)
    bundle = card.Card(verdict, card.example(question, verdict, calls, answer))._repr_mimebundle_()
    assert bundle["text/plain"].split("\n")[0] == line(verdict)
    return bundle["text/plain"], bundle["text/html"]


def test_a_wrong_value_is_shown_beside_the_right_one_for_the_smallest_inputs():
    plain, html = shown("1.1", lambda z: 1.7159 * (1 - np.tanh(2 * z / 3) ** 2))
    z, yours, right = (float(row.split("[")[1].strip("]")) for row in plain.splitlines()[1:])
    assert [row.split()[0] for row in plain.splitlines()[1:]] == ["z", "yours", "right"]
    assert right == pytest.approx(QUESTIONS["1.1"].reference(z), rel=1e-2) and yours == pytest.approx(1.5 * right, 1e-2)
    assert "<pre" in html and str(z) in html


def test_of_a_dict_the_array_that_is_wrong_is_shown():
    def answer(params, x, targets):
        return {n: g + (n == "b1") for n, g in QUESTIONS["1.4"].reference(params, x, targets).items()}

    names = [
        row.split("  ")[1] for row in shown("1.4", answer)[0].splitlines() if row.startswith("  ") and row[2] != " "
    ]
    assert names == ["W1", "b1", "W2", "b2", "x", "targets", "your b1", "right b1"]


def test_the_line_that_fails_is_shown():
    def answer(delta_next, W_next, z):
        here = delta_next @ W_next
        return here * z.sum(axis=1)  # <-- here

    plain, html = shown("1.3", answer)
    number = answer.__code__.co_firstlineno + 2
    assert plain.splitlines()[-1].split() == f"line {number} return here * z.sum(axis=1) # <-- here".split()
    assert "&lt;-- here" in html and "<-- here" not in html


def test_other_verdicts_have_no_example():
    for name, answer in (("1.1", QUESTIONS["1.1"].reference), ("1.1", ...), ("2.5", lambda params, x: params)):
        assert "\n" not in shown(name, answer)[0]


def test_cards_are_shown_for_whatever_is_wrong_with_any_question():
    for name, question in QUESTIONS.items():
        answers = [answer for mistake in question.mistakes.values() for answer in mistake.answers[:1]][:4]
        for answer in answers:
            plain, html = shown(name, answer)
            assert len(plain) < 1500 and len(plain.splitlines()) < 40 and html.count("<tr") == html.count("</tr>")


@pytest.mark.slow
def test_after_a_cell_that_failed_the_function_from_before_is_not_solved(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path))
    failed = {  # whether the function is still the old one afterwards
        RIGHT[:-1]: True,
        f"1 / 0\n{RIGHT}": True,
        f"{RIGHT}\n1 / 0": False,
        RIGHT: False,
        "%nothing\n" + RIGHT: True,
    }
    sources = ["import numpy as np\nfrom course_utils.checks import check", RIGHT, CHECK]
    for source in failed:
        sources += [source, CHECK]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nbclient.NotebookClient(nb, allow_errors=True, kernel_name="python3").execute()
    said = [cell.outputs[0].data["text/plain"] for cell in nb.cells if cell.source == CHECK]
    assert said[0] == "✓ 1.1 solved (2 points)"
    for text, stale in zip(said[1:], failed.values(), strict=True):
        assert ("the cell that defines lecun_tanh_derivative failed" in text) == stale
    assert "(SyntaxError: " in said[1] and ", line 2)" in said[1] and "(ZeroDivisionError: " in said[2]
