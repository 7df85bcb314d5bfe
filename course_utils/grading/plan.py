"""What of a submission is run: all of its own code in its order, and each question's check after that question's code.

Cells are known by their metadata, else by their id, else by the name they define. Only what is word for word as it was
released is passed over: stubs and checks. The released set-up is run first, whatever became of it.
"""

import ast
import functools
import re
from typing import NamedTuple

from course_utils.grading.sandbox import host

CHECK = re.compile(r"\bcheck\(\s*[\"']([\w.]+)[\"']")
MOST_PLACES = 5  # at which one answer is checked: after the last cells that define it
MOST_SOURCE = 10**6  # characters of a cell that are parsed
WORD = re.compile(r"[^\W\d]\w*")
# Bounded: a pattern that looks at a long cell again from each of its places would keep the grader busy for hours.
HEADING = re.compile(r"^[^#\n]{0,20}#{1,6}[^\n]{0,200}?\bExercise[ \t]{1,9}0{0,9}(\d{1,9})\b", re.I | re.M)


class Released(NamedTuple):
    """An exercise as it was handed out: its number, its cells, and by question the name wanted."""

    number: str
    setup: tuple  # sources
    stubs: dict  # {question: source}
    checks: dict  # {question: source}
    names: dict  # {question: name of the function}
    intro: str = ""  # the first cell: a heading, and the lesson it belongs to
    written: dict = {}  # noqa: RUF012 ({question: `Written`}, never changed)


class Written(NamedTuple):
    """A question that is answered in words, which a person reads: its points, its cell, and the solution's words."""

    points: float
    stub: str
    rubric: str


class Plan(NamedTuple):
    """What is run.

    steps: as the sandbox takes them, but checks without their inputs
    origins: for each step the questions whose code it is
    untouched: questions with no code of their own
    odd: {question: why a person should look at it}
    builds_on: {question: the earlier ones whose functions its own reads, in their order}
    reads: {question: the names that its function reads, by itself or by way of other code, and its own}
    content: the questions whose check was content where the notebook was saved, as its outputs say
    """

    steps: list
    origins: list
    untouched: set
    odd: dict
    builds_on: dict = {}  # noqa: RUF012 (never changed)
    reads: dict = {}  # noqa: RUF012
    content: frozenset = frozenset()

    @property
    def asked(self):
        """The questions that are looked at."""
        return list(dict.fromkeys(step["check"] for step in self.steps if "check" in step))


def released(nb, names, rubrics):
    """Return an exercise notebook as `Released`.

    names: {question: name of the function} of the questions asked; rubrics: {question: the solution's words} of those
    that are answered in words
    """
    parts = {"setup": [], "answer": {}, "check": {}}
    written = {}
    for cell in nb.cells:
        course = cell.metadata.course
        if course.role == "setup":
            parts["setup"].append(cell.source)
        elif course.get("question") in rubrics:
            written[course.question] = Written(course.get("points", 0), cell.source, rubrics[course.question])
        elif course.role in ("answer", "check"):
            parts[course.role][course.question] = cell.source
    number = next(iter(parts["answer"])).split(".")[0]
    return Released(number, tuple(parts["setup"]), parts["answer"], parts["check"], names, nb.cells[0].source, written)


def which(cells, exercises):
    """Return the exercise that most of the cells belong to; None if none of them belongs to any."""
    found = votes(cells, exercises)
    best = max(found, key=found.get)
    return best if found[best] else None


def votes(cells, exercises):
    """Return {exercise: how much in the cells speaks for it}."""
    votes = dict.fromkeys(exercises, 0)
    for cell in cells:
        for number, exercise in exercises.items():
            heading = HEADING.search(cell.source) if cell.kind == "markdown" else None
            votes[number] += 3 * bool(heading and heading[1] == number)
            checked = [name for name in CHECK.findall(cell.source) if name in exercise.stubs]
            votes[number] += len(checked) + 2 * bool(question_of(cell, exercise))
            votes[number] += cell.kind == "code" and not _bound(cell.source).isdisjoint(exercise.names.values())
    return votes


