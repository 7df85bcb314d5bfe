"""Where a submission runs: apart from the grader, from other submissions and from everything that knows an answer.

Levels of isolation, best first:
bwrap   bubblewrap: no network, no file of this machine but Python and the course without its answers, processes of its
        own that end with it, limits on memory, processes, file size and time
rlimit  the limits alone, and root's rights given away where the user that is left can run Python
none    the limits that need no other user
"""

import contextlib
import functools
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from course_utils import _programs
from course_utils.grading.sandbox import seccomp
from course_utils.grading.sandbox.runner import WAIT

CELL_SECONDS = 20  # of the processor, for a cell of a submission
CHECK_SECONDS = 20  # of the processor, for all calls of one answer
START_SECONDS = 120  # until the first cell, on a machine that is busy
GRACE = 5  # seconds after which what does not stop is killed
MOST_RUNS = 12  # of one submission: a cell that kills Python is left out of the next
MOST_SECONDS = 480  # for all runs of one submission; with the judge's two minutes it is ten
MOST_BYTES, MOST_LINES = 2**26, 20_000  # of what a submission may say
LIMITS = {
    "RLIMIT_AS": 4 * 2**30,
    "RLIMIT_FSIZE": 64 * 2**20,
    "RLIMIT_NPROC": 128,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
    "RLIMIT_CPU": MOST_SECONDS,
}
MOST_MEMORY = 4 * 2**30  # bytes of all processes of one submission together
LOOK = 0.5  # seconds between two looks at these
MOST_VALUES = 10**6  # in what one submission says: what they become takes memory and time
DISK = 64 * 2**20  # bytes of its temporary folder
USERS = range(60_000, 61_000)  # which no system gives to anybody
ALONE = threading.Lock()
PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER = 3, 4, 36, 37
SAYS_TOO_MUCH = object()  # stands for what a process says after it has said too much
PACKAGE = Path(__file__).resolve().parents[2]
# Folders of the package that hold answers or are no business of anybody, and what of them is no secret.
HIDDEN = ("authoring", "checks", "grading", "publishing")
SHOWN = (
    "checks/core.py",
    "checks/values.py",
    "checks/verdict.py",
    "grading/sandbox/runner.py",
    "grading/sandbox/wire.py",
)
# Files of /etc with what a program may ask of it: who one is, and where this machine is.
NAMES = {
    "passwd": "student:x:{user}:{user}::/tmp:/bin/sh\n",
    "group": "student:x:{user}:\n",
    "hosts": "127.0.0.1 localhost\n",
}
SITE = "/course"  # where the package stands in the sandbox


class Unavailable(ValueError):
    """A level of isolation that is asked for and not to be had."""


@functools.cache
def level(asked="auto"):
    """Return the level of isolation to use: the one asked for, or the best to be had; `Unavailable` says why not."""
    if asked == "none":
        return asked
    reasons = {}
    for name in ("bwrap", "rlimit") if asked == "auto" else (asked,):
        reasons[name] = _why_not(name)
        if not reasons[name]:
            return name
    said = [f"isolation {name} is not to be had here: {why}" for name, why in reasons.items()]
    if asked == "auto":
        said.append("Without any, submissions may do here what you may do: for that, say --isolation none.")
    raise Unavailable(" ".join(said))


def available(name):
    """Return whether a level of isolation is to be had, which a trial tells."""
    return name == "none" or not _why_not(name)


def promise(name):
    """Return in a sentence what a level does not promise; "" for the best."""
    if name == "bwrap":
        return ""
    lacks = "submissions can read this machine's files, the solutions among them, and use the network"
    if name == "rlimit":
        return f"Isolation rlimit: {lacks}. Install bubblewrap, on Linux, for more."
    return f"Isolation none: {lacks}, and do here whatever you may do. Grade only what you would run yourself."


def _why_not(name):
    """Say why a level is not to be had; "" if it is."""
    if os.name != "posix":
        return "this system has none of it."
    if name == "bwrap" and not _programs.find("bwrap"):
        return "there is no bwrap: install bubblewrap (on Debian and Ubuntu, apt install bubblewrap)."
    try:
        with _Talk(name, time.monotonic() + START_SECONDS) as talk:
            talk.ask(START_SECONDS, code="pass", seconds=CELL_SECONDS)
        return ""
    except OSError as error:
        return f"{error}."
    except Ended as end:
        words = str(end)[-300:]
    if name == "rlimit" and os.geteuid() == 0:
        return f"root's rights must be given away, and without them {sys.executable} cannot be run: be another user."
    if os.geteuid() == 0 and "PermissionError" in words:
        return (
            f"root's rights are given away there, and without them the course or {sys.executable} cannot be read "
            f"({words}): make it readable for all (chmod -R go+rX), or be another user."
        )
    return f"a trial failed ({words})."


