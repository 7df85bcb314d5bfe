"""Worker processes, one for each core, that end with the process that started them.

They import nothing from the folder one stands in: it may hold a `random.py` of anybody's.
"""

import contextlib
import os
import threading
import time
from multiprocessing import process

import numpy as np
from threadpoolctl import threadpool_limits

IDLE = 300  # seconds after which a worker process with nothing to do ends
# What a worker does first. A notebook's kernel imports from the current folder, and loky makes a worker's path ours:
# this takes it off again, and is sent as text, for a function would be looked for there.
FIRST = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
from multiprocessing import process
here = [os.path.realpath(path) for path in (os.getcwd(), process.ORIGINAL_DIR) if path]
sys.path[:] = [root] + [path for path in sys.path if path and os.path.realpath(path) not in here]
import course_utils
del sys.path[0]
from course_utils import _workers
_workers.begin(parent)
"""
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class _OneBlasThread:
    """`one_blas_thread`: how many are inside, and what it was before the first."""

    def __init__(self):
        self.lock, self.inside, self.limit = threading.Lock(), 0, None

    def __enter__(self):
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                self.limit = threadpool_limits(1, user_api="blas")

    def __exit__(self, *_):
        with self.lock:
            self.inside -= 1
            if not self.inside:
                self.limit.restore_original_limits()


# `with one_blas_thread:` products of matrices take one thread, which for small ones is fastest, and as many as before
# when the last block ends. It is one number for the whole process: of two blocks that overlap in two threads, each with
# a `threadpool_limits` of its own, the last to end would restore the 1 of the first.
one_blas_thread = _OneBlasThread()


def cores():
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def processes(workers):
    """Return an executor of worker processes, kept for the next caller.

    Not threads: those would wait for each other's interpreter lock a third of the time.
    """
    import loky  # only here: it takes 0.1 s

    safe, known = environment(), {"root": ROOT, "parent": os.getpid()}
    with _set(safe):  # loky starts two helpers of its own, which get no other environment than ours
        executor = loky.get_reusable_executor(
            workers, timeout=IDLE, initializer=exec, initargs=(FIRST, known), env=safe
        )
        executor.submit(int)
    return executor


def environment():
    """Return the settings with which a Python that is started imports nothing from the current folder."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # an empty entry is the current folder, too
    elsewhere = [path for path in paths if path and not _here(path)]
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(elsewhere), "PYTHONSTARTUP": ""}


@contextlib.contextmanager
def _set(variables):
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _here(path):
    """Whether a path is the current folder, or was when this program began."""
    return os.path.realpath(path) in map(os.path.realpath, filter(None, (os.getcwd(), process.ORIGINAL_DIR)))


def begin(parent):
    """Prepare a worker process."""
    if os.name == "posix":
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # glibc gives freed memory back to the system, and each step would begin by asking for it again, until a block as
    # large as this one has been freed.
    block = np.empty(2**24, np.uint8)
    del block


def _end_with(parent):
    """End this process soon after its parent, even if that was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