def plan(cells, exercise):
    """Return the `Plan` for the cells of a submission to an exercise."""
    steps = [{"code": source} for source in exercise.setup]
    origins = [set() for _ in steps]
    places, odd = {question: [] for question in exercise.names}, {}
    standing = {}  # where the check of a question stands as it was released
    stubs = {_same(source) for source in exercise.stubs.values()}
    checks = {_same(source): question for question, source in exercise.checks.items()}
    for cell in cells:
        if cell.kind != "code":
            odd |= _not_run(cell, exercise)
            continue
        source = _same(cell.source)
        if source in checks:
            standing[checks[source]] = len(steps)
        if not source or source in stubs or source in checks:
            continue
        bound = _bound(cell.source)
        # Where a cell's mark says one question and its code another, the code is right.
        questions = {q for q, name in exercise.names.items() if name in bound} or {question_of(cell, exercise)} - {None}
        questions |= _checked(cell.source) & set(exercise.names)  # it may be given another function
        steps.append({"code": cell.source})
        origins.append(questions)
        for question in questions:
            places[question].append(len(steps))
    untouched = {question for question, found in places.items() if not found}
    # A name may be bound in a way that cannot be read off the code: then the end of the notebook decides.
    stops = [(at, q, "") for q, found in places.items() for at in (found[-MOST_PLACES:] or [len(steps)])]
    # What an answer needs may stand below it: before the check, which then was satisfied, or anywhere.
    stops += [(at, q, "check") for q, at in standing.items() if places[q] and at > places[q][-1]]
    stops += [(len(steps), q, "end") for q, found in places.items() if found and found[-1] < len(steps)]
    for at, question, again in sorted(stops, reverse=True):
        steps.insert(at, {"check": question, "function": exercise.names[question], "again": again})
        origins.insert(at, {question})
    for step in steps:
        step["seconds"] = host.CELL_SECONDS if "code" in step else host.CHECK_SECONDS
    own = [step["code"] for step in steps[len(exercise.setup) :] if "code" in step]
    reads, order = _reads(own, exercise), list(exercise.names)
    builds_on = {q: [e for e in order[: order.index(q)] if exercise.names[e] in reads[q]] for q in order}
    content = frozenset(question for cell in cells for question in cell.solved)
    return Plan(steps, origins, untouched, odd, builds_on, reads, content)


def once_more(plan, exercise, right, failed):
    """Return a `Plan` that looks once more at failed questions, with right answers to earlier ones that are not right.

    right, failed: questions

    Each right answer is put where the student's own has been defined, or at the start if there is none, so that all
    code that stands below builds on it. No question is looked at once its own right answer is there: then nothing in
    the process of a submission knows what a question that counts is looked at for. None if no question builds on any.
    """
    needs = {question: [e for e in plan.builds_on.get(question, ()) if e not in right] for question in failed}
    asked = [question for question in exercise.names if needs.get(question)]
    replaced = [e for e in exercise.names if any(e in needs[question] for question in asked)]
    if not asked:
        return None
    ends = {question: [len(exercise.setup)] for question in exercise.names}  # where a cell of its has just been run
    looks, below = {question: [] for question in asked}, {}
    for at, (step, questions) in enumerate(zip(plan.steps, plan.origins, strict=True)):
        if "code" in step:
            bound = _bound(step["code"])
            below |= {question: at + 1 for question in asked if not bound.isdisjoint(plan.reads[question])}
        for question in questions:
            if "code" in step:
                ends[question].append(at + 1)
            elif question in looks and step["again"] != "end":
                looks[question].append(at)
    for question, places in looks.items():
        places[:] = [at for at in places if at >= ends[question][-1]]
        last = max(ends[question][-1], *(ends[e][-1] for e in needs[question]), below.get(question, 0))
        places.append(max([last, *places]) if question in replaced else len(plan.steps))
    new = [(at, question, 0) for question, places in looks.items() for at in sorted(set(places))]
    new += [(at, e, 1) for e in replaced for at in (ends[e] if e not in looks else looks[e][-1:])]
    order = list(exercise.names)
    new.sort(key=lambda entry: (entry[0], order.index(entry[1]), entry[2]))
    steps, origins = [], []
    for at in range(len(plan.steps) + 1):
        for _, question, put in (entry for entry in new if entry[0] == at):
            name = exercise.names[question]
            look = {"check": question, "function": name, "again": "look", "seconds": host.CHECK_SECONDS}
            steps.append({"put": name, "value": question} if put else look)
            origins.append({question})
        if at < len(plan.steps) and "code" in plan.steps[at]:
            steps.append(plan.steps[at])
            origins.append(plan.origins[at])
    return Plan(steps, origins, set(), {}, needs, plan.reads, plan.content)


