"""Sweeps: the same networks as one by one, however the grid is cut and whoever trains it."""

import concurrent.futures
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from course_utils import datasets, mlp, optimizers, sweep, training

DIGITS = datasets.digits()
SMALL = DIGITS._replace(
    x_train=DIGITS.x_train[:200], y_train=DIGITS.y_train[:200], x_test=DIGITS.x_test[:100], y_test=DIGITS.y_test[:100]
)
GRID = {"sigma_w": [0.0, 0.5, 1.0, 2.0], "sigma_b": [0.0, 1.0], "hidden_layers": [1, 2]}
SHORT = {"width": 8, "steps": 30, "batch_size": 20, "every": 10, "progress": False}


def same(a, b, tolerance=0.0):
    """The two sweeps found the same."""
    assert a.axes == b.axes
    for name in sweep.RESULTS:
        np.testing.assert_allclose(a.results[name], b.results[name], rtol=tolerance, atol=tolerance, err_msg=name)


def test_axes_and_shapes():
    found = sweep.sweep(SMALL, **GRID, seed=[3, 5], **SHORT)
    assert list(found.axes) == list(sweep.AXES)
    for values in found.results.values():
        assert values.shape == (1, 2, 2, 1, 2, 4)
        assert not np.isnan(values).any()


@pytest.mark.parametrize("activation, optimizer", [("tanh", "sgd"), ("relu", "momentum"), ("gelu", "adam")])
@pytest.mark.parametrize("hidden_layers, seed, lr, sigma_b, sigma_w", [(1, 0, 0.1, 1.0, 2.0), (2, 4, 0.03, 0.0, 1.0)])
def test_a_point_is_the_network_trained_alone(hidden_layers, seed, lr, sigma_b, sigma_w, activation, optimizer):
    found = sweep.sweep(
        SMALL,
        sigma_w=[0.5, sigma_w],
        sigma_b=[2.0, sigma_b],
        lr=[0.01, lr],
        hidden_layers=hidden_layers,
        seed=seed,
        activation=activation,
        optimizer=optimizer,
        **SHORT,
    )
    rng = np.random.default_rng([seed, hidden_layers + 2])
    unit = mlp.initialize([64, *[8] * hidden_layers, 10], "normal", sigma_b=1.0, rng=rng)
    alone = {name: ((sigma_w if name[0] == "W" else sigma_b) * p).astype(np.float32) for name, p in unit.items()}
    alone = training.train(
        alone, SMALL.x_train, SMALL.y_train, optimizers.OPTIMIZERS[optimizer](lr), steps=30, batch_size=20,
        rng=np.random.default_rng(seed), activation=activation,
    ).params  # fmt: skip
    loss, _ = mlp.loss_and_gradients(alone, SMALL.x_train.astype(np.float32), SMALL.y_train, activation)
    assert found.results["loss"][0, 0, 0, 1, 1, 1] == pytest.approx(float(loss), rel=1e-5)
    accuracy = mlp.accuracy(alone, SMALL.x_test, SMALL.y_test, activation)
    assert found.results["test"][0, 0, 0, 1, 1, 1] == pytest.approx(accuracy, abs=0.011)


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_the_cut_changes_nothing(piece, monkeypatch):
    whole = sweep.sweep(SMALL, **GRID, **SHORT)
    monkeypatch.setattr(sweep, "PIECE", piece)
    same(sweep.sweep(SMALL, **GRID, **SHORT), whole)


@pytest.mark.parametrize("executor", [concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor])
def test_any_executor_finds_the_same(executor):
    settings = (
        {"mp_context": __import__("multiprocessing").get_context("spawn")} if "Process" in executor.__name__ else {}
    )
    with executor(2, **settings) as pool:
        same(sweep.sweep(SMALL, **GRID, **SHORT, executor=pool), sweep.sweep(SMALL, **GRID, **SHORT), 1e-5)


