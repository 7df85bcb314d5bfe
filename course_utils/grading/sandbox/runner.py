"""What runs a submission, inside the sandbox. It is started as a script, knows no solution and no expected value.

It is told one thing at a time, a line of JSON on its standard input, and answers on what was its standard output:

{"limits", "user", "path"}  first of all: {} when it is ready
{"code": text, "seconds"}   a cell: {}, or {"error": text} if it failed, with "lacks" if that may be for want of what
                            is not here
{"put": name, "value"}      what the name stands for from now on, pickled: {}
{"find": name, "question", "parameters", "seconds"}
                            an answer, whose calls may take so long: {"named": what `_found` says of it}, and if its
                            check was given another function "given" and "now", whether in the cell that ran last
{"call": arguments, "of"}   a call of what was found, "named" or "given", on pickled arguments: what `_call` says

Each line has a number "n", which its answer repeats. Which look at an answer it is, how many are to come, and the
arguments of later calls are not known here. What the submission prints goes nowhere.
"""

import ast
import base64
import contextlib
import importlib.util
import inspect
import json
import locale
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
import types
import warnings

WAIT = 3  # seconds on the clock for each second of the processor that a step may take


# What goes wrong in another way elsewhere: packages, files beside the notebook, somebody to ask, memory, processes,
# programs, languages; and what is an error only by a setting, np.seterr(all="raise").
LACKS = (ImportError, EOFError, OSError, MemoryError, FloatingPointError, subprocess.SubprocessError, locale.Error)
CELLS = ("<ipython-input", "/tmp/ipykernel")  # how the names of files begin that are cells
PASSED_OVER = []  # imports of cells that found nothing, and magics that failed: code below may need what they bind


class TimeUp(BaseException):
    """The time for an answer is up. No `except Exception` in it stops this one."""


class Stopped(KeyboardInterrupt):
    """The time for a cell is up."""


class Missed(ModuleNotFoundError):
    """Somebody used what could not be imported."""


Missed.__name__ = "ModuleNotFoundError"  # as people read it


class Absent:
    """Stands for what could not be imported: whoever uses it is told."""

    def __init__(self, name):
        self.__dict__["name"] = name

    def __getattr__(self, attribute):
        raise Missed(f"there is no {self.__dict__['name']} where submissions are graded")

    def __call__(self, *args, **kwargs):
        return self.__getattr__("")


def main():
    begin = json.loads(sys.stdin.buffer.readline())
    _confine(begin["limits"], begin["user"])
    sys.path.insert(0, begin["path"])
    wire, (given, fresh) = _wire(), _hide_answers()
    shell, found = _shell(), {}
    sys.path.insert(0, "")  # as in a notebook: it may write a module and import it
    hear, say = _redirect()  # until here what goes wrong is the machine's fault, and said
    load, unwrap = pickle.loads, base64.b64decode  # whatever these names may stand for later
    say(n=begin["n"])
    for asked in hear():
        said = {}
        if "code" in asked:
            fresh.clear()
            error, lacks = _run_cell(shell, asked["code"], asked["seconds"])
            said = {"error": error, **({"lacks": 1} if lacks else {})} if error else {}
        elif "put" in asked:
            shell.user_ns[asked["put"]] = load(unwrap(asked["value"]))
        elif "find" in asked:
            question, answer = asked["question"], shell.user_ns.get(asked["find"], Missing)
            left, other = [asked["seconds"], WAIT * asked["seconds"]], given.get(question, answer)
            found = {"named": (answer, left), "given": (other, [*left])}
            said = {"named": _found(answer, asked["parameters"])}
            if other is not answer:  # its check was given another function
                said |= {"given": _found(other, asked["parameters"]), "now": question in fresh}
        elif "call" in asked:
            said = _call(*found[asked["of"]], load(unwrap(asked["call"])), wire)
        say(n=asked["n"], **said)
    os._exit(0)  # no thread and no exit handler of the submission runs any longer


def _confine(limits, user):
    """Set the limits, then give root's rights away."""
    if os.name != "posix":
        return
    import resource

    for name, limit in limits.items():
        which = getattr(resource, name, None)
        if which is not None:
            most = resource.getrlimit(which)[1]
            value = limit if most == resource.RLIM_INFINITY else min(limit, most)
            with contextlib.suppress(OSError, ValueError):  # macOS refuses some
                resource.setrlimit(which, (value, value))
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: end with whoever started this


