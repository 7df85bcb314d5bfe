"""The check-up of PyTorch networks: what it names, what it leaves alone, and that it changes nothing."""

import copy
import importlib
import subprocess
import sys

import numpy as np
import properties
import pytest

from course_utils import checkup, mlp, theory

REASON = "is not installed: `python3 start.py test --oracles` installs it"


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch", reason=f"PyTorch {REASON}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the matrices are small
    yield torch
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def starts(torch):
    return importlib.import_module("sick_and_healthy")


def kinds(model, x, y, **options):
    return [finding.kind for finding in checkup.report(model, x, y, **options).findings]


def test_planted_mistakes_are_named_and_healthy_starts_left_alone(torch, starts, capsys):
    """At least 90 % of what was planted, at most 5 % false alarms; `pytest -s` shows the table."""
    missed, alarms, of = [], [], [0, 0]
    for seed in (0, 1):
        torch.manual_seed(seed)
        for name, (model, x, y, named) in starts.planted().items():
            found = kinds(model, x, y)
            of[0] += 1
            missed += [] if set(found) & set(named.split(" | ")) else [name]
            print(f"{name:60} {', '.join(found)}")
        for name, (model, x, y) in starts.healthy().items():
            found = kinds(model, x, y)
            of[1] += 1
            alarms += [name] if found else []
            print(f"{name:60} {', '.join(found) or '-'}")
    print(f"named {of[0] - len(missed)} of {of[0]}, false alarms {len(alarms)} of {of[1]}")
    assert len(missed) <= 0.1 * of[0], missed
    assert len(alarms) <= 0.05 * of[1], alarms
    assert of[1] >= 2 * 20


def test_nothing_of_the_user_changes(torch, starts):
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 32), torch.nn.BatchNorm1d(32), torch.nn.ReLU(inplace=True), torch.nn.Dropout(),
        torch.nn.Linear(32, 10),
    ).eval()  # fmt: skip
    x, y = starts.vectors()
    model[0].weight.grad = torch.ones(32, 64)
    before, batch = copy.deepcopy(model.state_dict()), x.clone()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    checkup.report(model, x, y)
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(x, batch)
    assert all(torch.equal(before[name], p) for name, p in model.state_dict().items())
    assert torch.equal(model[0].weight.grad, torch.ones(32, 64))
    assert model[4].weight.grad is None
    assert not model.training


def test_it_says_the_same_twice(torch, starts):
    model, x, y, _ = starts.planted()["uniform fill"]
    assert repr(checkup.report(model, x, y)) == repr(checkup.report(model, x, y))


def test_without_gradients_asked_for_it_works_too(torch, starts):
    with torch.no_grad():
        assert kinds(starts.started(starts.mlp(), starts.lecun_), *starts.vectors()) == []


def test_the_table_is_what_the_course_measures(torch):
    """The same network in NumPy: scales, signals, errors and chi."""
    rng = np.random.default_rng(0)
    params = mlp.initialize([64, 100, 100, 10], "normal", sigma_w=1.5, sigma_b=0.3, rng=rng)
    linear = [torch.nn.Linear(*params[f"W{l}"].shape[::-1]) for l in (1, 2, 3)]
    with torch.no_grad():
        for l, layer in enumerate(linear, start=1):
            layer.weight.copy_(torch.tensor(params[f"W{l}"]))
            layer.bias.copy_(torch.tensor(params[f"b{l}"]))
    x, y = rng.normal(size=(200, 64)), rng.integers(10, size=200)
    model = torch.nn.Sequential(linear[0], torch.nn.Tanh(), linear[1], torch.nn.Tanh(), linear[2])
    found = checkup.report(model, torch.tensor(x, dtype=torch.float32), torch.tensor(y))
    trace = mlp.forward(params, x)
    loss, _ = mlp.loss_and_gradients(params, x, y)
    assert found.loss == pytest.approx(float(loss), rel=1e-5)
    for l, layer in enumerate(found.layers, start=1):
        W = params[f"W{l}"]
        assert layer.shape == W.shape
        assert layer.sigma_w == pytest.approx(W.std(ddof=1) * np.sqrt(W.shape[1]), rel=1e-4)
        signal = np.sqrt(trace.z[l].var(axis=0, ddof=1).mean())
        assert layer.signal == pytest.approx(signal, rel=1e-4)
        assert layer.wakes == 0
        assert layer.rows == W.shape[0]
    assert found.layers[2].chi == pytest.approx(theory.chi_path(2, (x**2).mean(), 1.5, 0.3)[1], rel=0.1)
    ratio = found.layers[1].error / found.layers[2].error
    assert ratio**2 == pytest.approx(found.layers[2].chi, rel=0.5)  # ten errors, a hundred units


def test_waking_steps_are_those_of_the_path_rule(torch, starts):
    layers = checkup.report(*starts.healthy()["residual, last matrices zero"]).layers
    wakes = {layer.name: layer.wakes for layer in layers}
    assert {wakes[f"v2.{i}.weight"] for i in range(8)} == {0}
    assert {wakes[f"v1.{i}.weight"] for i in range(8)} == {1}


def test_more_than_one_input_and_a_loss_of_one_s_own(torch):
    class Two(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(4, 8), torch.nn.Linear(4, 8)

        def forward(self, x, c):
            return {"out": torch.tanh(self.a(x)) * torch.tanh(self.b(c))}["out"], c

    x, y = torch.randn(32, 4), torch.randn(32, 8)
    assert kinds(Two(), (x, x.flip(0)), y) == []
    assert kinds(Two(), (x, x), y, loss=lambda out, y: (out[0] - y).abs().mean()) == []


def test_a_loss_that_broadcasts_is_seen(torch, starts):
    x, y = starts.regression()
    model = starts.mlp(torch.nn.Tanh, 1, 1, 1)
    assert "shapes" in kinds(model, x, y, loss=lambda out, y: ((out - y) ** 2).mean())
    assert kinds(model, x, y[:, None], loss=lambda out, y: ((out - y) ** 2).mean()) == []


def test_infinite_losses_are_said(torch, starts):
    model = starts.started(starts.mlp(torch.nn.ReLU, 40), lambda W: torch.nn.init.normal_(W, std=1e9))
    assert "not finite" in kinds(model, *starts.vectors())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (lambda torch: (3, torch.ones(4, 2), torch.ones(4)), TypeError, "model must be a torch.nn.Module, got int"),
        (lambda torch: (torch.nn.Linear(2, 1), [1.0], torch.ones(4)), TypeError, "x and y must be tensors"),
        (lambda torch: (torch.nn.Linear(2, 1), torch.ones(1, 2), torch.ones(1, 1)), TypeError, "at least two samples"),
    ],
)
def test_bad_input_gets_one_sentence(torch, arguments, error, message):
    with properties.says(error, message):
        checkup.report(*arguments(torch))


def test_pytorch_is_imported_when_it_is_called_and_asked_for_when_missing():
    code = (
        "import sys; from course_utils import checkup; assert 'torch' not in sys.modules; sys.modules['torch'] = None\n"
        "try: checkup.report(1, 2, 3)\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "PyTorch is not installed: `pip install -e .[torch]` installs it.\n"


def test_a_table_for_people(torch, starts):
    model, x, y, _ = starts.planted()["two zero matrices in a chain, tanh"]
    text = repr(checkup.report(model, x, y))
    assert "2.weight" in text
    assert "never" in text
    assert "make one random" in text
    assert max(map(len, text.splitlines())) < 260
