"""Files: written whole or not at all, shared by two kernels, and folders in which a command deletes only its own."""

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MARK = ".made-by-course"  # the file with the name of the command whose folder it is, and of what it made there
UNFINISHED = ".unfinished-"
OURS = (MARK, f"{MARK}.lock")
NOBODYS = (".DS_Store", "Thumbs.db", "desktop.ini")  # what file browsers leave behind


def writable(path):
    """Say before the work whether a file could be written: OSError with a sentence if not."""
    try:
        _try(Path(path))
    except OSError as error:
        raise OSError(f"{path} cannot be written ({error.strerror}): name another file.") from None


def _try(path):
    """Write a file beside this one, and take it away again."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    part.touch(exist_ok=False)
    part.unlink()


def write(content, path):
    """Put a text or bytes into a file, whole or not at all; True if the file was not so before. Makes its folder."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    path = Path(path)
    if path.exists() and path.read_bytes() == data:
        return False
    with whole(path) as file:
        file.write(data)
    return True


@contextlib.contextmanager
def whole(path):
    """A file to write bytes into, which takes the place of `path` when the block ends well, and only then."""
    path = Path(os.path.realpath(path))  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(part, "xb") as file:
            yield file
        with contextlib.suppress(FileNotFoundError):
            part.chmod(path.stat().st_mode & 0o7777)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path):
    """Keep everybody else who asks for the same out, in this process and in others, until the block ends.

    The system frees the lock of a process that ends. Where a file system has no locks, nobody is kept out.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(f".{path.name}.lock"), "ab") as file:
        with contextlib.suppress(OSError):
            _lock(file)
        yield


if hasattr(fcntl, "flock"):

    def _lock(file):
        """Wait for the lock of a file, which ends when that is closed."""
        fcntl.flock(file, fcntl.LOCK_EX)

elif fcntl:  # in a browser there is one process, and no lock

    def _lock(file):
        """Nobody is there to be kept out."""

else:

    def _lock(file):
        """Wait for the lock of a file, which ends when that is closed; OSError after ten seconds."""
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)


def work():
    """The learner's own folder: $COURSE_WORK, else work/ of the checkout, else work/ here."""
    if os.environ.get("COURSE_WORK"):
        return Path(os.environ["COURSE_WORK"]).expanduser()
    checkout = Path(__file__).resolve().parents[1]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path()) / "work"


# ---- folders that a command writes into ----


def claim(folder, command):
    """Make a folder the command's own, if it is empty, absent or that already; return the names of what it made there.

    ValueError if something else is in it, OSError with a sentence if it cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder with --out.")
    try:
        mark = _marked(folder)
        if mark[:1] != [command]:
            if folder.exists() and (there := sorted(set(os.listdir(folder)).difference(NOBODYS))):
                raise ValueError(_not_its_own(folder, command, there[0]))
            write(f"{command}\n", folder / MARK)
        _try(folder / MARK)
    except OSError as error:
        raise OSError(f"{folder} cannot be written ({error.strerror}): name another folder with --out.") from None
    return set(mark[1:])


def _marked(folder):
    """The lines of a folder's mark, none if it has none."""
    try:
        return (folder / MARK).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return []


def emptied(folder, command):
    """Make a folder the command's own, as `claim` does, and delete all that is in it."""
    claim(folder, command)
    for path in Path(folder).iterdir():
        if path.name not in OURS:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


@contextlib.contextmanager
def replacing(folder, command):
    """A folder to fill: when the block ends well, it takes the place of all that the command made in `folder` earlier.

    ValueError, and nothing is touched, if `folder` holds anything that the command did not make.
    """
    folder = Path(os.path.realpath(folder))
    claim(folder, command)
    with locked(folder / MARK.lstrip(".")):
        made = claim(folder, command)
        if strange := sorted(_inside(folder) - made):
            raise ValueError(_not_its_own(folder, command, strange[0]))
        for left in folder.glob(f"{UNFINISHED}*"):  # by one that was killed: nobody else is at work here now
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as work:
            yield Path(work)
            new = _inside(Path(work))
            _mark(folder, command, made | new)  # were we stopped in the middle, all of it would still be ours
            for name in made:
                (folder / name).unlink(missing_ok=True)
            for parent in sorted({parent for name in made for parent in Path(name).parents}, reverse=True):
                if parent != Path():
                    with contextlib.suppress(OSError):  # it is not empty
                        (folder / parent).rmdir()
            for name in new:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(Path(work, name), folder / name)
            _mark(folder, command, new)


def _inside(folder):
    """The files and links in a folder and below, by their names from there, but for ours and those of file browsers."""
    names = set()
    for parent, folders, files in os.walk(folder):
        if Path(parent) == folder:
            folders[:] = [name for name in folders if not name.startswith(UNFINISHED)]
            files = [name for name in files if name not in OURS]
        files += [name for name in folders if os.path.islink(os.path.join(parent, name))]
        names |= {Path(parent, name).relative_to(folder).as_posix() for name in files if name not in NOBODYS}
    return names


def _mark(folder, command, names):
    """Write down whose folder it is, and what of it the command made."""
    write("\n".join([command, *sorted(names), ""]), folder / MARK)


def _not_its_own(folder, command, name):
    return f"{folder} holds {name}, which `{command}` did not make: move it away, or name an empty folder with --out."
