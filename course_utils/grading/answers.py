"""What a student wrote to each question, as a person reads it, and which answers are alike."""

import ast
import functools

from course_utils.grading import plan as plans

MOST = 6000  # characters of an answer that are kept
DOCUMENTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def of(cells, exercise):
    """Return {question: the source of the cells that answer it}, of the cells of a submission to an exercise.

    An answer in a cell that is not run is there as well. What is too long has its middle cut out.
    """
    plan = plans.plan(cells, exercise)
    found = {question: [] for question in exercise.names}
    for step, questions in zip(plan.steps, plan.origins, strict=True):
        for question in questions & found.keys() if "code" in step else ():
            found[question].append(step["code"])
    for cell in cells:
        question = plans.question_of(cell, exercise) if cell.kind != "code" else None
        if question in plan.odd:
            found[question].append(cell.source)
    found |= _in_words(cells, exercise)
    return {question: cut("\n\n".join(sources)) for question, sources in found.items() if sources}


def _in_words(cells, exercise):
    """{question: [text, ...]} of what was written in words: in its cell, and in cells of text right below it."""
    marked = exercise._replace(stubs=exercise.written)
    found, question = {}, None
    for cell in cells:
        here = plans.question_of(cell, marked)
        if here is None and cell.kind != "code":
            here = next((q for q, asked in exercise.written.items() if asked.stub.split("\n")[0] in cell.source), None)
        if here is None and (cell.kind == "code" or cell.metadata.get("course")):
            question = None
            continue
        question = here or question
        if question:
            given = {line.strip() for line in exercise.written[question].stub.split("\n")}
            lines = [line for line in cell.source.split("\n") if not line.strip() or line.strip() not in given]
            found.setdefault(question, []).extend(filter(None, ["\n".join(lines).strip()]))
    return found


def cut(text):
    """Return a text that is not too long, without what cannot be stored."""
    text = text.strip("\n").encode("utf-8", "replace").decode()
    if len(text) <= MOST:
        return text
    return f"{text[: MOST // 2]}\n[... {len(text) - MOST} more characters: open the notebook ...]\n{text[-MOST // 2 :]}"


@functools.lru_cache(maxsize=4096)
def plain(source):
    """Return what of an answer counts: without comments, docstrings and spaces, as far as it is Python."""
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            first = node.body[0] if isinstance(node, DOCUMENTED) else None
            if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
                node.body[0] = ast.Pass()
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(line.rstrip() for line in source.split("\n"))


def names(source):
    """Return the names that an answer mentions and does not define itself, as far as it is Python."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    defined = {node.name for node in nodes if isinstance(node, DOCUMENTED)}
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)} - defined
