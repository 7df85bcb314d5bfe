"""Which tests and notebooks a change touches: those that import it, directly or not, or name it, the nearest first."""

import ast
import json
import re
import subprocess
from pathlib import Path

FOLDERS = ("course_utils", "tests", "notebooks", "solutions", "exercises")
# In these a function imports what its name stands for: only who names the function gets what it imports.
CHOICES = ("explorers/__init__.py", "commands.py")


class Source:
    """A file of Python, or the code of a notebook: what it imports, and what it names."""

    def __init__(self, root, path):
        self.path, self.name = path, path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            cells = (cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
            lines = "\n".join("".join(cell["source"]) for cell in cells).splitlines()
            text = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        try:
            self.tree = ast.parse(text)
        except SyntaxError:  # it will be said by the test that runs it
            self.tree = ast.Module([], [])

        self.words, self.imports = set(), []
        self._walk(self.tree, None)

    def _walk(self, node, function):
        """Note the names and texts below a node, and what is imported there: [(function or None, module)]."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                self.imports += [(function, alias.name) for alias in child.names]
            elif isinstance(child, ast.ImportFrom) and child.module:
                self.imports += [(function, f"{child.module}.{alias.name}") for alias in child.names]
            elif isinstance(child, ast.Constant) and isinstance(child.value, str):
                self.words.add(child.value)
                if child.value.startswith("course_utils."):  # run by its name, in a process of its own
                    self.imports.append((function, child.value))
            elif isinstance(child, ast.Name | ast.Attribute | ast.alias):
                self.words.add(child.id if isinstance(child, ast.Name) else getattr(child, "attr", None) or child.name)
            inside = child.name if function is None and isinstance(child, ast.FunctionDef) else function
            self._walk(child, inside)


def changed(root, since=None):
    """The files that differ from a revision, by default from where the branch left main; ValueError without git."""
    if since is None:
        since = _git(root, "merge-base", "main", "HEAD", fails=["HEAD"])[0]
    names = _git(root, "diff", "--name-only", since, "--")
    return sorted({*names, *_git(root, "ls-files", "--others", "--exclude-standard")})


def touched(root, files):
    """[(steps, path)] of the tests and notebooks that files of a repository reach by imports, the nearest first."""
    root = Path(root)
    paths = [path for folder in FOLDERS for suffix in ("py", "ipynb") for path in (root / folder).rglob(f"*.{suffix}")]
    paths = [
        path for path in [root / "start.py", root / "conftest.py", *paths] if path.is_file() and _is_shown(root, path)
    ]
    sources = {source.name: source for source in (Source(root, path) for path in paths)}
    needs = {name: _needs(source, sources, _read_by_name(files)) for name, source in sources.items()}
    runs = [source for source in sources.values() if _is_run(source.path)]
    steps = {source.name: _distance(source, needs, set(files)) for source in runs}
    for file in files:
        for name in _tests_beside(file, steps):
            steps[name] = min(1, steps[name] or 1)
    steps = {name: n for name, n in steps.items() if n is not None}
    stems = {Path(file).stem.strip("_") for file in files}

    def near(name):
        """First what is called as a file that changed, then tests before notebooks, the small before the large."""
        path = root / name
        return steps[name], path.stem.removeprefix("test_") not in stems, path.suffix != ".py", path.stat().st_size

    return [(steps[name], root / name) for name in sorted(steps, key=near)]


def _read_by_name(files):
    """{file: words} of those that are read, not imported, such as data: who says one of the words reads the file."""
    return {
        file: {Path(file).name, *(parent.as_posix() for parent in Path(file).parents)} - {"."}
        for file in files
        if not file.endswith(".py")
    }


def _tests_beside(file, tests):
    """The tests that go with a helper of theirs, found by a search: those of its folder, or of the nearest above."""
    path = Path(file)
    if path.parts[0] != "tests" or path.name.startswith("test_"):
        return []
    beside = ([name for name in tests if Path(name).parent == parent] for parent in path.parents)
    return next(filter(None, beside), [])


def _is_shown(root, path):
    """Whether a path has no hidden part, as JupyterLab's checkpoints have."""
    return not any(part.startswith(".") for part in path.relative_to(root).parts)


def _is_run(path):
    """Whether pytest runs a file."""
    return path.suffix == ".ipynb" or path.name.startswith("test_")


def _distance(start, needs, files):
    """In how many steps of import a source gets to one of the files; None if never."""
    seen, ring, steps = set(), {start.name}, 0
    any_page = start.path.suffix == ".py"  # a test of the checks may ask every question, a notebook names its own
    while ring:
        if ring & files:
            return steps
        seen |= ring
        ring = {
            name
            for source in ring
            for word, names in needs[source]
            if word is None or word in start.words or (any_page and word[0].isdigit())
            for name in names
        } - seen
        steps += 1
    return None


def _needs(source, sources, named):
    """[(word or None, names of sources)] of what a source imports, or of `named`, the files that it names.

    With a word, only who names that gets to them.
    """
    folder, choice = Path(source.name).parent.as_posix(), source.name.endswith(CHOICES)
    found = [(None, [file for file, words in named.items() if words & source.words])]
    if "iter_modules" in source.words:  # the pages of questions: they are found, not listed
        pages = {name: re.fullmatch(rf"{folder}/q(\d+)_(\d+)\.py", name) for name in sources}
        found += [(f"{page[1]}.{page[2]}", [name]) for name, page in pages.items() if page]
    for function, module in source.imports:
        word = function.strip("_") if choice and function else None
        for where in [""] if module.startswith("course_utils") else [f"{folder}/", "tests/"]:
            if names := _resolved(where, module, sources):
                found.append((word, names))
    return found


def _resolved(where, module, sources):
    """The names of the sources that importing a module from a folder reads; of "course_utils.x.", all that begin so."""
    path = where + module.replace(".", "/")
    if module.endswith((".", "_")):
        return [name for name in sources if name.startswith(path)]
    while path and path != where.rstrip("/"):
        if names := [name for name in (f"{path}.py", f"{path}/__init__.py") if name in sources]:
            return names
        path = path.rpartition("/")[0]
    return []


def _git(root, *arguments, fails=None):
    """What git says, as lines; if it fails, `fails`, or ValueError."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        raise ValueError("git is not installed: without it nobody knows what has changed.") from None
    if done.returncode and fails is None:
        raise ValueError(f"git cannot tell what has changed: {done.stderr.strip().splitlines()[0]}")
    return fails if done.returncode else done.stdout.split("\n")[:-1]