def test_dask_finds_the_same(tmp_path):
    """A scheduler and two workers, each started from Dask's command line."""
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed: `pip install -e .[dask]` installs it"
    )
    with contextlib.ExitStack() as stack:

        def start(*command):
            command = [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
            stack.callback(process.wait)
            stack.callback(process.terminate)

        file = tmp_path / "scheduler.json"
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        for _ in range(2):
            start("dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard", "--no-nanny")
        client = stack.enter_context(distributed.Client(scheduler_file=str(file), timeout=60))
        client.wait_for_workers(2, timeout=60)
        found = sweep.sweep(SMALL, **GRID, **SHORT, executor=client.get_executor(pure=False))
        workers = {worker["name"] for worker in client.scheduler_info()["workers"].values()}
    assert len(workers) == 2
    same(found, sweep.sweep(SMALL, **GRID, **SHORT), 1e-5)


def test_steps_to_90_percent():
    settings = {**SHORT, "steps": 600, "every": 50, "width": 16}
    found = sweep.sweep(DIGITS, sigma_w=[0.0, 1.0], **settings).results
    for part in ("train", "test"):
        never, steps = found[f"{part}_steps"].ravel()
        assert np.isinf(never) and steps % 50 == 0 and 50 <= steps <= 600
        before = sweep.sweep(DIGITS, sigma_w=1.0, **{**settings, "steps": int(steps) - 50}).results[part].item()
        after = sweep.sweep(DIGITS, sigma_w=1.0, **{**settings, "steps": int(steps)}).results[part].item()
        assert before < 0.9 <= after


def test_the_four_places_of_the_thread():
    found = sweep.sweep(DIGITS, sigma_w=[0.0, 1.0, 4.0], sigma_b=[0.0, 1.0], hidden_layers=[1, 2], progress=False)
    test = found.results["test"][0, :, 0, 0]
    assert test[0, 0, 0] == test[1, 0, 0] == test[1, 1, 0] == 0.1  # all zero; the opposite with two hidden layers
    assert test[0, 1, 0] > 0.95 and test[:, :, 1].min() > 0.95  # the opposite with one; LeCun's
    assert 0.5 < test[1, 0, 2] < 0.95 < found.results["train"][0, 1, 0, 0, 0, 2]  # too large: fits, generalizes badly


# ---- stopped and continued ----


def test_an_interrupted_sweep_keeps_what_is_done(monkeypatch, capsys):
    pieces = itertools.count()

    def stopped(*arguments):
        if next(pieces) >= 2:
            raise KeyboardInterrupt
        return train_piece(*arguments)

    train_piece = sweep.train_piece
    monkeypatch.setattr(sweep, "train_piece", stopped)
    monkeypatch.setattr(sweep, "PIECE", 4)
    found = sweep.sweep(SMALL, **GRID, **SHORT, executor=concurrent.futures.ThreadPoolExecutor(1))
    done = np.isfinite(found.results["train"])
    assert done.sum() == 8
    assert "8 of 16 networks are trained" in capsys.readouterr().err
    monkeypatch.undo()
    whole = sweep.sweep(SMALL, **GRID, **SHORT)
    assert np.array_equal(found.results["loss"][done], whole.results["loss"][done])


def test_a_second_call_trains_only_what_is_missing(tmp_path, monkeypatch):
    whole = sweep.sweep(SMALL, **GRID, **SHORT, folder=tmp_path)
    kept = sorted(tmp_path.rglob("*.npz"))
    kept[0].unlink()
    trained = []
    train_piece = sweep.train_piece
    monkeypatch.setattr(sweep, "train_piece", lambda piece, *rest: trained.append(piece) or train_piece(piece, *rest))
    settings = {**GRID, **SHORT, "folder": tmp_path, "executor": concurrent.futures.ThreadPoolExecutor(2)}
    same(sweep.sweep(SMALL, **settings), whole)
    assert 0 < sum(len(piece.lr) for piece in trained) < 16
    trained.clear()
    same(sweep.sweep(SMALL, **settings), whole)
    assert not trained
    sweep.sweep(SMALL, **{**settings, "steps": 20})  # other settings: nothing is taken over
    assert sum(len(piece.lr) for piece in trained) == 16


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_a_stopped_run_keeps_what_is_done_and_leaves_no_process_behind(tmp_path, number):
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background
        "from course_utils import datasets, sweep; import numpy as np\n"
        f"sweep.sweep(datasets.digits(), sigma_w=np.linspace(0, 3, 800), steps=400, folder={str(tmp_path)!r})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, start_new_session=True, text=True
    )
    deadline = time.monotonic() + 60
    while len(list(tmp_path.rglob("*.npz"))) < 2 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    workers = psutil.Process(process.pid).children(recursive=True)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: the workers get it, too
    else:
        process.kill()
    _, said = process.communicate(timeout=20)
    assert ("Stopped: " in said) == (number == signal.SIGINT) and "Traceback" not in said
    kept = [dict(np.load(path)) for path in tmp_path.rglob("*.npz")]
    assert len(kept) >= 2
    assert all(np.isfinite(piece["loss"]).all() and len(piece["points"]) <= sweep.PIECE for piece in kept)
    assert len(workers) >= 1
    assert psutil.wait_procs(workers, timeout=20)[1] == []