def _reads(sources, exercise):
    """{question: the names that its function reads, by itself or by way of other code in these sources}."""
    reads = {}
    for source in sources:
        for names, words in _statements(source):
            for name in names:
                reads.setdefault(name, set()).update(words)
    found = {}
    for question, name in exercise.names.items():
        known, new = set(), {name}
        while new:
            known |= new
            new = set().union(*(reads.get(each, ()) for each in new)) - known
        found[question] = known
    return found


def _statements(source):
    """Yield (names that it binds, words that it reads) of each statement at the top level of a cell."""
    tree = _tree(source)
    if tree is None:
        yield _bound(source), set(WORD.findall(source[:MOST_SOURCE]))
        return
    for statement in tree.body:
        words = set()
        for node in ast.walk(statement):
            for text in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "value", "")):
                if isinstance(text, str):  # what stands in quotes may be a name, too
                    words.update(WORD.findall(text[:1000]))
        yield _names(statement), words


def question_of(cell, exercise):
    """Return the question that a cell's metadata, or its id, calls it the answer to; None if there is none."""
    course, nbgrader = cell.metadata.get("course"), cell.metadata.get("nbgrader")
    if isinstance(course, dict) and course.get("role") == "answer":
        question = course.get("question")
        if isinstance(question, str) and question in exercise.stubs:
            return question
    marks = [cell.id, nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None]
    for mark in marks:
        match = re.fullmatch(r"(?:q|answer-)(\d+-\d+)(?:-answer)?", str(mark))
        if match and match[1].replace("-", ".") in exercise.stubs:
            return match[1].replace("-", ".")
    return None


def _not_run(cell, exercise):
    """{question: why to look} if a cell that is not code looks like an answer."""
    marked = question_of(cell, exercise)
    questions = {q for q, name in exercise.names.items() if name in _bound(cell.source)} | {marked} - {None}
    return {q: f"its answer stands in a {cell.kind} cell, which is not run" for q in questions}


def _same(source):
    """A source as it is compared: white space at the ends of lines and of the whole does not count."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


def _tree(source):
    """The syntax tree of a cell's code, without IPython's own lines; None if it is no Python."""
    if len(source) > MOST_SOURCE:
        return None
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))]
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _checked(source):
    """The questions whose check a cell calls."""
    calls = [node for node in ast.walk(_tree(source) or ast.Module()) if isinstance(node, ast.Call) and node.args]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]
    return {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}


@functools.lru_cache(maxsize=8)  # asked for once for each exercise
def _bound(source):
    """The names that a cell's code binds at its top level, also under conditions; guessed if it is no Python."""
    tree = _tree(source)
    if tree is None:
        return set(re.findall(r"^[ \t]*def (\w+)", source, re.MULTILINE)) | set(
            re.findall(r"^(\w+) *=[^=]", source, re.MULTILINE)
        )
    return set().union(*map(_names, tree.body))


def _names(statement):
    """The names that a statement binds where it stands, also under conditions."""
    found, nodes = set(), [statement]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda):
            nodes.extend(ast.iter_child_nodes(node))
    return found
