"""How long grading takes, against nbgrader's autograder: one `name value` a line.

Run it with nothing else running: `python benchmarks/grading.py`. The first time it makes an environment for nbgrader
in build/nbgrader-env, which needs a network. The same submissions to exercise 2 (solved, untouched, wrong in places)
are graded by both, in turns, with two workers each. nbgrader grades one after the other, so two of it run side by side,
each on half of the submissions. Its checks are those that a learner sees, made to raise an error where they are not
satisfied; ours are these and as many with hidden inputs.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "build" / "nbgrader-env"
NBGRADER = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
PATH = {**os.environ, "PATH": f"{NBGRADER.parent}{os.pathsep}{os.environ['PATH']}"}  # where nbgrader finds alembic
NAME = "02_zero_weights.ipynb"
WORKERS = 2
ROUNDS = 3
FEW, MANY = 30, 300  # submissions; nbgrader is given FEW
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.IncludeHeaderFooter.enabled = False
c.ExecutePreprocessor.timeout = 60
"""


def environment():
    """Make the environment of nbgrader, with the course in it, if there is none."""
    there = [NBGRADER, "-c", "import nbgrader, course_utils"]
    if NBGRADER.exists() and subprocess.run(there, capture_output=True).returncode == 0:
        return
    venv.create(ENVIRONMENT, clear=True, with_pip=True)
    subprocess.run([NBGRADER, "-m", "pip", "install", "--quiet", "nbgrader==0.9.5", str(ROOT)], check=True)


def submissions(folder, count):
    """Write submissions of three kinds into a folder, in turns."""
    untouched, solved, wrong = (json.loads((ROOT / "exercises" / NAME).read_text(encoding="utf-8")) for _ in range(3))
    solution = json.loads((ROOT / "solutions" / NAME).read_text(encoding="utf-8"))
    answers = {cell["id"]: cell["source"] for cell in solution["cells"] if cell["id"].endswith("-answer")}
    for nb in solved, wrong:
        for cell in nb["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
    wrong["cells"] = [json.loads(json.dumps(cell).replace("L - l", "L - l + 1")) for cell in wrong["cells"]]
    folder.mkdir(parents=True)
    for n in range(count):
        nb = (solved, untouched, wrong)[n % 3]
        (folder / f"student{n:03}.ipynb").write_text(json.dumps(nb), encoding="utf-8")


def ours(folder, out):
    """Grade a folder with `course grade`; returns the seconds."""
    command = [sys.executable, "-m", "course_utils.cli", "grade", folder, "--out", out, "--workers", str(WORKERS)]
    return timed([[*command, "--exercise", "2"]])


def nbgraders(folder, work):
    """Grade a folder with nbgrader, divided between WORKERS of it; returns the seconds of autograding alone."""
    commands, files = [], sorted(folder.iterdir())
    for worker in range(WORKERS):
        course = work / f"course{worker}"
        source = course / "source" / "ex" / NAME
        source.parent.mkdir(parents=True)
        (course / "nbgrader_config.py").write_text(CONFIG)
        source.write_text(raising(ROOT / "exercises" / NAME), encoding="utf-8")
        quiet = {"cwd": course, "check": True, "capture_output": True, "env": PATH}
        subprocess.run([NBGRADER, "-m", "nbgrader", "generate_assignment", "ex"], **quiet)
        for file in files[worker::WORKERS]:
            place = course / "submitted" / file.stem / "ex" / NAME
            place.parent.mkdir(parents=True)
            place.write_text(raising(file), encoding="utf-8")
        commands.append([NBGRADER, "-m", "nbgrader", "autograde", "ex", f"--CourseDirectory.root={course}"])
    seconds = timed(commands)
    graded = len(list(work.glob("course*/autograded/*/ex/*.ipynb")))
    if graded != len(files):
        sys.exit(f"nbgrader graded {graded} of {len(files)} submissions.")
    return seconds


def raising(path):
    """A notebook whose checks raise an error where they are not satisfied, which is what nbgrader looks for."""
    nb = json.loads(path.read_text(encoding="utf-8"))
    for cell in nb["cells"]:
        if cell["metadata"]["course"]["role"] == "check":
            question, name = "".join(cell["source"])[len("check(") : -1].split(", ")
            cell["source"] = (
                "from course_utils.checks import QUESTIONS, verdict_on\n"
                f"verdict = verdict_on(QUESTIONS[{question}], {name})\n"
                "assert verdict.mark == 'right', verdict"
            )
    return json.dumps(nb)


def timed(commands):
    """Run commands side by side; returns the seconds until all have ended well."""
    start = time.perf_counter()
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(command, env=PATH, **pipes) for command in commands]
    for process in running:
        words = process.communicate()[1]
        if process.returncode not in (0, 1):  # nbgrader ends with 1 where a submission is not right
            sys.exit(words.decode()[-2000:])
    return time.perf_counter() - start


def main():
    """Measure both in turns."""
    environment()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        submissions(work / "few", FEW)
        submissions(work / "many", MANY)
        times = {"ours": [], "nbgrader": []}
        for n in range(ROUNDS):
            times["ours"].append(ours(work / "few", work / f"ours{n}"))
            times["nbgrader"].append(nbgraders(work / "few", work / f"nbgrader{n}"))
            shutil.rmtree(work / f"nbgrader{n}")
        many = ours(work / "many", work / "out-many")
    took = {peer: median(seconds) for peer, seconds in times.items()}
    print("seconds:", {**{p: round(s, 1) for p, s in took.items()}, "ours, many": round(many, 1)}, file=sys.stderr)
    print(f"grading.times_faster_than_nbgrader {took['nbgrader'] / took['ours']:.2f}")
    print(f"grading.submissions_per_minute_per_core {60 * MANY / many / WORKERS:.1f}")
    print(f"grading.cost_growth {(many / MANY) / (took['ours'] / FEW):.2f}")


if __name__ == "__main__":
    main()
