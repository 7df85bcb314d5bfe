"""What a classroom on one machine costs: one `name value` a line.

Run it with nothing else running: `python benchmarks/classroom.py`, or with another number of learners than 8 behind it.
Each learner has a kernel and runs lesson 2 from top to bottom, all at once; first one alone, then all with one BLAS
thread a kernel, then all with as many threads as BLAS takes by itself. slowdown_per_learner is the time for all over
the time for one, divided by their number: 1 / cores is the best there is. mb_per_learner is the largest resident
memory of a learner's kernel; a Jupyter server for each comes on top.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LESSON = ROOT / "notebooks" / "02_zero_weights.ipynb"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
LEARNER = """
import json, resource, sys
import nbformat
from nbclient import NotebookClient
NotebookClient(nbformat.read(sys.argv[1], 4), timeout=1200, resources={"metadata": {"path": sys.argv[2]}}).execute()
kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
print(json.dumps(kilobytes / 1024))
"""


def classroom(learners, threads):
    """Seconds until all learners are through, and the megabytes of the kernel that takes most."""
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    if threads is not None:
        environment["OPENBLAS_NUM_THREADS"] = str(threads)
    start = time.perf_counter()
    command = [sys.executable, "-c", LEARNER, str(LESSON), str(LESSON.parent)]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(learners)]
    printed = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        sys.exit(f"{LESSON.name} did not run through: see the error above.")
    return time.perf_counter() - start, max(map(json.loads, printed))


def main(learners):
    alone, _ = classroom(1, 1)
    together, megabytes = classroom(learners, 1)
    by_default, _ = classroom(learners, None)
    print(f"classroom.slowdown_per_learner {together / alone / learners:.2f}")
    print(f"classroom.mb_per_learner {megabytes:.0f}")
    print(f"classroom.times_faster_than_default_threads {by_default / together:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