def run(steps, level, deadline=None):
    """Run the steps of a submission at that level of isolation, until the deadline, by default MOST_SECONDS from now.

    A step is {"code": text}, {"put": name, "value": a pickled value}, or a look at an answer: {"check": question,
    "function": name, "parameters": names, "inputs": for each trial the pickled arguments of its calls, "again": "end"
    if it is not needed where the last look saw all}. Code and looks have their "seconds" of the processor.

    Returns {number of a step: what came of it}, for looks what they said and for cells only what went wrong:
    {"error": text} if the cell failed, {"ended": text} if it never ended, or ended Python. A step that did is left out,
    and the others run once more.
    """
    found = {}
    deadline = deadline or time.monotonic() + MOST_SECONDS
    for _ in range(MOST_RUNS):
        done = {i for i, fact in found.items() if "check" in steps[i] or "ended" in fact}
        at, last = None, {}
        try:
            with _Talk(level, deadline) as talk:
                for at, step in enumerate(steps):
                    if at in done:
                        if "check" in step:
                            last[step["check"]] = found[at]
                        continue
                    if fact := _done(step, talk, last):
                        found[at] = fact
            return found
        except Ended as end:
            if at is None:
                raise RuntimeError(f"the sandbox does not start: {end}") from None
            found[at] = {"ended": str(end)}
        if time.monotonic() > deadline:
            break
    rest = {"ended": "the submission took too long, or ended Python again and again"}
    return {i: rest for i, step in enumerate(steps) if "check" in step} | found


def _done(step, talk, last):
    """What came of a step; last: {question: what the last look at its answer said}."""
    if "code" in step:
        said = talk.ask(WAIT * step["seconds"], code=step["code"], seconds=step["seconds"])
        return {name: said[name] for name in ("error", "lacks") if name in said}
    if "put" in step:
        return talk.ask(WAIT * CELL_SECONDS, **step)
    question = step["check"]
    if step.get("again") == "end" and not _unsettled(last.get(question)):
        return {"check": question, "settled": 1}
    asked = {"find": step["function"], "question": question, "parameters": step["parameters"]}
    found = talk.ask(WAIT * step["seconds"], **asked, seconds=step["seconds"])
    said = _called("named", found, step, talk)
    if "given" in found:  # its check was given another function
        theirs = _called("given", found, step, talk)
        if _nothing(said):
            said = said if _nothing(theirs) else theirs
        elif not _nothing(theirs):
            said["given"] = {**theirs, "now": found.get("now") is True}
    last[question] = said
    return {**said, "check": question}


def _called(which, found, step, talk):
    """Call what was found on the inputs of each trial: {"calls": [[outcome, ...], ...], "names"}, or why not."""
    fact = found.get(which)
    fact = fact if isinstance(fact, dict) else {}
    if "names" not in fact:
        return {name: fact[name] for name in ("missing", "stub", "misfit", "type", "signature") if name in fact}
    calls, until = [], time.monotonic() + WAIT * step["seconds"]
    for trial in step["inputs"]:
        calls.append([])
        for case in trial:
            outcome = talk.ask(max(0, until - time.monotonic()), call=case, of=which)
            if "late" in outcome:
                return {"late": 1, "waited": int(outcome.get("waited") == 1)}
            calls[-1].append(outcome)
    return {"calls": calls, "names": fact["names"], "takes": fact.get("takes")}


def _unsettled(said):
    """Whether code further down may mend an answer: it, or something that it needs, is not there."""
    outcomes = [outcome for trial in (said or {}).get("calls", []) for outcome in trial]
    return said is None or _nothing(said) or any("raised" in outcome for outcome in outcomes)


def _nothing(said):
    """Whether there is no answer yet: no function, or a stub."""
    outcomes = [outcome for trial in said.get("calls", []) for outcome in trial]
    return bool(said.keys() & {"missing", "stub", "type"}) or any(outcome.get("stub") for outcome in outcomes)


class Ended(Exception):
    """Why a submission's process says nothing any more."""


