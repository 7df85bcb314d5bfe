"""The pictures of an animation, computed in a process of their own where a cell of the notebook may be computing too.

In one process they would wait for each other's interpreter lock at each of a thousand small matrix products.
"""

import itertools
from concurrent.futures import BrokenExecutor

from threadpoolctl import ThreadpoolController

from course_utils import _workers

BLAS = ThreadpoolController()  # with two threads small products wait for each other where a machine is busy
KEPT = 8  # animations that can go on where they are
_numbers = itertools.count()
_worker = None  # the executor of the process, and a future that is done once it has caught up
_going = {}  # {number of an animation: its generator, and the words sent to it}


class Pictures:
    """What the generator frames(**values) yields, by `send` as from it; from the worker process once that is there."""

    def __init__(self, frames, values):
        self._asked, self._words = (next(_numbers), frames, values), ()

    def prepare(self):
        """Start the process, if it has not been."""
        global _worker
        if not _worker:
            executor = _workers.one()
            _worker = executor, executor.submit(_picture, *self._asked, self._words)

    def send(self, word):
        """Return the next picture, or raise StopIteration after the last."""
        self._words += (word,)
        data = _apart(*self._asked, self._words)
        if data is None:
            raise StopIteration
        return data


def _apart(*asked):
    """What `_picture` returns, from the worker process if it has caught up."""
    global _worker
    worker = _worker  # another explorer's thread may set it anew
    if worker and worker[1].done():
        try:
            return worker[0].submit(_picture, *asked).result()
        except BrokenExecutor:  # somebody has ended it: the next Play starts another
            _worker = None
    return _picture(*asked)


def _picture(number, frames, values, words):
    """The last picture of frames(**values) after these words; None if it has ended. Goes on where it was, if it can."""
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
