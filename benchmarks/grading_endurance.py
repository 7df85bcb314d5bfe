"""What submissions of all kinds take, and whether a grading run that is killed 20 times gives the same grades.

`python benchmarks/grading_endurance.py [COUNT]` takes half an hour on two cores, for 300 submissions. It prints one
`name value` a line: the minutes; the most memory that the grader's own process had, all its processes together, one
submission's, in MiB; how many results were there at each kill; how many rows of the grades differ. Needs bubblewrap.
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = ("02", "04", "08")
COUNT = int(sys.argv[1]) if sys.argv[1:] else 300
KILLS, SEED = 20, 7
ODD = (
    "import nosuch",
    "def first_moves(activation, L):\n    return nosuch.zeros(L)",
    "x = [0] * 10**7\nprint('x' * 10**6)",
    "import os\nos._exit(1)",
    "def first_moves(activation, L):\n    return list(range(10**5))",
    "while not sum(i * i for i in range(10**7)):\n    pass",
    "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    "import numpy as np\nheld = np.ones((600, 2**17))",
)


def submissions(folder):
    """Write submissions into a folder: of five, one untouched, one solved, one wrong, one solved in part, one odd."""
    chance = random.Random(SEED)
    folder.mkdir()
    for n in range(COUNT):
        exercise = EXERCISES[n % len(EXERCISES)]
        (path,) = (ROOT / "exercises").glob(f"{exercise}_*.ipynb")
        nb = json.loads(path.read_text(encoding="utf-8"))
        solution = json.loads((ROOT / "solutions" / path.name).read_text(encoding="utf-8"))
        answers = {cell["id"]: "".join(cell["source"]) for cell in solution["cells"] if cell["id"].endswith("-answer")}
        kind = n // len(EXERCISES) % 5
        for cell in nb["cells"]:
            if kind and cell["id"] in answers and (kind != 3 or chance.random() < 0.5):
                cell["source"] = answers[cell["id"]]
                if kind == 2:
                    cell["source"] = cell["source"].replace(" - ", " + ").replace("True", "False").replace("1", "2")
        text = json.dumps(nb)
        if kind == 4:
            odd = n // 15 % (len(ODD) + 1)
            if odd < len(ODD):
                cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": ODD[odd]}
                text = json.dumps({**nb, "cells": [*nb["cells"][:2], cell, *nb["cells"][2:], cell]})
            else:
                text = text[: len(text) // 2]
        (folder / f"student{n:03}.ipynb").write_text(text, encoding="utf-8")


def begun(folder, out):
    """A run of the grader, or what goes on with it."""
    more = ["--resume"] if (out / "run.json").exists() else ["--seed", str(SEED)]
    command = [sys.executable, "-m", "course_utils.cli", "grade", folder, "--out", out, "--workers", "2", *more]
    quiet = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
    return subprocess.Popen([*command, "--isolation", "bwrap"], cwd=ROOT, **quiet)


def watched(process):
    """Wait for a run; returns the most MiB of its own process, of all its processes, and of one submission's."""
    own, most = psutil.Process(process.pid), [0, 0, 0]
    while process.poll() is None:
        try:
            family = own.children(recursive=True)
            theirs = {each for each in family if each.name() == "bwrap"}
            theirs |= {below for each in theirs for below in each.children(recursive=True)}
            sizes = {each: each.memory_full_info().pss / 2**20 for each in [own, *family] if each.is_running()}
            now = [sizes[own], sum(size for each, size in sizes.items() if each not in theirs)]
            now.append(max((size for each, size in sizes.items() if each in theirs), default=0))
            most = [max(pair) for pair in zip(most, now, strict=True)]
        except (psutil.Error, KeyError):  # one of them has just ended
            pass
        time.sleep(0.2)
    return most


def grades(out):
    """The rows of a run, without the times."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


def main():
    """Grade twice: once undisturbed, and once with kills."""
    with tempfile.TemporaryDirectory() as name:
        work, chance = Path(name), random.Random(SEED)
        submissions(work / "in")
        start = time.monotonic()
        own, all_of_them, theirs = watched(begun(work / "in", work / "calm"))
        took = time.monotonic() - start
        print(f"endurance.minutes {took / 60:.1f}")
        print(f"endurance.memory_own {own:.0f}\nendurance.memory_grader {all_of_them:.0f}")
        print(f"endurance.memory_submission {theirs:.0f}", flush=True)
        there = []
        for _ in range(KILLS):
            process = begun(work / "in", work / "killed")
            time.sleep(chance.uniform(1, took / 4))  # by then some results are there
            process.kill()
            process.wait()
            there.append(len(list((work / "killed" / "results").glob("*.json"))))
        begun(work / "in", work / "killed").wait()
        print(f"endurance.results_when_killed {' '.join(map(str, there))}")
        pairs = zip(grades(work / "calm"), grades(work / "killed"), strict=True)
        print(f"endurance.rows {len(grades(work / 'calm'))}")
        print(f"endurance.rows_that_differ {sum(a != b for a, b in pairs)}")


if __name__ == "__main__":
    main()