class _Talk:
    """A process that runs the runner, and is asked one thing at a time. A context; `Ended` if it answers no more.

    Whatever the process started is gone when the context ends.
    """

    def __init__(self, level, deadline):
        self._level, self._deadline, self._stack = level, deadline, contextlib.ExitStack()

    def __enter__(self):
        """Start it."""
        with contextlib.ExitStack() as stack:
            user = USERS[os.getpid() % len(USERS)] if self._level != "none" and os.geteuid() == 0 else None
            prefix = f"course-grading-{os.getpid()}-"
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True))
            if user is not None:
                os.chmod(folder, 0o777)
            self._process = stack.enter_context(_started(self._level, folder))
            self._questions, self._answers = queue.Queue(), queue.Queue()
            stack.callback(self._questions.put, None)
            for target, lines in ((_feed, self._questions), (_listen, self._answers)):
                threading.Thread(target=target, args=(self._process, lines), daemon=True).start()
            path = SITE if self._level == "bwrap" else str(PACKAGE.parent)
            self.ask(START_SECONDS, limits=LIMITS, user=user, path=path)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        """End it."""
        self._stack.close()

    def ask(self, seconds, /, **question):
        """Ask one thing, and return what is answered within these seconds, a dict."""
        number = secrets.token_hex(8)
        self._questions.put(json.dumps({**question, "n": number}).encode() + b"\n")
        until = time.monotonic() + seconds + GRACE
        while True:
            left = min(until, self._deadline) - time.monotonic()
            try:
                if left < -GRACE:  # what came in time has been read by now: these are lines without end
                    raise queue.Empty
                line = _next(self._answers, max(0.1, left), self._process)
            except TooMuch:
                raise Ended(f"its processes took more than {MOST_MEMORY >> 30} GB together") from None
            except queue.Empty:
                why = f"no result after {seconds:.0f} s: is it slow, or is there a loop that never ends?"
                raise Ended(why) from None
            if line is None:
                raise Ended(_how_it_ended(self._process))
            if line is SAYS_TOO_MUCH:
                raise Ended(f"it says more than {MOST_BYTES >> 20} MB, or {MOST_VALUES} values")
            fact = _fact(line)
            if fact.pop("n", None) == number:  # else a submission wrote it, which found the way out
                return fact


class TooMuch(Exception):
    """A submission takes more memory than it may."""


def _next(lines, seconds, process):
    """The next line that a process says, while its memory is watched; queue.Empty if there is none in time."""
    until = time.monotonic() + seconds
    while True:
        with contextlib.suppress(queue.Empty):
            return lines.get(timeout=max(0, min(LOOK, until - time.monotonic())))
        if _memory(process.pid) > MOST_MEMORY:
            raise TooMuch
        if time.monotonic() >= until:
            raise queue.Empty