# ---- memory ----


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from Linux's /proc")
def test_ten_thousand_networks_stay_within_the_budget():
    program = (
        "from course_utils import datasets, sweep; import numpy as np\n"
        "import psutil\n"
        "status = lambda pid: open(f'/proc/{pid}/status').read().split('VmHWM:')[1]\n"
        "peak = lambda: sum(int(status(p.pid).split()[0]) for p in [me, *me.children()])\n"
        "data, me = datasets.digits(), psutil.Process()\n"
        "sweep.sweep(data, steps=0, progress=False)  # the workers have started\n"
        "before = peak()\n"
        "grid = dict(sigma_w=np.linspace(0, 3, 10000), hidden_layers=3)\n"
        "found = sweep.sweep(data, **grid, steps=1, every=1, progress=False)\n"
        "assert found.results['loss'].size == 10000\n"
        "print(peak() - before)"
    )
    kilobytes = int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
    assert kilobytes < 2 * 2**20


# ---- extremes and bad input ----


@pytest.mark.parametrize("grid", [{"sigma_w": 0}, {"sigma_w": 1e6, "sigma_b": 1e6}, {"hidden_layers": 0}, {"lr": 1e6}])
def test_extremes_are_results(grid, recwarn):
    found = sweep.sweep(SMALL, **grid, **SHORT)
    assert found.results["train"].size == 1 and 0 <= found.results["train"].item() <= 1
    assert not recwarn.list


