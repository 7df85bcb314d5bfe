"""What runs a submission, inside the sandbox. It is started as a script, knows no solution and no expected value.

It reads a plan from standard input: {"steps", "limits", "user", "path"}. A step has its "seconds" and is {"code": text}
or {"check": question, "function": name, "parameters": names, "inputs": [pickled cases, base64], "again":
where, if the answer has been checked already, further up}. It writes JSON lines to what was standard output: {"at":
step} before each step; {"error": text} after a cell that failed, with "lacks" if that may be for want of something that
is not here; {"check": question, ...} after a check. What the
submission prints goes nowhere.
"""

import ast
import base64
import contextlib
import importlib.util
import inspect
import json
import os
import pickle
import signal
import sys
import types
import warnings

WAIT = 3  # seconds on the clock for each second of the processor that a step may take


# What goes wrong in another way elsewhere: packages, files beside the notebook, somebody to ask, memory, processes.
LACKS = (ImportError, EOFError, OSError, MemoryError)


class TimeUp(BaseException):
    """The time for an answer is up. No `except Exception` in it stops this one."""


class Stopped(KeyboardInterrupt):
    """The time for a cell is up."""


class Missed(ModuleNotFoundError):
    """Somebody used what could not be imported."""


class Absent:
    """Stands for what could not be imported: whoever uses it is told."""

    def __init__(self, name):
        self.__dict__["name"] = name

    def __getattr__(self, attribute):
        raise Missed(f"there is no {self.__dict__['name']} where submissions are graded")

    def __call__(self, *args, **kwargs):
        return self.__getattr__("")


def main():
    plan = json.loads(sys.stdin.buffer.read())
    _confine(plan["limits"], plan["user"])
    sys.path.insert(0, plan["path"])
    encoded, (given, fresh) = _encoder(), _hide_answers()
    shell, last = _shell(), {}
    sys.path.insert(0, "")  # as in a notebook: it may write a module and import it
    out = _redirect()  # until here what goes wrong is the machine's fault, and said

    def say(**fact):
        # One write, by the system itself: whatever `json`, `open` or `print` may have become by now.
        text = encode(fact).encode("ascii", "backslashreplace") + b"\n"
        while text:
            text = text[write(out, text) :]

    encode, write = json.JSONEncoder(ensure_ascii=True).encode, os.write
    for number, step in enumerate(plan["steps"]):
        say(at=number)
        if "code" in step:
            fresh.clear()
            error, lacks = _run_cell(shell, step["code"], step["seconds"])
            if error:
                say(error=error, **({"lacks": 1} if lacks else {}))
        elif "check" in step:
            question = step["check"]
            if step.get("again") == "end" and not _unsettled(last.get(question)):
                say(check=question, settled=1)
                continue
            answer = shell.user_ns.get(step["function"], Missing)
            said, other = _check(answer, step, encoded), given.get(question, answer)
            if other is not answer:  # its check was given another function
                theirs = _check(other, step, encoded)
                if _nothing(said):
                    said = said if _nothing(theirs) else theirs
                elif not _nothing(theirs):
                    said["given"] = {**theirs, "now": question in fresh}
            last[question] = said
            say(check=question, **said)
    say(at=len(plan["steps"]))
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
    """Keep standard output for what we say; send what the submission reads and prints to nowhere."""
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for n in (0, 1, 2):
        os.dup2(nowhere, n)
    os.set_inheritable(out, False)
    return out


