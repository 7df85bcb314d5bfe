"""A verdict: what a check found out about an answer, as data that notebook, grader, report and feedback share.

`words` says it in English, and nothing else does.
"""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple

RIGHT, WRONG, OPEN, REVIEW = "right", "wrong", "open", "review"
SIGNS = {RIGHT: "✓", WRONG: "✗", OPEN: "–", REVIEW: "?"}
LONGEST = 400  # characters of a text in a verdict
PRINTED = " (what your function printed is hidden here: call it yourself to see it)"


class Known(NamedTuple):
    """A known mistake: its id, which no other mistake of the question has, and the words that name it."""

    id: str
    message: str


@dataclass(frozen=True)
class Fact:
    """What was found: which kind of fact, one of those that `_of` words, and its parts, as JSON can hold them."""

    kind: str
    parts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer.

    mark: RIGHT; WRONG; OPEN, there is no answer yet; or REVIEW, a person must look
    points: of a right answer
    fact: what is wrong first, or why a person must look
    mistake: the known mistake that the answer makes
    earlier: (id, name of the function) of an earlier question, if it is the learner's answer to that one that is wrong
    advice: what may help with an error
    only_hidden: whether it is right for all inputs that the learner has seen
    printed: whether the answer printed something that was not shown
    example: rows (name, text) of one case that shows it, where a grader keeps them; of hidden inputs if `only_hidden`
    """

    question: str
    mark: str
    points: int = 0
    fact: Fact | None = None
    mistake: Known | None = None
    earlier: tuple | None = None
    advice: str = ""
    only_hidden: bool = False
    printed: bool = False
    example: tuple = field(default=(), compare=False)

    def data(self):
        """The verdict as JSON can hold it: dicts, and texts of one line that every program can store."""
        return _plain(asdict(self))

    @classmethod
    def of(cls, data):
        """The verdict that `data` made; ValueError if it is none."""
        try:
            data = dict(data)
            if data["mark"] not in SIGNS:
                raise ValueError(data["mark"])
            fact, mistake, earlier = data.pop("fact"), data.pop("mistake"), data.pop("earlier")
            return cls(
                fact=fact and Fact(**fact),
                mistake=mistake and Known(*mistake),
                earlier=earlier and tuple(earlier),
                example=tuple((str(name), str(text)) for name, text in data.pop("example", ())),
                **data,
            )
        except (KeyError, TypeError, ValueError):
            raise ValueError("this is no verdict.") from None


def review(question, why):
    """The verdict that a person must look at an answer, and why."""
    return Verdict(question, REVIEW, fact=Fact("text", {"text": why}))


def line(verdict):
    """The line that a check prints."""
    said = {WRONG: "not yet: ", REVIEW: "needs review: "}.get(verdict.mark, "")
    return f"{SIGNS[verdict.mark]} {verdict.question} {said}{words(verdict)}"


def words(verdict):
    """A verdict in words, without its mark: what is wrong first, and why."""
    if verdict.mark == RIGHT:
        return f"solved ({verdict.points} point{'s' if verdict.points != 1 else ''})"
    if verdict.mark == OPEN:
        return "not attempted yet"
    because = _because(verdict)
    if verdict.only_hidden:
        said = "; ".join(["right for the inputs of the notebook's check, but not for others", *because])
    elif verdict.fact.kind == "values" and because:
        said = f"{_lead(verdict.fact)}: {because[0]}"
    else:
        said = "; ".join([_of(verdict.fact), *because])
    return f"{said}{PRINTED if verdict.printed else ''}"


def _because(verdict):
    """Why it is so, if that is known: a list of one sentence, or none."""
    if verdict.earlier:
        id, name = verdict.earlier
        return [f"this comes from your {name}, check {id} first"]
    return [verdict.mistake.message] if verdict.mistake else [verdict.advice] if verdict.advice else []


def _lead(fact):
    """How a sentence on wrong values begins."""
    return fact.parts.get("lead") or ("shape right, values wrong" if fact.parts["shaped"] else "values wrong")


def _of(fact):
    """A fact in words."""
    part = fact.parts
    where = f"{part['array']}: " if part.get("array") else ""
    match fact.kind:
        case "text":
            return part["text"]
        case "values":
            return _of_values(fact)
        case "not a function":
            return f"the function {part['wanted']} was expected, got {part['got']}"
        case "no function":
            return f"there is no function {part['wanted']}"
        case "arguments":
            return f"wrong number of arguments: it takes {part['got']}, it must take {part['wanted']}"
        case "unwritten":
            return f"it calls an answer that is still missing ({part['stub']})"
        case "late":
            after = f"after {part['seconds']:g} s" if part.get("seconds") else "in time"
            return f"no result {after}: is it slow, or is there a loop that never ends?"
        case "None":
            return "it returned None: did you forget `return`?"
        case "type":
            return f"{where}{part['wanted']} was expected, got {part['got']}"
        case "complex":
            return f"{where}real numbers were expected, got complex ones"
        case "shape":
            remark = {"values": " (this is the transpose)", "shape": " (the shape of the transpose)"}
            wanted = part["wanted"] if part["wanted"] != "()" else "(), one number"
            return f"{where}wrong shape: got {part['got']}, expected {wanted}{remark.get(part['transposed'], '')}"
        case "nan":
            return f"{where}{part['count']} of {part['size']} values are nan or infinite"
        case "keys":
            if part["missing"]:
                return f"the dict has no {', '.join(part['missing'])}"
            return f"the dict should not have {', '.join(part['surplus'])}"
        case "changed":
            return f"it changes its input {part['names'][0]} in place: work on a copy"
        case "stale":
            return (
                f"the cell that defines {part['name']} failed when it was run last ({part['error']}): "
                f"mend it and run it again, until then {part['name']} is the one from before"
            )
        case "again":
            return (
                "right at first, but not when it is called again with the same inputs in another order: "
                "what it returns must depend on its arguments alone, not on earlier calls or on chance"
            )
        case "raised":
            error = f"{part['error']}: {part['text']}" if part["text"] else part["error"]
            return f"{error}, given {part['given']}"
        case "cell failed":
            return f"its cell fails: {part['error']}"
    raise ValueError(f"there are no words for a fact of the kind {fact.kind!r}.")


def _of_values(fact):
    """What is wrong with numbers, in words."""
    part = fact.parts
    if "text" in part:
        return part["text"]
    arrays = ""
    if part.get("wrong"):
        right = f" ({', '.join(part['right'])} right)" if part["right"] else ""
        arrays = f"{', '.join(part['wrong'])} wrong{right}, "
    given = f", given {part['given']}" if part.get("given") else ""
    match part["how"]:
        case "nearly":
            why = "was a small number added, something rounded, or a difference taken for a derivative?"
            if part.get("single"):
                why = "float32 has no more than 7 digits, so compute in float64, as NumPy does unless told otherwise"
            return f"{_lead(fact)}: nearly right, to {part['digits']} digits, but not exact: {why}"
        case "zero":
            said = "it returned 0" if part["number"] else "every entry is 0"
        case "sign":
            said = "the sign is flipped"
        case "factor":
            said = f"off by the factor {part['factor']:.6g}{_everywhere(part)}"
        case "size":
            said = f"too {part['way']} by the factor {part['factor']} = {part['counts']}{_everywhere(part)}"
        case "number":
            said = f"it returned {part['value']:.6g}, which is too {part['way']}{given}"
        case "entries":
            said = _of_entries(part, given)
    return f"{_lead(fact)}: {arrays}{said}"


def _everywhere(part):
    return " in all cases that are wrong" if part["number"] else " in all entries"


def _of_entries(part, given):
    """Which entries of arrays are off, in words: one of few by itself, of many how many and by how much."""
    name, index, value, way = part["first"]
    which = f"{name}{index}"
    if part["of"] == 2 and not name:
        which = ("the first", "the second")[index == "[1]"] + " of the two numbers"
        if part["count"] == 1:
            return f"{which} is off: {value:.6g} is too {way}, the other is right{given}"
    elif part["count"] == 1:
        return f"of {part['of']} entries only {which} is off: {value:.6g} is too {way}"
    return (
        f"{part['count']} of {part['of']} entries are off, the worst by {part['worst']:.1g} of the largest entry; "
        f"{which} is {value:.6g}, too {way}"
    )


def shortened(text, most=LONGEST):
    """A text on one line, and if it is too long its beginning and an ellipsis."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 4].rstrip()} ..."


def _plain(value):
    """Tuples as lists, and each text as one line of what UTF-8 can hold."""
    if isinstance(value, str):
        return shortened(value.encode("utf-8", "backslashreplace").decode())
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