def test_width_one():
    assert sweep.sweep(SMALL, **{**SHORT, "width": 1}).results["train"].item() <= 1


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"sigma_w": [1.0, np.nan]}, r"sigma_w must be finite, got 1 nan"),
        ({"sigma_b": -1.0}, r"sigma_b must not be negative, got -1.0"),
        ({"sigma_w": []}, r"sigma_w has no values: a grid needs at least one point"),
        ({"hidden_layers": -1}, r"hidden_layers must be at least 0, got -1"),
        ({"hidden_layers": 1.5}, r"hidden_layers must be a whole number, got 1.5"),
        ({"activation": "tahn"}, r"activation 'tahn' is not known: did you mean 'tanh'"),
        ({"sigma": 1.0}, r"the setting 'sigma' is not known: did you mean"),
        ({"optimizer": "Adam"}, r"optimizer 'Adam' is not known: did you mean 'adam'"),
        ({"width": 0}, r"width must be at least 1, got 0"),
        ({"batch_size": 1000}, r"batch_size is 1000, but there are only 200 samples"),
        ({"budget": 1000}, r"budget is 1000 bytes, but \d+ networks, one for each worker, take \d+: allow more"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(settings, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence) as caught:
        sweep.sweep(SMALL, **{**SHORT, **settings})
    assert "\n" not in str(caught.value)


# ---- files ----


def test_saved_and_loaded(tmp_path):
    settings = {**GRID, **SHORT, "activation": ["tanh", "relu"]}
    found, by_adam = (sweep.sweep(SMALL, **settings, optimizer=optimizer) for optimizer in ("sgd", "adam"))
    assert (found.axes["lr"], by_adam.axes["lr"]) == ([0.1], [0.01])  # each rule's own, where none is given
    sweep.save([found, by_adam], tmp_path / "found.npz")
    for i, activation in enumerate(found.axes["activation"]):
        for kept in (found, by_adam):
            of_one = {name: values[i : i + 1] for name, values in kept.results.items()}
            loaded = sweep.load(tmp_path / "found.npz", activation=activation, optimizer=kept.optimizer)
            same(loaded, kept._replace(axes=kept.axes | {"activation": [activation]}, results=of_one), 1e-6)
            assert loaded.optimizer == kept.optimizer
    for wrong in ({"activation": "softplus"}, {"optimizer": "momentum"}):
        with pytest.raises(ValueError, match=r"has no sweep of .*, only of tanh sgd, relu sgd, tanh adam"):
            sweep.load(tmp_path / "found.npz", **wrong)
    (tmp_path / "found.npz").write_bytes(b"PK")
    with pytest.raises(ValueError, match="damaged or no sweep: make it again with `course plane"):
        sweep.load(tmp_path / "found.npz")
    with pytest.raises(FileNotFoundError, match=r"There is no sweep in .*: make it with `course plane"):
        sweep.load(tmp_path / "none.npz")


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_the_shipped_plane_is_what_the_code_finds(activation, optimizer):
    plane = sweep.load(activation=activation, optimizer=optimizer)
    assert plane.axes["hidden_layers"] == [1, 2, 3, 5, 8]
    few = {"sigma_w": plane.axes["sigma_w"][:7:3], "sigma_b": plane.axes["sigma_b"][:9:4], "hidden_layers": [1, 3]}
    settings = {"activation": activation, "optimizer": optimizer, "seed": plane.axes["seed"][-1], "progress": False}
    found = sweep.sweep(datasets.digits(), **few, **settings).results
    for part in ("train", "test"):
        shipped = plane.results[part][:, [0, 2], -1:, :, :9:4, :7:3]
        assert np.abs(found[part] - shipped).max() <= 0.02  # another processor adds in another order


def test_course_plane_writes_a_figure(tmp_path):
    command = [sys.executable, "-m", "course_utils.cli", "plane", "--depths", "1", "2", "--grid", "3x2", "--seeds", "0"]
    command += ["--activations", "tanh", "gelu", "--optimizers", "adam"]
    environment = {**os.environ, "COURSE_WORK": str(tmp_path / "work")}
    figure, numbers = tmp_path / "plane.png", tmp_path / "plane.npz"
    subprocess.run([*command, "--steps", "20", "--out", figure, "--data", numbers], check=True, env=environment)
    assert figure.read_bytes().startswith(b"\x89PNG")
    found = sweep.load(numbers, activation="gelu", optimizer="adam")
    assert found.results["test"].shape == (1, 2, 1, 1, 2, 3)
    assert not list(Path(tmp_path / "work").rglob("*.npz"))  # done: nothing is left to go on with


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--grid", "12"], "'12' is not a grid: two whole numbers"),
        (["--grid", "0x4"], "'0x4' is not a grid"),
        (["--out", "plane.doc"], "plane.doc must end in .png, .svg or .pdf"),
        (["--depths", "-1", "--out", "p.png"], "hidden_layers must be at least 0, got -1"),
    ],
)
def test_course_plane_says_what_is_wrong(arguments, sentence):
    command = [sys.executable, "-m", "course_utils.cli", "plane", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (1, 2) and sentence in done.stderr and done.stderr.count("\n") == 1
