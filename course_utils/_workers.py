"""Worker processes, one for each core, that end with the process that started them."""

import os
import signal
import threading
import time

import numpy as np

IDLE = 300  # seconds after which a worker process with nothing to do ends


def cores():
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def processes(workers):
    """Return an executor of worker processes, kept for the next caller.

    Not threads: those would wait for each other's interpreter lock a third of the time.
    """
    import loky  # only here: it takes 0.1 s

    return loky.get_reusable_executor(workers, timeout=IDLE, initializer=_begin, initargs=(os.getpid(),))


def one():
    """Return an executor of a single worker process, which keeps what it has in mind from one call to the next."""
    import loky

    return loky.ProcessPoolExecutor(1, timeout=IDLE, initializer=_begin, initargs=(os.getpid(),))


def _begin(parent):
    """Prepare a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
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