def _memory(root):
    """Bytes that a process and its descendants have to themselves, where the system tells: on Linux."""
    total = 0
    for number in family(root):
        with contextlib.suppress(OSError, ValueError):
            resident, shared = Path(f"/proc/{number}/statm").read_text().split()[1:3]
            total += (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    return total


def family(root):
    """Return the numbers of a process and its descendants, where the system tells of these: on Linux."""
    found = [root]
    for number in found:
        for path in Path(f"/proc/{number}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, path.read_text().split())
    return found


def _fact(line):
    """What a line says; nothing if it is a submission's own, which found the way out."""
    try:
        fact = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return fact if isinstance(fact, dict) else {}


def _feed(process, lines):
    """Write each line of a queue to a process, until None: one that does not read must not keep us."""
    with contextlib.suppress(OSError), process.stdin as pipe:
        while line := lines.get():
            pipe.write(line)
            pipe.flush()


def _listen(process, lines):
    """Put each line of what a process says into a queue, and at last None, or SAYS_TOO_MUCH."""
    left, values, last = MOST_BYTES, MOST_VALUES, None
    with contextlib.suppress(OSError, ValueError), process.stdout as pipe:
        for _ in range(MOST_LINES):
            line = pipe.readline(left) if left > 0 else b""
            values -= sum(map(line.count, (b",", b"[", b"{")))
            left -= len(line)
            if not line or values < 0:
                last = SAYS_TOO_MUCH if line or left <= 0 else None
                break
            lines.put(line)
        else:
            last = SAYS_TOO_MUCH
    lines.put(last)


def _how_it_ended(process):
    """Say how the process ended, once it has said its last."""
    try:
        code = process.wait(GRACE)
    except subprocess.TimeoutExpired:
        return "it closed what the grader listens to"
    words = process.stderr.read().decode("utf-8", "replace").strip().split("\n")[-1]  # of a traceback, what went wrong
    number = -code if code < 0 else code - 128 if code > 128 else 0
    with contextlib.suppress(ValueError):
        if number:
            return f"it ended Python ({signal.Signals(number).name}) {words}".strip()
    return f"it ended Python (exit code {code}) {words}".strip()


@contextlib.contextmanager
def _started(level, folder):
    """A process that runs the runner; in the end it is killed, and all that it started.

    One at a time in a process of ours: what a submission started is known by not having been there before.
    """
    with ALONE, _adopting(level):
        yield from _running(level, folder)


def _running(level, folder):
    home = "/tmp" if level == "bwrap" else folder
    environment = {
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": home,
        "IPYTHONDIR": f"{home}/ipython",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "MPLBACKEND": "agg",
        "COURSE_WORK": f"{home}/work",
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    kept = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "SYSTEMROOT")  # some processors and Windows need these
    environment |= {name: os.environ[name] for name in kept if name in os.environ}
    runner = (
        f"{SITE}/course_utils/grading/sandbox/runner.py"
        if level == "bwrap"
        else str(PACKAGE / "grading" / "sandbox" / "runner.py")
    )
    command, passed = [os.path.abspath(sys.executable), "-I", "-X", "utf8", runner], ()
    if level == "bwrap":
        for name, text in NAMES.items():
            path = Path(folder, name)
            path.write_text(text.format(user=os.geteuid() or USERS[os.getpid() % len(USERS)]), encoding="ascii")
            path.chmod(0o644)
        path = Path(folder, "seccomp")
        path.write_bytes(seccomp.program())
        passed = (os.open(path, os.O_RDONLY),) if path.stat().st_size else ()
        command = [*_bwrap(folder, environment, *passed), *command]
    before = children()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
        start_new_session=True,
        pass_fds=passed,
    )
    for number in passed:
        os.close(number)
    try:
        yield process
    finally:
        _end(process, before)
        process.stderr.close()


def _bwrap(folder, environment, *filters):
    """The command that opens a sandbox: Python, read-only, and the package without its answers.

    filters: file descriptors of programs of `seccomp`
    """
    command = ["bwrap", "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--cap-drop", "ALL"]
    if os.geteuid() == 0:
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", *(["--disable-userns"] if _disables_userns() else [])]
    for number in filters:
        command += ["--seccomp", str(number)]
    command += ["--perms", "0755", "--dir", "/etc"]
    for name in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives",
                 "/etc/fonts"):  # fmt: skip
        command += ["--ro-bind-try", name, name]
    # Before what is shown of this machine, which may stand below its folder for temporary files.
    command += ["--perms", "1777", "--size", str(DISK), "--tmpfs", "/tmp"]
    root = PACKAGE.parent
    packages = (p for p in sys.path if p.endswith("-packages"))
    pythons = [Path(os.path.abspath(p)) for p in (sys.base_prefix, sys.prefix, *packages)]
    # First what stands outside the repository, which is then hidden where that shows it, then what stands inside.
    for path in sorted(pythons, key=lambda path: root in path.resolve().parents):
        if root in path.parents and any(other in root.parents for other in (Path("/usr"), *pythons)):
            command += ["--perms", "0755", "--tmpfs", str(root)]
        command += _bound(path, path)
        if (path / "course_utils").is_dir():  # the package itself, installed for good
            command += ["--tmpfs", str(path / "course_utils")]
    package = f"{SITE}/course_utils"
    command += _bound(PACKAGE, package)
    for name in HIDDEN:
        command += ["--perms", "0755", "--tmpfs", f"{package}/{name}"]
    for name in SHOWN:
        command += ["--perms", "0755", "--dir", f"{package}/{Path(name).parent}"]
        command += ["--ro-bind", str(PACKAGE / name), f"{package}/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(DISK), "--tmpfs", "/dev/shm"]
    for name in NAMES:
        command += ["--ro-bind", str(Path(folder, name)), f"/etc/{name}"]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    return command


@functools.cache
def _disables_userns():
    """Whether this bubblewrap, since 0.8, can forbid further user namespaces."""
    said = subprocess.run(["bwrap", "--help"], capture_output=True, text=True)
    return "--disable-userns" in said.stdout + said.stderr


def _bound(path, place):
    """Options that show a folder at a place, in folders that everybody may enter."""
    options = []
    for parent in reversed(Path(place).parents[:-1]):
        options += ["--perms", "0755", "--dir", str(parent)]
    return [*options, "--ro-bind", str(path), str(place)]


def children():
    """Return the numbers of the processes started by this one or left to it, where the system tells: on Linux."""
    found = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found |= {int(number) for number in path.read_text().split()}
    return found


def _end(process, before):
    """Kill a process, its session, and what of it has been left to us (see `_adopting`)."""
    process.kill()
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for _ in range(1000):  # what is killed leaves its own children to us
        orphans = children() - before
        if not orphans:
            return
        for number in orphans:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)


@contextlib.contextmanager
def _adopting(level):
    """Have processes that a submission leaves behind become this one's children, for as long as it runs.

    Without bubblewrap, which hides us from it, let nobody read our memory either.
    """
    if sys.platform != "linux":
        yield
        return
    import ctypes

    libc, adopts = ctypes.CDLL(None), ctypes.c_int()
    libc.prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
    dumpable = libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if level != "bwrap":
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, adopts.value, 0, 0, 0)
        if level != "bwrap" and dumpable in (0, 1):  # 2 is the system's own to set
            libc.prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0)