def _redirect():
    """Keep standard input and output for ourselves; send what the submission reads and prints to nowhere.

    Returns a generator of what we are told, and a function that says the parts of an answer.
    """
    into, out = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for n in (0, 1, 2):
        os.dup2(nowhere, n)
    for number in (into, out):
        os.set_inheritable(number, False)
    # By the system itself: whatever `json`, `open` or `print` may have become by then.
    read, write, state, leave, number_of, us = os.read, os.write, os.fstat, os._exit, os.getpid, os.getpid()
    encode, decode, same = json.JSONEncoder(ensure_ascii=True).encode, json.JSONDecoder().decode, os.fstat(into)

    def hear():
        line = b""
        while piece := read(into, 2**20):
            *whole, line = (line + piece).split(b"\n")
            for text in whole:
                yield decode(text.decode())

    def say(**fact):
        if number_of() != us:  # a submission forked: its child must not hear what is for us
            leave(0)
        text = b"\n" + encode(fact).encode("ascii", "backslashreplace") + b"\n"  # a submission may have begun a line
        if state(into)[:3] != same[:3]:  # it was closed: that is the fault of what ran last
            leave(1)
        while text:
            text = text[write(out, text) :]

    return hear, say


def _wire():
    """The module that makes data of values; from its file, for the package is not for submissions."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wire.py")
    spec = importlib.util.spec_from_file_location("wire", path)
    data = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(data)
    return data


def _hide_answers():
    """Put a silent `check` in the place of the checks, which know the answers.

    Returns a dict of what it is given, and the set of questions for which it was called in the cell that ran last.
    """
    import course_utils

    given, fresh = {}, set()

    def check(question_id=None, answer=None, *, seconds=None):
        if isinstance(question_id, str):
            given[question_id] = answer
            fresh.add(question_id)

    checks = course_utils.checks = types.ModuleType("course_utils.checks")
    checks.check, checks.progress = check, lambda: None
    checks.__path__ = [os.path.join(course_utils.__path__[0], "checks")]
    sys.modules["course_utils.checks"] = checks

    class Hidden:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.startswith(
                (
                    "course_utils.checks.q",  # the pages of the questions
                    "course_utils.authoring",
                    "course_utils.grading",
                    "course_utils.publishing",
                )
            ):
                raise ModuleNotFoundError(f"there is no {name} where submissions are graded")

    class Last:
        @staticmethod
        def find_spec(name, path=None, target=None):
            frame = sys._getframe(1)
            while frame and "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            if frame and frame.f_code.co_filename.startswith(CELLS):
                PASSED_OVER.append(name)  # a cell may do without it, or only seem to

    sys.meta_path.insert(0, Hidden)
    sys.meta_path.append(Last)
    return given, fresh


def _shell():
    """An IPython without history, start-up files and colours, whose pictures and widgets go nowhere."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.IPKernelApp.parent_appname = "course"  # by this, and by the shell's name, code tells a notebook
    shell = type("ZMQInteractiveShell", (InteractiveShell,), {}).instance(config=config)
    shell.ask_exit = lambda: None  # `exit()` ends a kernel only after its cell
    shell.enable_gui = lambda gui=None: None  # for %matplotlib
    shell.kernel = types.SimpleNamespace(shell=shell)
    shell.display_pub.publish = lambda *args, **kwargs: None
    shell.displayhook.compute_format_data = lambda result: ({}, {})
    sys.modules["__main__"] = shell.user_module
    return shell


def _run_cell(shell, source, seconds):
    """Run a cell as a notebook does.

    Returns what went wrong, in a line, or None, and whether it may be for want of something that is not here. An import
    of what is not here is passed over, and so is a magic that fails: perhaps nothing needs it.
    """
    with _limited((seconds, WAIT * seconds), Stopped) as clock:
        error = _executed(shell, source)
        while isinstance(error, Exception) and (rest := _below(shell, source, error)) is not None:
            source, error = rest, _executed(shell, rest)
    if isinstance(error, KeyboardInterrupt):
        return f"it was stopped after {clock.get('seconds', seconds)} s", True
    if error is None:
        return None, False
    return _text(lambda e: f"{type(e).__name__}: {e}", error), _lacks(error) or type(error).__name__ == "UsageError"


def _executed(shell, source):
    """Run a source; return the error that ended it, or None."""
    try:
        result = shell.run_cell(source, store_history=True)
        return result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # what IPython itself does not expect
        return raised


def _below(shell, source, error):
    """What stands below the import that failed, at the top level of a cell, or None; names it binds become `Absent`.

    The same of a line that only does something with what is absent, and of a line's magic.
    """
    try:
        source = shell.transform_cell(source)
        lines = [at.tb_lineno for at in _frames(error) if at.tb_frame.f_code.co_name == "<module>"]
        body = ast.parse(source).body
        # The first frame of a module's own level is the cell's: what it imports comes after it.
        place = next(i for i, node in enumerate(body) if node.lineno <= lines[0] <= node.end_lineno)
        at = body[place]
        magic = isinstance(at, ast.Expr) and ast.unparse(at).startswith("get_ipython().run_line_magic(")
        if magic:
            PASSED_OVER.append(ast.unparse(at))
        if magic or (isinstance(at, ast.Expr) and isinstance(error, Missed)):  # such as drive.mount(...)
            return ast.unparse(ast.Module(body[place + 1 :], []))
        if not (isinstance(at, ast.Import | ast.ImportFrom) and isinstance(error, ImportError)):
            return None
        for alias in at.names:
            alone = type(at)(**{**vars(at), "names": [alias]})
            try:
                exec(compile(ast.Module([alone], []), "<import>", "exec"), shell.user_ns)
            except ImportError:
                name = alias.asname or alias.name.split(".")[0]
                shell.user_ns.setdefault(name, Absent(alias.name))
        return ast.unparse(ast.Module(body[place + 1 :], []))
    except (StopIteration, IndexError, SyntaxError, ValueError, RecursionError):
        return None


