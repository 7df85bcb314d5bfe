"""Which tests and notebooks a change touches: those that import it, directly or not, or name it, the nearest first."""

import ast
import json
import subprocess
from pathlib import Path

FOLDERS = ("course_utils", "tests", "notebooks", "solutions", "exercises")
# In these a function imports what its name stands for: only who names the function gets what it imports.
CHOICES = ("course_utils/explorers/__init__.py", "commands.py")


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
    # Data, a page, a notebook: who names it, or a folder it lies in, reads it.
    named = {
        file: {Path(file).name, *(parent.as_posix() for parent in Path(file).parents)} - {"."}
        for file in files
        if not file.endswith(".py")
    }
    needs = {name: _needs(source, sources, named) for name, source in sources.items()}
    steps = {}
    for source in sources.values():
        if _is_run(source.path):
            steps[source.name] = _distance(source, sources, set(files), needs)
    stems = {Path(file).stem.strip("_") for file in files}

    def near(name):
        """First what is called as a file that changed, then tests before notebooks, the small before the large."""
        path = root / name
        return steps[name], path.stem.removeprefix("test_") not in stems, path.suffix != ".py", path.stat().st_size

    return [
        (steps[name], root / name) for name in sorted(filter(lambda name: steps[name] is not None, steps), key=near)
    ]


def _is_shown(root, path):
    """Whether a path has no hidden part, as JupyterLab's checkpoints have."""
    return not any(part.startswith(".") for part in path.relative_to(root).parts)


def _is_run(path):
    """Whether pytest runs a file."""
    return path.suffix == ".ipynb" or path.name.startswith("test_")


def _distance(start, sources, files, needs):
    """In how many steps of import a source gets to one of the files; None if never."""
    seen, ring, steps = set(), {start.name}, 0
    while ring:
        if ring & files:
            return steps
        seen |= ring
        ring = {
            name
            for source in ring
            for function, names in needs[source]
            if not (function and source.endswith(CHOICES)) or function.strip("_") in start.words
            for name in names
        } - seen
        steps += 1
    return None


def _needs(source, sources, named):
    """[(function or None, names of sources)] of what a source imports; and of `named`, the files that it names."""
    parts = Path(source.name).parent.as_posix()
    found = [(None, [file for file, words in named.items() if words & source.words])]
    for function, module in source.imports:
        for folder in [""] if module.startswith("course_utils") else [f"{parts}/", "tests/"]:
            path = folder + module.replace(".", "/")
            while path and path != folder.rstrip("/"):
                if names := [name for name in (f"{path}.py", f"{path}/__init__.py") if name in sources]:
                    found.append((function, names))
                    break
                path = path.rpartition("/")[0]
    return found


def _git(root, *arguments, fails=None):
    """What git says, as lines; if it fails, `fails`, or ValueError."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        raise ValueError("git is not installed: without it nobody knows what has changed.") from None
    if done.returncode and fails is None:
        raise ValueError(f"git cannot tell what has changed: {done.stderr.strip().splitlines()[0]}")
    return fails if done.returncode else done.stdout.split("\n")[:-1]