def _encoder():
    """The function that makes data of a value; from its file, for the package is not for submissions."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wire.py")
    spec = importlib.util.spec_from_file_location("wire", path)
    data = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(data)
    return data.encoded


def _hide_answers():
    """Put a silent `check` in the place of the checks, which know the answers.

    Returns a dict of what it is given, and the set of questions for which it was called in the cell that ran last.
    """
    import course_utils

    given, fresh = {}, set()

    def check(question_id=None, answer=None, *, seconds=None):
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

    sys.meta_path.insert(0, Hidden)
    return given, fresh


def _shell():
    """An IPython without history, start-up files and colours, whose pictures and widgets go nowhere."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
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
    of what is not here is passed over: perhaps nothing needs it.
    """
    with _limited(seconds, Stopped) as clock:
        error = _executed(shell, source)
        while isinstance(error, ImportError) and (rest := _below_import(shell, source, error)) is not None:
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


def _below_import(shell, source, error):
    """What stands below the import that failed, at the top level of a cell, or None; names it binds become `Absent`.

    The same of a line that only does something with what is absent.
    """
    try:
        source = shell.transform_cell(source)
        lines = [at.tb_lineno for at in _frames(error) if at.tb_frame.f_code.co_name == "<module>"]
        body = ast.parse(source).body
        # The first frame of a module's own level is the cell's: what it imports comes after it.
        place = next(i for i, node in enumerate(body) if node.lineno <= lines[0] <= node.end_lineno)
        if isinstance(body[place], ast.Expr) and isinstance(error, Missed):  # such as drive.mount(...)
            return ast.unparse(ast.Module(body[place + 1 :], []))
        if not isinstance(body[place], ast.Import | ast.ImportFrom):
            return None
        for alias in body[place].names:
            alone = type(body[place])(**{**vars(body[place]), "names": [alias]})
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
        if at.tb_frame.f_code.co_filename.startswith(("<ipython-input", "/tmp/ipykernel")):
            yield at
        at = at.tb_next


def _lacks(error):
    """Whether an error may be for want of what is there elsewhere."""
    threads = isinstance(error, RuntimeError) and "start new thread" in _text(str, error)
    nobody = isinstance(error, KeyError) and "getpw" in _text(str, error)
    return isinstance(error, LACKS) or threads or nobody


def _check(answer, step, encoded):
    """Call an answer on the inputs of each trial: {"calls": [[outcome of a case, ...], ...]} or why it cannot be."""
    if answer is Missing:
        return {"missing": 1}
    if answer is Ellipsis:
        return {"stub": "..."}
    if not callable(answer):
        return {"misfit": "not a function", "type": _text(lambda: type(answer).__name__)}
    try:
        inspect.signature(answer).bind(*step["parameters"])
    except ValueError:  # some functions written in C do not tell theirs
        pass
    except TypeError:
        return {"misfit": "arguments", "signature": _text(lambda: str(inspect.signature(answer)))}
    calls = []
    with _limited(step["seconds"], TimeUp) as clock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for trial in step["inputs"]:
                cases = pickle.loads(base64.b64decode(trial))
                calls.append([_call(answer, case, encoded) for case in cases])
        except TimeUp:
            return {"late": 1, "waited": int(clock["waited"])}
    names = _names(getattr(answer, "__code__", None))
    return {"calls": calls, "names": sorted(map(str, names))[:1000]}


def _unsettled(said):
    """Whether code further down may mend an answer: it, or something that it needs, is not there."""
    outcomes = [outcome for trial in (said or {}).get("calls", []) for outcome in trial]
    return said is None or _nothing(said) or any("raised" in outcome for outcome in outcomes)


def _nothing(said):
    """Whether there is no answer yet: no function, or a stub."""
    outcomes = [outcome for trial in said.get("calls", []) for outcome in trial]
    return bool(said.keys() & {"missing", "stub", "type"}) or any(outcome.get("stub") for outcome in outcomes)


def _call(answer, case, encoded):
    """Call an answer once; return the outcome as data."""
    before = {name: _seen(value) for name, value in case.items()}
    try:
        value = encoded(answer(*case.values()))
    except TimeUp:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt, too
        kind, text = type(error).__name__, _text(str, error)
        stub = isinstance(error, NotImplementedError)
        return {"raised": kind, "text": text, "stub": stub, "lacks": int(_lacks(error))}
    changed = [name for name, value in case.items() if before[name] != _seen(value)]
    # A question may watch where its function is called.
    points = {name: [encoded(p) for p in value.points] for name, value in case.items() if hasattr(value, "points")}
    return {"value": value, "changed": changed, "seen": points}


def _seen(value):
    """All of an argument that can be changed in place, by methods that no submission can replace."""
    if isinstance(value, dict):
        return {key: _seen(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_seen(entry) for entry in value]
    if hasattr(value, "tobytes"):
        same = value + 0.0 if value.dtype.kind in "fc" else value  # -0.0 is 0.0
        return value.dtype.str, value.shape, same.tobytes()
    return value if isinstance(value, str | int | float) else None


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
def _limited(seconds, error):
    """Raise the error in the block after that many seconds of the processor, or WAIT times as many on the clock.

    Yields a dict, which then says whether it "waited" more than it computed, and the "seconds". Only where there are
    alarm signals. A machine that is busy with others does not count against an answer.
    """
    clock = {}
    if not hasattr(signal, "setitimer"):
        yield clock
        return

    def ring(signum, frame):
        clock.setdefault("waited", signum == signal.SIGALRM)
        clock.setdefault("seconds", seconds * (WAIT if clock["waited"] else 1))
        raise error

    clocks = {signal.SIGPROF: (signal.ITIMER_PROF, seconds), signal.SIGALRM: (signal.ITIMER_REAL, WAIT * seconds)}
    for number, (timer, limit) in clocks.items():
        signal.signal(number, ring)
        signal.setitimer(timer, limit, 0.5)  # it rings again: a bare `except:` may stop the first
    try:
        yield clock
    finally:
        for number, (timer, _) in clocks.items():
            signal.setitimer(timer, 0)
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
