"""Files are written whole or not at all, a lock keeps others out, and no command deletes what it did not make."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from course_utils import _files, cli

ROOT = Path(__file__).parents[2]


def all_in(folder):
    """{name: bytes, or where a link leads} of all that is in a folder, the command's own mark aside."""
    return {
        str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or path.is_file()) and path.name not in _files.OURS
    }


# ---- one file ----


def test_write_makes_the_folder_and_says_whether_anything_changed(tmp_path):
    path = tmp_path / "a" / "b" / "file"
    assert _files.write("σ\n", path) and path.read_bytes() == "σ\n".encode()
    assert not _files.write("σ\n".encode(), path)
    assert _files.write("other", path)
    assert os.listdir(path.parent) == ["file"]


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), _files.whole(path) as file:
        file.write(b"half of the n")
        raise ZeroDivisionError
    assert all_in(tmp_path) == {"file": b"old"}


def test_a_link_stays_a_link_and_a_mode_a_mode(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o600)
    link(tmp_path / "real", tmp_path / "link")
    _files.write("new", tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"
    if os.name == "posix":
        assert (tmp_path / "real").stat().st_mode & 0o777 == 0o600


def test_a_name_as_long_as_names_may_be(tmp_path):
    path = tmp_path / ("n" * 255)
    try:
        path.touch()
    except OSError:
        pytest.skip("names are shorter here")
    assert _files.write("text", path)


def test_whether_a_file_can_be_written_is_said_before(tmp_path):
    (tmp_path / "there").write_text("old")
    _files.writable(tmp_path / "there")
    _files.writable(tmp_path / "new")
    assert all_in(tmp_path) == {"there": b"old"}
    for path in (tmp_path, tmp_path / "none" / "new", tmp_path / "there" / "new"):
        with pytest.raises(OSError, match=r"cannot be written \(.+\): name another file"):
            _files.writable(path)


# ---- one at a time ----


def test_a_lock_keeps_threads_and_processes_out(tmp_path):
    count = tmp_path / "count"
    count.write_text("0")
    code = f"""
from pathlib import Path
from course_utils import _files
count = Path({str(count)!r})
def add():
    for _ in range(50):
        with _files.locked(count):
            number = int(count.read_text())
            count.write_text(str(number + 1))
"""
    other = subprocess.Popen([sys.executable, "-c", code + "add()"], cwd=ROOT)
    names = {}
    exec(code, names)
    threads = [threading.Thread(target=names["add"]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(60) == 0
    assert count.read_text() == "150"


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    code = f"""
import os, signal, sys
from course_utils import _files
with _files.locked({str(tmp_path / "file")!r}):
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 9
    with _files.locked(tmp_path / "file"):
        pass  # else this test would never end


# ---- folders of commands ----


def link(target, path, **options):
    try:
        path.symlink_to(target, **options)
    except OSError:
        pytest.skip("this user may not make links")


def fill(out, **files):
    """Let a command put these files into a folder."""
    with _files.replacing(out, "course site") as folder:
        for name, text in files.items():
            path = folder.joinpath(*name.split("_"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


@pytest.mark.parametrize("before", ["absent", "empty", "seen by Finder", "a link to an empty folder"])
def test_a_folder_is_filled_and_filled_again(tmp_path, before):
    out, real = tmp_path / "out", tmp_path / "out"
    if before in ("empty", "seen by Finder"):
        out.mkdir()
    if before == "seen by Finder":
        (out / ".DS_Store").write_text("x")
    if before == "a link to an empty folder":
        real = tmp_path / "real"
        real.mkdir()
        link(real, out, target_is_directory=True)
    fill(out, index="1", pages_one="1", pages_deep_two="2", old_page="3")
    fill(out, index="2", pages_one="1", old="4")
    found = all_in(real)
    found.pop(".DS_Store", None)
    assert found == {"index": b"2", "pages/one": b"1", "old": b"4"}
    assert not (real / "pages" / "deep").exists()
    assert out.is_symlink() == (real != out)


def test_a_build_that_fails_leaves_what_was_there(tmp_path):
    fill(tmp_path / "out", index="1")
    with pytest.raises(ZeroDivisionError), _files.replacing(tmp_path / "out", "course site") as folder:
        (folder / "index").write_text("2")
        raise ZeroDivisionError
    assert all_in(tmp_path / "out") == {"index": b"1"}


@pytest.mark.parametrize("moment", range(1, 7))
def test_a_build_that_is_killed_while_it_moves_in_can_be_repeated(tmp_path, moment, monkeypatch):
    out = tmp_path / "out"
    fill(out, a="1", b="1")
    replace, calls = os.replace, iter(range(1, 100))

    def stop(*paths):
        if next(calls) == moment:
            raise SystemExit
        replace(*paths)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(SystemExit):
        fill(out, a="2", c="2", d="2", e="2")
        raise SystemExit
    monkeypatch.undo()
    (out / f"{_files.UNFINISHED}left").mkdir()
    fill(out, a="3", c="3")
    assert all_in(out) == {"a": b"3", "c": b"3"}
    assert {path.name for path in out.iterdir()} == {"a", "c", *_files.OURS}


STRANGERS = {
    "a page": lambda out: (out / "cv.html").write_text("mine"),
    "a hidden file": lambda out: (out / ".htaccess").write_text("mine"),
    "a repository": lambda out: ((out / ".git").mkdir(), (out / ".git" / "HEAD").write_text("mine")),
    "a link": lambda out: link(out.parent, out / "mine", target_is_directory=True),
    "a folder of another command": lambda out: _files.claim(out, "course figures"),
}


@pytest.mark.parametrize(
    "stranger, made_before",
    [(stranger, False) for stranger in STRANGERS] + [(name, True) for name in list(STRANGERS)[:-1]],
)
def test_what_a_command_did_not_make_is_never_touched(tmp_path, stranger, made_before):
    out = tmp_path / "out"
    out.mkdir()
    if made_before:
        fill(out, index="1")
    STRANGERS[stranger](out)
    before = all_in(out)
    with pytest.raises(ValueError, match=r"out holds .+, which `course site` did not make: move it away, or name"):
        fill(out, index="2")
    assert all_in(out) == before


COMMANDS = (["site"], ["slides", "02"], ["lite"], ["figures", "02"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_writes_into_a_folder_of_others(tmp_path, command, monkeypatch, capsys):
    """Whatever is named by --out: a full folder, its hidden sibling's name, home, the repository, a file, a link."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed: `pip install -e .[site]` installs it")
    monkeypatch.chdir(ROOT)
    home = tmp_path / "home"
    for name in ("book", ".book", "venv", ".venv"):
        (home / name).mkdir(parents=True)
        (home / name / "mine").write_text("mine")
    (home / "file").write_text("mine")
    (home / "damaged").mkdir()
    (home / "damaged" / _files.MARK).write_bytes(b"\xff\xfe")
    link(home / "book", home / "link", target_is_directory=True)
    monkeypatch.setenv("HOME", str(home))
    before = all_in(tmp_path)
    for out in ("book", "venv", "file", "link", "damaged", "link/../book", "."):
        assert cli.main([*command, "--out", str(home / out)]) == 1
        said = capsys.readouterr()
        assert said.err.count("\n") == 1 and "--out" in said.err and not said.out
    assert cli.main([*command, "--out", str(ROOT)]) == 1
    assert all_in(tmp_path) == before
    assert not (ROOT / _files.MARK).exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder_that_cannot_be_written_is_said(tmp_path, command, monkeypatch, capsys):
    pytest.importorskip("sphinx", reason="Sphinx is not installed: `pip install -e .[site]` installs it")
    monkeypatch.chdir(ROOT)
    (tmp_path / "file").touch()
    assert cli.main([*command, "--out", str(tmp_path / "file" / "book")]) == 1
    assert "book cannot be written (" in (said := capsys.readouterr().err) and said.count("\n") == 1


# ---- the learner's folder ----


def test_work_is_beside_pyproject_or_else_here(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_WORK")
    monkeypatch.setattr(_files, "__file__", str(tmp_path / "course_utils" / "_files.py"))
    assert _files.work() == Path("work")
    (tmp_path / "pyproject.toml").write_text("")
    assert _files.work() == tmp_path / "work"
    monkeypatch.setenv("COURSE_WORK", "~/elsewhere")
    assert _files.work() == Path.home() / "elsewhere"
