"""The exercises: made from the solution notebooks, with stubs where the solutions were."""

import ast
import copy
import re
from contextlib import suppress
from itertools import zip_longest

from course_utils import _files
from course_utils.authoring import stored

CODE_MARKER = re.compile(r"\s*#+\s*(BEGIN|END) SOLUTION\s*")
TEXT_MARKER = re.compile(r"\s*<!--\s*(BEGIN|END) SOLUTION\s*-->\s*")
STRAY_MARKER = re.compile(r"(BEGIN|END)\s+SOLUTION", re.IGNORECASE)
STEP = re.compile(r"\s*(# \d+\. .*)")
QUESTION = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*")


def release(solution_nb, name="the notebook"):
    """The exercise notebook of a solution notebook, never run.

    ValueError, with the name and the cell's id, if the solution notebook breaks a rule.
    """
    nb = stored.without_outputs(stored.normalise(solution_nb))
    nb.cells = [cell for cell in nb.cells if "solution-only" not in cell.metadata.get("tags", [])]
    answered, checked = set(), set()
    for cell in nb.cells:
        try:
            _check_metadata(cell, answered, checked)
            if cell.metadata.course.role == "answer":
                cell.source = _written_stub(cell.source) if cell.cell_type == "markdown" else _code_stub(cell)
            if STRAY_MARKER.search(cell.source):
                raise ValueError("a solution marker must stand on a line of its own, in an answer cell.")
        except ValueError as error:
            raise ValueError(f"{name}, cell {cell.id}: {error}") from None
        cell.metadata.pop("nbgrader", None)
        cell.metadata.update(_nbgrader(cell))
    return nb


def sources(root):
    """The solution notebooks of a course repository; ValueError if there are none."""
    paths = sorted((root / "solutions").glob("*.ipynb"))
    if not paths:
        raise ValueError("there are no notebooks in solutions/.")
    return paths


def make(root, source):
    """Make a solution's exercise and run it, so that its outputs are stored; True if that changed the exercise.

    ValueError if the solution breaks a rule, RuntimeError if a cell of the exercise fails: then nothing is written.
    """
    name = f"exercises/{source.name}"
    target = root / name
    exercise = release(stored.read(source), f"solutions/{source.name}")
    target.parent.mkdir(exist_ok=True)
    nb = stored.run(exercise, target.parent, name)
    with suppress(FileNotFoundError, ValueError):  # there may be none yet, or a broken one to replace
        stored.keep_pictures(nb, stored.normalise(stored.read(target)))
    return _files.write(stored.to_text(nb, name), target)


def out_of_date(root):
    """One sentence for each exercise that is not as `course release` makes it, with the command that helps."""
    found = []
    names = {source.name for source in sources(root)}
    for name in sorted(names | {path.name for path in (root / "exercises").glob("*.ipynb")}):
        if name not in names:
            found.append(f"exercises/{name} has no solutions/{name}; run: rm exercises/{name}")
        elif problem := _problem(root, name):
            found.append(problem)
    return found


def _problem(root, name):
    """What is wrong with the exercise of this file name, and the command that helps; None if nothing is."""
    target = root / "exercises" / name
    try:
        exercise = release(stored.read(root / "solutions" / name), f"solutions/{name}")
    except ValueError as error:
        return f"exercises/{name} cannot be made: {error}"
    reason = _difference(exercise, target)
    return reason and f"exercises/{name} {reason}; run: course release"


def _difference(exercise, target):
    """In what a stored exercise differs from the one given, outputs aside; None if in nothing."""
    if not target.exists():
        return "is missing"
    text = target.read_bytes().decode("utf-8")
    try:
        found = stored.parse(text, "it")
    except ValueError:
        return "is not a notebook"
    for wanted, cell in zip_longest(exercise.cells, found.cells):
        if wanted is None or cell is None or _kept(wanted) != _kept(cell):
            return f"differs in cell {(wanted or cell).get('id')}"
    # Only the outputs may differ: with those put in, the files must be the same to the byte.
    expected = copy.deepcopy(exercise)
    for wanted, cell in zip(expected.cells, found.cells, strict=True):
        if cell.cell_type == "code":
            wanted.outputs, wanted.execution_count = cell.outputs, cell.execution_count
            if cell.metadata.course.role == "check" and not cell.outputs:
                return f"has no output stored for cell {cell.id}"
    if stored.to_text(expected) != text:
        return "differs in its metadata or its layout"
    return None


def _kept(cell):
    """What of a cell must be the same in a stored exercise."""
    return {key: value for key, value in cell.items() if key not in ("outputs", "execution_count")}


def _check_metadata(cell, answered, checked):
    """Hold a cell's `course` metadata against the rules, and note its question; ValueError with the rule it breaks."""
    course = cell.metadata.get("course")
    if not isinstance(course, dict):
        raise ValueError('it has no "course" metadata: give it {"role": ...}.')
    role, question = course.get("role"), course.get("question")
    if role not in stored.ROLES:
        raise ValueError(f"its role is {role!r}: it must be one of {', '.join(stored.ROLES)}.")
    if role in ("setup", "text"):
        if "question" in course or "points" in course:
            raise ValueError(f"a {role} cell has no question and no points.")
        return
    if not isinstance(question, str) or not QUESTION.fullmatch(question):
        raise ValueError(f'its question is {question!r}: it must be a text such as "1.2".')
    if question in (answered if role == "answer" else checked):
        raise ValueError(f"question {question} has a second {role} cell.")
    if role == "answer":
        _check_answer(cell)
        answered.add(question)
    else:
        _check_check(cell, answered)
        checked.add(question)


