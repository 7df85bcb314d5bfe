"""The course in the browser: the site holds what it should, its JupyterLab opens a lesson, its kernel computes."""

import contextlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pyodide
import pytest
from lab import IDLE, answers, free_port, in_chromium
from pages import chromium

from course_utils.authoring import content
from course_utils.publishing import lite, site
from course_utils.publishing import pyodide as ours

pytestmark = pytest.mark.slow  # most of it is making the site
ROOT = Path(__file__).resolve().parents[2]
FIRST_CELL = "await piplite.install"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site's folder, made by the command."""
    out = tmp_path_factory.mktemp("lite") / "site"
    command = [sys.executable, "-m", "course_utils.cli", "lite", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode and not (ROOT / "build" / "lite-env" / "pins.txt").exists() and not os.environ.get("CI"):
        pytest.skip(f"JupyterLite could not be installed here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@contextlib.contextmanager
def serve(folder):
    """The address of a web server for a folder."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(f"http://127.0.0.1:{port}/lab/index.html"):
            assert server.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def blocked(page, address):
    """Let a page reach nothing but an address; the list of what else it asks for."""
    asked = []
    page.route(lambda url: not url.startswith((address, "data:", "blob:")), lambda route: route.abort())
    page.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or asked.append(r.url))
    return asked


def test_holds_every_lesson_and_exercise_with_a_cell_that_fetches_the_course(built):
    for folder in (*content.LESSONS, "exercises"):
        for path in content.notebooks(ROOT, folder):
            there = json.loads((built / "files" / folder / path.name).read_text(encoding="utf-8"))
            assert FIRST_CELL in "".join(there["cells"][0]["source"])
            ids = [cell.id for cell in content.stored.read(path).cells]
            assert [cell["id"] for cell in there["cells"][1:]] == [id for id in ids if "environment" not in id]
    assert "What was tried" in (built / "files" / "README.md").read_text(encoding="utf-8")


def test_holds_the_wheel_of_this_course(built):
    (wheel,) = (built / "pypi").glob("zero_init_course-*-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"course_utils/mlp.py", "course_utils/data/digits.npz", "course_utils/data/predictions.toml"} <= set(names)
    index = json.loads((built / "pypi" / "all.json").read_text(encoding="utf-8"))
    assert "zero-init-course" in index


def test_solutions_stay_at_home(built):
    assert not (built / "files" / "solutions").exists()


@in_chromium
@pytest.mark.parametrize(
    ("path", "page"),
    [("notebooks/02_zero_weights.ipynb", "notebooks/02_zero_weights.html"), ("README.md", ""), (None, "")],
)
def test_what_is_open_has_a_link_to_its_page_of_the_book(path, page, tmp_path):
    (tmp_path / "lite" / "lab").mkdir(parents=True)
    made = tmp_path / "lite" / "lab" / "index.html"
    made.write_text(lite.linked("<!DOCTYPE html><title>Lite</title><body></body>", "../../"), encoding="utf-8")
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto(made.as_uri() + (f"?path={path}" if path else ""))
        assert tab.get_by_role("link", name="The book").evaluate("a => a.href") == f"{tmp_path.as_uri()}/{page}"


def test_the_books_pages_link_to_what_the_site_holds(tmp_path):
    lite.lay_out(ROOT, tmp_path)
    for folder in (*content.LESSONS, "exercises"):
        for path in content.notebooks(ROOT, folder):
            (there,) = re.findall(
                r'"([^"]*)lite/lab/index.html\?path=(.*?)"', site.also(ROOT, folder, path, live=True, moves=False)
            )
            assert there[0] == "../" * len(Path(folder).parts) and (tmp_path / there[1]).is_file()
    assert "lite" not in site.also(ROOT, "notebooks", content.lessons(ROOT)["02"], live=False, moves=True)


def test_pins_are_exact():
    lines = [line for line in lite.PINS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines and all("==" in line for line in lines)


@in_chromium
def test_opens_a_lesson_with_its_outputs(built):
    with serve(built) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked = blocked(page, address)
        page.goto(f"{address}/lab/index.html?path=notebooks/02_zero_weights.ipynb")
        page.get_by_text(FIRST_CELL).first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook h1", has_text="2. Zero weights").first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook .jp-OutputArea-output", has_text="largest gradient").first.wait_for(
            state="attached", timeout=60_000
        )
        page.close()
    assert [url for url in asked if f"/pyodide/v{ours.VERSION}/" not in url] == []


EXERCISE = ("setup", "q6-1-answer", "q6-1-check")
# What is run in place of a lesson's own cells, below the cell that fetches the course.
CELLS = [
    """import sys
import numpy as np
from course_utils import datasets, explorers, mlp, sweep, training
data = datasets.digits()
start = mlp.initialize([64, 16, 10], "lecun_normal", rng=np.random.default_rng(0))
run = training.train(start, data.x_train, data.y_train, steps=300, batch_size=64, rng=np.random.default_rng(0))
print("runs on", sys.platform, "| test above 0.9:", mlp.accuracy(run.params, data.x_test, data.y_test) > 0.9)
found = sweep.sweep(data, width=8, steps=60, sigma_w=[0.0, 1.0])
print("swept, the second learns more:", np.diff(found.results["test"].ravel())[0] > 0.2)""",
    """for name in ("saturation", "depth", "plane", "training_theatre"):
    print(name, "says:", getattr(explorers, name)().status[:20])""",
    *(cell.source for cell in content.read(ROOT / "solutions" / "06_depth.ipynb").cells if cell.id in EXERCISE),
    """lab = explorers.symmetry_lab()
lab""",
]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The address of a site with Pyodide on it, which needs no other server."""
    root = lite.build(ROOT, tmp_path_factory.mktemp("alone") / "site", pyodide.files()).parent.parent
    settings = root / "jupyter-lite.json"
    config = json.loads(settings.read_text(encoding="utf-8"))
    config["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings.write_text(json.dumps(config), encoding="utf-8")
    with serve(root) as address:
        yield address


@contextlib.contextmanager
def opened(address, name):
    """The page of a lesson whose kernel waits for its first cell, and the list of what it asks other servers for."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        asked = blocked(page, address)
        page.goto(f"{address}/lab/index.html?path=notebooks/{name}.ipynb")
        page.get_by_text(FIRST_CELL).first.wait_for(timeout=120_000)
        page.wait_for_function(IDLE, timeout=180_000)
        yield page, asked
        page.close()


@in_chromium
def test_the_kernel_runs_the_course_with_no_other_server(alone):
    """Pyodide starts in Chromium, fetches the course from the site, trains, sweeps; an explorer moves, steps, plays."""
    with opened(alone, "02_zero_weights") as (page, asked):
        page.evaluate(
            """cells => {
              const notebook = jupyterapp.shell.currentWidget.content.model.sharedModel;
              notebook.deleteCellRange(1, notebook.cells.length);
              for (const source of cells) notebook.addCell({cell_type: 'code', source});
              jupyterapp.commands.execute('notebook:run-all-cells');
            }""",
            CELLS,
        )
        status = page.locator(".course-sentence")
        status.wait_for(timeout=300_000)
        outputs = " ".join(page.locator(".jp-OutputArea-output").all_inner_texts())
        assert "runs on emscripten | test above 0.9: True" in outputs, outputs
        assert "swept, the second learns more: True" in outputs, outputs
        assert outputs.count(" says: ") == 4 and "6.1 solved" in outputs and "Error" not in outputs, outputs

        def says(words):
            page.wait_for_function(
                "([words]) => document.querySelector('.course-sentence').textContent.includes(words)", arg=[words]
            )

        says("Step 0 ")
        page.get_by_role("button", name="Step", exact=True).click()
        says("Step 1 ")
        page.get_by_role("button", name="Play", exact=True).click()
        says("Step 10 ")  # by itself
        page.get_by_role("button", name="Pause", exact=True).click()
        page.get_by_role("button", name="Play", exact=True).wait_for()
        page.get_by_role("button", name="Reset", exact=True).click()
        says("Step 0 ")
    assert asked == []


# Runs all cells; the cells there are, those that have run, and the errors among their outputs.
RUN = """async () => {
  await jupyterapp.commands.execute('notebook:run-all-cells');
  const cells = jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map(cell => cell.toJSON());
  const code = cells.filter(cell => cell.cell_type === 'code');
  const errors = code.flatMap(cell => cell.outputs.filter(out => out.output_type === 'error').map(out => out.evalue));
  return [code.length, code.filter(cell => cell.execution_count).length, errors];
}"""


@in_chromium
@pytest.mark.parametrize("name", [path.stem for path in content.notebooks(ROOT, "notebooks")])
def test_a_lesson_runs_to_its_end(alone, name):
    """The quickest one always."""
    if not name.startswith("01") and not os.environ.get("COURSE_WHOLE_LITE"):
        pytest.skip("all lessons take a quarter of an hour: set COURSE_WHOLE_LITE=1")
    with opened(alone, name) as (page, asked):
        page.set_default_timeout(900_000)
        cells, ran, errors = page.evaluate(RUN)
    assert cells == ran > 10 and errors == [] and asked == []
