"""The pictures of an animation, computed and drawn in a process of their own: a cell may be computing meanwhile.

In one process they would wait for each other's interpreter lock at each of a thousand small matrix products. This one
is asked over its standard input and answers over its standard output, and so it ends with the one that started it.
"""

import atexit
import contextlib
import itertools
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

from threadpoolctl import ThreadpoolController

from course_utils import _workers
from course_utils.explorers.stage import Stage

BLAS = ThreadpoolController()  # with two threads small products wait for each other where a machine is busy
KEPT = 8  # animations that can go on where they are
IDLE = 300  # seconds after which a process that nobody asks ends
# The folder of the package comes last: what lies there is not to stand for a library.
CODE = "import sys; sys.path.append(sys.argv[1]); from course_utils.explorers import apart; apart.serve()"
_numbers = itertools.count()
_going = {}  # {number of an animation: its generator, and the words sent to it}
_stages = {}  # {number: stage}, in the process apart
_process = None


class Process:
    """The process; `ready` once it has begun to answer."""

    def __init__(self):
        self.ready, self._lock = threading.Event(), threading.Lock()
        command = [sys.executable, "-c", CODE, str(Path(__file__).parents[2])]
        safe = {**os.environ, **_workers.environment()}
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=safe)
        threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self):
        with contextlib.suppress(OSError, EOFError):
            self.ask(int)
            self.ready.set()

    def ask(self, function, *arguments):
        """Return what the function returns there; OSError or EOFError if the process has ended."""
        import cloudpickle  # only here: where Python runs in a browser it is not to be had, and there is no process

        with self._lock:
            self.child.stdin.write(cloudpickle.dumps((function, arguments)))
            self.child.stdin.flush()
            done, result = pickle.load(self.child.stdout)
        if not done:
            raise result
        return result

    def end(self):
        """End it, and let nothing be left of it."""
        self.child.kill()
        self.child.wait()
        for pipe in self.child.stdin, self.child.stdout:
            with contextlib.suppress(OSError):  # what was on its way goes nowhere
                pipe.close()


def serve():
    """Answer until there is nobody to answer."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no answer
    while True:
        timer = threading.Timer(IDLE, os._exit, (0,))
        timer.daemon = True
        timer.start()
        try:
            function, arguments = pickle.load(asked)
        except EOFError:
            return
        finally:
            timer.cancel()
        try:
            answer = pickle.dumps((True, function(*arguments)))
        except Exception as error:
            answer = pickle.dumps((False, error))
        try:
            answers.write(answer)
            answers.flush()
        except OSError:
            return


def prepare():
    """Start the process, if it has not been."""
    global _process
    if not _process:
        _process = Process()
        atexit.register(_process.end)


def _end():
    """End the process, if there is one: the next Play starts another."""
    global _process
    if _process:
        _process.end()
        atexit.unregister(_process.end)
        _process = None


class Pictures:
    """What the generator frames(**values) yields, by `send` as from it; from the process apart once that is there.

    stage   the `Stage` that makes pictures of the data; the process apart has another of its number
    """

    def __init__(self, frames, values, stage):
        self._asked, self._words, self._stage = (next(_numbers), frames, values), (), stage

    def send(self, word, values):
        """Return the next data, and the picture of them with these values; StopIteration after the last."""
        self._words += (word,)
        process = _process
        if process and process.ready.is_set():
            try:
                found = process.ask(
                    _elsewhere, self._asked, self._words, (self._stage.number, *self._stage.made), values
                )
            except (OSError, EOFError, pickle.UnpicklingError):  # it has ended by itself
                _end()
            else:
                if found is None:
                    raise StopIteration
                return found
        data = _data(*self._asked, self._words)
        if data is None:
            raise StopIteration
        return data, self._stage(data, values)


def _elsewhere(asked, words, stage, values):
    """What `send` returns, in the process apart."""
    number, *made = stage
    data = _data(*asked, words)
    if data is None:
        return None
    _stages[number] = _stages.pop(number, None) or Stage(*made)
    if len(_stages) > KEPT:
        del _stages[next(iter(_stages))]
    return data, _stages[number](data, values)


def _data(number, frames, values, words):
    """The last data of frames(**values) after these words; None if it has ended. Goes on where it was, if it can."""
    generator, sent = _going.pop(number, None) or (frames(**values), ())
    with BLAS.limit(limits=1, user_api="blas"):
        for word in words[len(sent) :]:
            try:
                data = generator.send(word)
            except StopIteration:
                data = None
    _going[number] = generator, words
    if len(_going) > KEPT:
        _going.pop(next(iter(_going)), None)  # another thread may just have taken it
    return data