def _check_answer(cell):
    """ValueError if code answers carry points: those belong to the check; a written answer has none."""
    if cell.cell_type == "markdown":
        _check_points(cell.metadata.course.get("points", 0))
    elif "points" in cell.metadata.course:
        raise ValueError("the points belong on the check, not on the answer.")


def _check_check(cell, answered):
    """ValueError if a check is not code, is worth nothing stated, or has no answer before it."""
    question = cell.metadata.course.question
    if cell.cell_type != "code":
        raise ValueError("a check must be a code cell.")
    if "points" not in cell.metadata.course:
        raise ValueError(f"the check of question {question} has no points.")
    _check_points(cell.metadata.course.points)
    if question not in answered:
        raise ValueError(f"the check of question {question} has no answer cell before it.")


def _check_points(points):
    """ValueError if this is no number of points."""
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise ValueError(f"its points are {points!r}: they must be a number, 0 or more.")


def _nbgrader(cell):
    """The metadata by which nbgrader (schema 3) knows an answer, a check or a locked cell; text has none."""
    course = cell.metadata.course
    if course.role == "text":
        return {}
    name = cell.id if course.role == "setup" else course.question.replace(".", "-")
    # nbgrader refuses a written answer that is not graded by hand.
    written = course.role == "answer" and cell.cell_type == "markdown"
    graded = written or course.role == "check"
    meta = {
        "grade": graded,
        "grade_id": f"{course.role}-{name}",
        "locked": course.role != "answer",
        "schema_version": 3,
        "solution": course.role == "answer",
        "task": False,
    }
    if graded:
        meta["points"] = course.get("points", 0)
    return {"nbgrader": meta}


def _blocks(lines, marker):
    """First and last line of each solution block, the markers; ValueError if they do not pair or there are none."""
    found, begin = [], None
    for n, line in enumerate(lines):
        match = marker.fullmatch(line)
        if not match:
            continue
        if match[1] == "BEGIN":
            if begin is not None:
                raise ValueError(f"BEGIN SOLUTION in line {n + 1} stands inside the block begun in line {begin + 1}.")
            begin = n
        elif begin is None:
            raise ValueError(f"END SOLUTION in line {n + 1} has no BEGIN SOLUTION.")
        else:
            found.append((begin, n))
            begin = None
    if begin is not None:
        raise ValueError(f"BEGIN SOLUTION in line {begin + 1} has no END SOLUTION.")
    if not found:
        raise ValueError("an answer cell needs a block between BEGIN SOLUTION and END SOLUTION.")
    return found


def _written_stub(source):
    """A written answer with each solution block replaced by an invitation."""
    lines = source.split("\n")
    for begin, end in reversed(_blocks(lines, TEXT_MARKER)):
        lines[begin : end + 1] = ["*Your answer here.*"]
    return "\n".join(lines)


def _code_stub(cell):
    """A code answer with each solution block replaced by its step comments and something to be replaced in turn."""
    question = cell.metadata.course.question
    lines = cell.source.split("\n")
    blocks = _blocks(lines, CODE_MARKER)
    tree = _parsed(cell.source, "the solution")
    for begin, end in reversed(blocks):
        block = [line for line in lines[begin + 1 : end] if line.strip()]
        if not block:
            raise ValueError(f"the solution block in line {begin + 1} is empty.")
        indent = block[0][: len(block[0]) - len(block[0].lstrip())]
        steps = [indent + match[1] for line in block if (match := STEP.fullmatch(line))]
        lines[begin : end + 1] = [*steps, indent + _placeholder(tree, begin + 1, end + 1, question)]
    stub = "\n".join(lines)
    _parsed(stub, "what is left without the solution")
    return stub


def _parsed(source, what):
    """The syntax tree of a source; ValueError if it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"{what} is not valid Python, line {error.lineno}: {error.msg}.") from None


def _placeholder(tree, first, last, question):
    """The statement for a solution block between two lines: a raise in a function, `name = ...` at module level."""
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.lineno < first <= node.end_lineno
    ]
    if functions:
        innermost = max(functions, key=lambda node: node.lineno)
        return f'raise NotImplementedError("{question}: write {innermost.name}")'
    inside = [node for node in tree.body if first < node.lineno < last]
    names = {name for node in inside for name in _assigned(node)}
    if len(names) != 1 or any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in inside):
        raise ValueError(f"the solution block in line {first} must stand in a function, or assign exactly one name.")
    return f"{names.pop()} = ...  # {question}: your answer"


def _assigned(node):
    """The names that an assignment binds; none for another statement."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for part in (part for target in targets for part in ast.walk(target)):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
