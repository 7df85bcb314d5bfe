"""How fast a grid of networks is trained, against JAX and PyTorch in the same run: one `name value` a line.

Run it in an environment with the `oracles` extra: `python benchmarks/sweep.py`. The work is the same for all: 84 tanh
networks (12 x 7 points of the plane) with 3 hidden layers of 32 on the digits, float32, SGD with step size 0.1, 300
steps of 64 images, from the same start over the same batches to the same loss. The peers take turns, REPEATS rounds;
the values are ratios of medians. Ours has its worker processes running, as JAX has its compiled function; on the line
with_compile both start from nothing.
"""

import itertools
import sys
import time
from functools import partial
from statistics import median

import jax
import jax.numpy as jnp
import loky
import numpy as np
import torch
from threadpoolctl import threadpool_limits

from course_utils import datasets, losses, mlp, sweep, training

REPEATS = 5
STEPS, BATCH, LR = 300, 64, 0.1
TOLERANCE = 1e-3  # of the median network's final training loss, relative to ours: float32 sums in another order
GRID = {"sigma_w": np.linspace(0.5, 3, 12), "sigma_b": np.linspace(0, 3, 7), "hidden_layers": 3}

digits = datasets.digits()
X, Y = digits.x_train.astype(np.float32), digits.y_train
BATCHES = np.array([*itertools.islice(training.batches(len(X), BATCH, rng=np.random.default_rng(0)), STEPS)])
LAYERS = range(1, 5)


def starts():
    """The parameters from which `sweep.sweep` starts, all 84 networks in one stack."""
    sigma_b, sigma_w = (a.ravel() for a in np.meshgrid(GRID["sigma_b"], GRID["sigma_w"], indexing="ij"))
    piece = sweep.Piece("tanh", (64, 32, 32, 32, 10), 0, LR, sigma_b, sigma_w, STEPS, BATCH, STEPS)
    return sweep.start(piece)


def final_losses(params):
    """The training loss of every network, computed by us whoever trained it."""
    return losses.cross_entropy(mlp.forward({k: np.asarray(p) for k, p in params.items()}, X).output, Y)


def ours(networks=1, progress=False):
    seeds = list(range(networks))
    found = sweep.sweep(
        digits, **GRID, seed=seeds, steps=STEPS, batch_size=BATCH, lr=LR, every=STEPS, progress=progress
    )
    return found.results["loss"][0, 0, 0, 0].ravel()


def ours_with_start():
    loky.get_reusable_executor().shutdown(kill_workers=True)
    return ours()


def jax_loss(params, x, y):
    h = x
    for l in LAYERS:
        z = h @ params[f"W{l}"].T + params[f"b{l}"]
        h = jnp.tanh(z)
    return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1).mean()


def jax_train(params, x, y, batches):
    def step(params, batch):
        grads = jax.grad(jax_loss)(params, x[batch], y[batch])
        return {k: p - LR * grads[k] for k, p in params.items()}, None

    return jax.lax.scan(step, params, batches)[0]


def jax_sweep(train):
    return jax.block_until_ready(train(starts(), X, Y, BATCHES))


def fresh_jax():
    """A compiled function that has not been compiled yet."""
    return jax.jit(jax.vmap(partial(jax_train), in_axes=(0, None, None, None)))


def torch_loop():
    x, y, batches = torch.from_numpy(X), torch.from_numpy(Y), torch.from_numpy(BATCHES)
    stack, end = starts(), {}
    for i in range(len(stack["W1"])):
        modules = []
        for l in LAYERS:
            linear = torch.nn.Linear(*stack[f"W{l}"].shape[:0:-1])
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(stack[f"W{l}"][i]))
                linear.bias.copy_(torch.from_numpy(stack[f"b{l}"][i]))
            modules += [linear, torch.nn.Tanh()]
        net = torch.nn.Sequential(*modules[:-1])
        optimizer = torch.optim.SGD(net.parameters(), lr=LR)
        for batch in batches:
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimizer.step()
        for l, linear in zip(LAYERS, net[::2], strict=True):
            end.setdefault(f"W{l}", []).append(linear.weight.detach().numpy())
            end.setdefault(f"b{l}", []).append(linear.bias.detach().numpy())
    return {k: np.array(p) for k, p in end.items()}


def torch_batched():
    x, y, batches = torch.from_numpy(X), torch.from_numpy(Y), torch.from_numpy(BATCHES)
    params = {k: torch.from_numpy(p).requires_grad_() for k, p in starts().items()}
    networks = len(params["W1"])
    optimizer = torch.optim.SGD(params.values(), lr=LR)
    for batch in batches:
        h = x[batch].expand(networks, -1, -1)
        for l in LAYERS:
            z = torch.baddbmm(params[f"b{l}"][:, None, :], h, params[f"W{l}"].mT)
            h = torch.tanh(z)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(z.flatten(0, 1), y[batch].repeat(networks)) * networks
        loss.backward()
        optimizer.step()
    return {k: p.detach().numpy() for k, p in params.items()}


def seconds(function):
    begin = time.perf_counter()
    result = function()
    return time.perf_counter() - begin, result


def gflops(function, flops):
    """The best of several runs, in flops a second."""
    return flops / min(seconds(function)[0] for _ in range(5))


def main():
    compiled = fresh_jax()
    jax_sweep(compiled)
    ours()
    peers = {
        "ours": ours,
        "ours_with_start": ours_with_start,
        "jax": lambda: final_losses(jax_sweep(compiled)),
        "jax_with_compile": lambda: final_losses(jax_sweep(fresh_jax())),
        "torch_batched": lambda: final_losses(torch_batched()),
        "torch_loop": lambda: final_losses(torch_loop()),
    }
    times = {name: [] for name in peers}
    for _ in range(REPEATS):
        for name, run in peers.items():
            took, loss = seconds(run)
            times[name].append(took)
            if name == "ours":
                reference = loss
            error = np.median(abs(loss - reference) / reference)
            if not error < TOLERANCE:
                sys.exit(f"{name} ends at another loss: {error:.1e} off, relative; at most {TOLERANCE} was expected.")
    took = {name: median(values) for name, values in times.items()}
    for name in ("jax", "jax_with_compile", "torch_loop", "torch_batched"):
        own = took["ours_with_start" if name == "jax_with_compile" else "ours"]
        print(f"sweep.times_faster_than_{name} {took[name] / own:.2f}")

    # 2 flops for a multiplication and an addition; forward, weight gradient, error back (not needed below layer 1).
    products = [n_in * n_out for n_in, n_out in itertools.pairwise((64, 32, 32, 32, 10))]
    flops = 2 * BATCH * STEPS * 84 * (3 * sum(products) - products[0])
    a = np.random.default_rng(0).normal(size=(3000, 3000)).astype(np.float32)
    with threadpool_limits(None):
        peak = gflops(lambda: a @ a, 2 * len(a) ** 3)
    print(f"sweep.share_of_sgemm_peak {flops / took['ours'] / peak:.3f}")

    growth = [seconds(lambda: ours(10))[0] / (10 * seconds(ours)[0]) for _ in range(REPEATS)]
    print(f"sweep.cost_growth {median(growth):.2f}")


if __name__ == "__main__":
    main()