def _frames(error):
    """The entries of an error's traceback, from where it was caught on, that are code of a cell or of what it calls."""
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename.startswith(CELLS):
            yield at
        at = at.tb_next


def _lacks(error):
    """Whether an error may be for want of what is there elsewhere."""
    if isinstance(error, LACKS):
        return True
    text = _text(str, error)
    if isinstance(error, RuntimeError):  # in a notebook's kernel, cells run in a loop of events
        return "start new thread" in text or "event loop" in text
    if isinstance(error, KeyError):
        frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
        return "getpw" in text or type(os.environ).__getitem__.__code__ in frames
    if isinstance(error, AttributeError):  # NumPy's own words for what it had once
        return "removed in the NumPy" in text or "was a deprecated alias" in text
    return isinstance(error, NameError) and bool(PASSED_OVER)


def _found(answer, parameters):
    """What there is to say of an answer before it is called: the "names" it mentions, or why it cannot be called."""
    if answer is Missing:
        return {"missing": 1}
    if answer is Ellipsis:
        return {"stub": "..."}
    if not callable(answer):
        return {"misfit": "not a function", "type": _text(lambda: type(answer).__name__)}
    takes, code = [], None
    try:
        takes = list(inspect.signature(answer).parameters)[:20]
        inspect.signature(answer).bind(*parameters)
        code = getattr(answer, "__code__", None)
    except TypeError:
        return {"misfit": "arguments", "signature": _text(lambda: str(inspect.signature(answer)))}
    except Exception:  # functions written in C do not tell, and what is asked of an object it may answer in its own way
        pass
    return {"names": sorted(map(str, _names(code)))[:1000], "takes": takes}


def _call(answer, left, case, wire):
    """Call an answer once; return the outcome as data.

    left: the seconds of the processor and on the clock that its calls may still take
    """
    began = time.process_time(), time.monotonic()
    try:
        with _limited(left, TimeUp) as clock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _outcome(answer, case, wire)
    except TimeUp:
        return {"late": 1, "waited": int(clock["waited"])}
    finally:
        left[:] = left[0] - (time.process_time() - began[0]), left[1] - (time.monotonic() - began[1])


def _outcome(answer, case, wire):
    """What an answer makes of one case: {"value", "after": what its arguments are then, see `wire.digest`}."""
    try:
        value = wire.encoded(answer(*case.values()))
    except TimeUp:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt, too
        kind, text = type(error).__name__, _text(str, error)
        stub = isinstance(error, NotImplementedError)
        return {"raised": kind, "text": text, "stub": stub, "lacks": int(_lacks(error))}
    after = {name: _text(wire.digest, value) for name, value in case.items()}
    # A question may watch where its function is called.
    points = {name: [wire.encoded(p) for p in value.points] for name, value in case.items() if hasattr(value, "points")}
    return {"value": value, "after": after, "seen": points}


class Missing:
    """Stands for a name that is not there."""


def _names(code):
    """The names that a piece of code mentions, with those of the functions defined in it."""
    if not inspect.iscode(code):
        return frozenset()
    return frozenset(code.co_names).union(*map(_names, code.co_consts))


def _text(made, *args):
    """A text of the submission's own, short; its classes may be broken, too."""
    try:
        return str(made(*args))[:2000]
    except TimeUp:
        raise
    except BaseException:
        return ""


@contextlib.contextmanager
def _limited(most, error):
    """Raise the error in the block after so many seconds of the processor, or so many on the clock.

    Yields a dict, which then says whether it "waited" more than it computed, and the "seconds". Only where there are
    alarm signals. A machine that is busy with others does not count against an answer.
    """
    clock = {}
    if not hasattr(signal, "setitimer"):
        yield clock
        return

    def ring(signum, frame):
        clock.setdefault("waited", signum == signal.SIGALRM)
        clock.setdefault("seconds", most[clock["waited"]])
        raise error

    clocks = {signal.SIGPROF: (signal.ITIMER_PROF, most[0]), signal.SIGALRM: (signal.ITIMER_REAL, most[1])}
    for number, (timer, limit) in clocks.items():
        signal.signal(number, ring)
        signal.setitimer(timer, max(limit, 0.001), 0.5)  # it rings again: a bare `except:` may stop the first
    try:
        yield clock
    finally:
        for number, (timer, _) in clocks.items():
            signal.setitimer(timer, 0)
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
