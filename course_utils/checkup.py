"""A check-up of your own PyTorch network: what this course would look at before you train it.

`report(model, x, y)` takes a `torch.nn.Module` and one batch, trains a copy of it for a few small steps, and says what
it saw. The model, its gradients, the batch and PyTorch's random numbers stay as they are. It needs PyTorch (the extra
`torch`), which is imported only when a report is made.

What it cannot see: what another batch or a long training brings (it takes at most twenty steps of SGD, without
dropout), and how scales move inside modules that are one function for PyTorch (`nn.LSTM`, `nn.MultiheadAttention`).
That nothing is found is no promise that the network trains.
"""

import contextlib
import copy
import math
from typing import NamedTuple

from course_utils import _validate

SHRINKS, GROWS = 1 / 30, 100  # a signal or an error that changes by more than that from end to end is named
SHARE = 0.5  # of a layer's units that are off for the whole batch, or of its numbers that are saturated
ABOVE = 4.0  # a first loss so far above log K says that the logits are too large
MATRICES = ("linear", "conv1d", "conv2d", "conv3d")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "silu", "leaky_relu", "elu", "selu", "softplus", "mish")
SUMS = ("add", "sub", "mul", "div", "__add__", "__sub__", "__rsub__", "__mul__")


class Finding(NamedTuple):
    """Something to look at: its kind, the parameters or layers it was seen in, what was seen, what to do."""

    kind: str
    where: tuple
    seen: str
    advice: str


class Layer(NamedTuple):
    """A matrix at its place in the network, as the batch saw it at the start."""

    name: str
    shape: tuple
    sigma_w: float  # standard deviation of the weights, times sqrt(fan_in)
    bias: float  # root mean square of its biases; nan without
    signal: float  # standard deviation over the samples of what it puts out, root mean square over the units
    error: float  # length of a sample's dL/dz, root mean square, at the first step at which there is any
    chi: float  # sigma_w^2 mean(phi'(z)^2), phi the activation before: squared errors are multiplied by it on their way
    wakes: int | None  # the first step at which its gradient is not zero
    rows: int  # how many of its rows differ


class Report(NamedTuple):
    """What `report` saw; printed, a table and sentences."""

    layers: list
    findings: list
    loss: float

    def __repr__(self):
        width = max([len(layer.name) for layer in self.layers] + [6])
        lines = [f"{'matrix':{width}} {'shape':>14} sigma_w  bias  signal   error   chi wakes  different rows"]
        for name, shape, sigma_w, bias, signal, error, chi, wakes, rows in self.layers:
            lines.append(
                f"{name:{width}} {'x'.join(map(str, shape)):>14} {sigma_w:7.2f} {bias:5.2f} {signal:7.1e} {error:7.1e} "
                f"{chi:5.2f} {'never' if wakes is None else wakes:>5}  {rows} of {shape[0]}"
            )
        said = [f"{f.kind}: {f.seen} {f.advice}" for f in self.findings]
        return "\n".join([*lines, "", f"First loss {self.loss:.3g}.", *(said or ["Nothing to look at first."])])


def report(model, x, y, loss=None):
    """Look at a `torch.nn.Module` on one batch: a `Report`, which prints as a table and sentences.

    x is what the model is called with, a tensor or a tuple of them. loss(outputs, y) gives one number; by default it is
    the cross-entropy for whole-numbered labels (classes on the last axis, or on axis 1 as in images), else the mean
    squared error.
    """
    try:
        import torch
    except ImportError:
        raise ImportError("PyTorch is not installed: `pip install -e .[torch]` installs it.") from None
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}.")
    inputs = x if isinstance(x, tuple) else (x,)
    if not all(isinstance(t, torch.Tensor) and t.ndim and len(t) > 1 for t in (*inputs, y)):
        raise TypeError(f"x and y must be tensors of at least two samples, got {_validate.shown(type(x).__name__)}.")
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        model, inputs, y = _copied(model, inputs, y)
        outputs = _tensor(model(*inputs)).detach()
        findings = [*_inputs(inputs), *_shapes(outputs, y)]
        value = loss or _loss(outputs, y)
        if value is None:
            return Report([], findings, math.nan)
        run = _trained(model, inputs, y, value)
        findings += [*_steps(run), *_twins(run, outputs), *_units(run), *_scales(run), *_kinks(run)]
        findings += _first_loss(run, outputs, y) if loss is None else []
        return Report(_layers(run), findings, run.losses[0])


def _copied(model, inputs, y):
    """A copy with dropout off and the batch for it, both in double precision where the model allows it."""
    model = copy.deepcopy(model).train()
    for module in model.modules():
        if "Dropout" in type(module).__name__:
            module.eval()
        elif isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
    wide = [t.double() if t.is_floating_point() else t for t in (*inputs, y)]
    with contextlib.suppress(RuntimeError, TypeError, ValueError):
        double = copy.deepcopy(model).double()
        copy.deepcopy(double)(*wide[:-1])  # a copy again: batch statistics move in a forward pass
        return double, tuple(wide[:-1]), wide[-1]
    return model, inputs, y


def _tensor(outputs):
    """The model's outputs: the first tensor in what it returns."""
    outputs = getattr(outputs, "logits", outputs)
    return outputs[0] if isinstance(outputs, tuple | list) else outputs


def _loss(outputs, y):
    """The loss that outputs and y speak of; None if they fit none."""
    from torch.nn import functional as F

    if y.is_floating_point():
        fits = outputs.numel() == y.numel()
        return (lambda out, y: F.mse_loss(_tensor(out).reshape(y.shape), y)) if fits else None
    if outputs.shape[:-1] == y.shape:
        return lambda out, y: F.cross_entropy(_tensor(out).flatten(0, -2), y.flatten())
    fits = outputs.shape[:1] + outputs.shape[2:] == y.shape
    return (lambda out, y: F.cross_entropy(_tensor(out), y)) if fits else None


# what is recorded


class _Event(NamedTuple):
    """A matrix or an activation at work: z is what the matrix put out, or what the activation was given."""

    name: str
    z: object  # (samples and places, units)
    phi: object  # None for a matrix
    errors: list  # dL/d(what was put out), once the backward pass has been there


class _Run(NamedTuple):
    """Some steps of training; {name: parameter} at its start and end."""

    losses: list
    events: list  # a list for each step
    sizes: list  # {name: largest gradient, None where the loss does not depend on it} for each step
    start: dict
    end: dict
    broadcast: list


def _watch(names, events, broadcast, n):
    """A mode in which matrices and activations note what they do, whoever calls them."""
    import torch

    def unit_axis_last(t, image):
        return (t.movedim(1, -1) if image else t).detach().flatten(0, -2)

    def note(out, image, *event):
        events.append(_Event(*event, []))
        if out.requires_grad:
            out.register_hook(lambda error, errors=events[-1].errors: errors.append(unit_axis_last(error, image)))

    class Watch(torch.overrides.TorchFunctionMode):
        image = False  # whether the last matrix was a convolution, and so units are on axis 1

        def __torch_function__(self, func, types, args=(), kwargs=None):
            kwargs, kind = kwargs or {}, getattr(func, "__name__", "").rstrip("_")
            phi = kind in ACTIVATIONS and args and args[0].ndim > 1 and args[0].is_floating_point()
            if phi:  # its input may be changed in place
                self.image &= args[0].ndim > 2
                z = unit_axis_last(args[0], self.image).clone()
            out = func(*args, **kwargs)
            if phi:
                note(out, self.image, kind, z, lambda z: func(z * 1.0, *args[1:], **kwargs))
            elif kind in MATRICES and id(weight := args[1] if len(args) > 1 else kwargs["weight"]) in names:
                self.image = kind != "linear"
                note(out, self.image, names[id(weight)], unit_axis_last(out, self.image).clone(), None)
            elif kind in SUMS and len(args) == 2 and all(isinstance(a, torch.Tensor) for a in args):
                broadcast.extend([kind] * ({tuple(a.shape) for a in args} == {(n, 1), (n,)}))
            return out

    return Watch()


def _trained(model, inputs, y, loss):
    """A few steps of SGD on the copy, none longer than 0.1: enough to see what moves."""
    params = {name: p for name, p in model.named_parameters() if p.requires_grad}
    names = {id(p): name for name, p in params.items()}
    start = {name: p.detach().clone() for name, p in params.items()}
    run = _Run([], [], [], start, {}, [])
    for _ in range(min(20, 4 + sum(p.ndim > 1 and not p.any() for p in start.values()))):
        run.events.append([])
        model.zero_grad()
        with _watch(names, run.events[-1], run.broadcast, len(y)):
            value = loss(model(*inputs), y)
        value.backward()
        run.losses.append(value.item())
        grads = {name: p.grad for name, p in params.items() if p.grad is not None}
        run.sizes.append({name: grads[name].abs().max().item() if name in grads else None for name in params})
        norm = math.sqrt(sum(g.square().sum().item() for g in grads.values()))
        if not math.isfinite(norm):
            break
        for name, g in grads.items():
            params[name].data -= 0.1 / max(1, norm) * g
    run.end.update({name: p.detach() for name, p in params.items()})
    return run


def _wakes(run, name):
    """The first step at which a parameter's gradient is more than the rounding of the largest; None if at none."""
    for step, sizes in enumerate(run.sizes):
        if (sizes[name] or 0) > 1e-14 * max(size or 0 for size in sizes.values()):
            return step
    return None


def _bias(parameters, name):
    """The bias beside a matrix; None without."""
    W, b = parameters[name], parameters.get(name.removesuffix("weight") + "bias")
    return b if b is not None and b.shape == W.shape[:1] else None


def _slope(event):
    """phi'(z) of an activation."""
    import torch

    z = event.z.clone().requires_grad_()
    return torch.autograd.grad(event.phi(z).sum(), z)[0]


def _length(error):
    """The root mean square over the samples of a sample's error; the loss is a mean over them."""
    return error.square().sum().mul(len(error)).sqrt().item()


def _layers(run):
    """The matrices that were seen at work, each once, in their order."""
    layers, before = {}, None
    for event in run.events[0]:
        if event.phi is None and event.name not in layers:
            W, b = run.start[event.name], _bias(run.start, event.name)
            sigma_w = W.std().item() * math.sqrt(W[0].numel())
            errors = [e.errors[0] for step in run.events for e in step if e.name == event.name and e.errors]
            layers[event.name] = Layer(
                event.name, tuple(W.shape), sigma_w, math.nan if b is None else b.square().mean().sqrt().item(),
                event.z.std(dim=0).square().mean().sqrt().item(),
                next((_length(e) for e in errors if e.any()), 0.0),
                sigma_w**2 * (_slope(before).square().mean().item() if before else 1.0),
                _wakes(run, event.name), len(W.flatten(1).unique(dim=0)),
            )  # fmt: skip
        before = event if event.phi else None
    return [*layers.values()]


# what is found


def _list(names):
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _inputs(inputs):
    for t in inputs:
        if t.is_floating_point() and (t.std() > 10 or t.mean().abs() > 3 * t.std() > 0):
            seen = f"the inputs have mean {t.mean():.3g} and standard deviation {t.std():.3g}."
            yield Finding("raw inputs", ("x",), seen, "Centre them and divide by one scale (lesson 5).")


def _shapes(outputs, y):
    out, given, n = tuple(outputs.shape), tuple(y.shape), len(y)
    if y.is_floating_point() and out != given:
        seen = f"outputs have shape {out}, y has {given}"
        if {out, given} == {(n, 1), (n,)}:
            seen += f": their difference is {n} x {n}, and the best that the network can then say is the mean of y"
        yield Finding("shapes", ("y",), f"{seen}.", f"Give both one shape: y.reshape{out}.")
    elif not y.is_floating_point() and given not in (out[:-1], out[:1] + out[2:]):
        seen = f"outputs have shape {out}, the labels {given}."
        yield Finding("shapes", ("y",), seen, "Cross-entropy wants one whole number a sample, such as y[:, 0].")


def _steps(run):
    """What is not finite, what broadcasts, and which matrices have no gradient, or get their first late."""
    if run.broadcast:
        seen = "in the network or its loss a shape (n, 1) meets a shape (n,): the result is n x n."
        yield Finding("shapes", ("outputs",), seen, "Give both one shape before you add or subtract them.")
    if not all(map(math.isfinite, [*run.losses, *(size or 0 for sizes in run.sizes for size in sizes.values())])):
        yield Finding("not finite", ("loss",), "the loss or a gradient is infinite or nan.", "Look at the scales.")
        return
    waits = {name: _wakes(run, name) for name, p in run.start.items() if p.ndim > 1}
    unused = tuple(name for name in waits if all(sizes[name] is None for sizes in run.sizes))
    never = tuple(name for name, step in waits.items() if step is None and name not in unused)
    late = tuple(name for name, step in waits.items() if (step or 0) > 2)
    zeros = [name for name in never if not run.start[name].any()]
    if unused:
        seen = f"the loss does not depend on {_list(unused)}."
        yield Finding("unused", unused, seen, "Is it called? Is something detached on its way?")
    if never:
        advice = f"Of {_list(zeros)}, zero at the start, make one random" if len(zeros) > 1 else "Is a unit before dead"
        seen = f"{_list(never)} without a gradient in {len(run.sizes)} steps."
        yield Finding("never wakes", never, seen, f"{advice}: a gradient needs a way without another zero (lesson 8).")
    if late:
        seen = f"{_list(late)} without a gradient before step {max(waits[name] for name in late)}."
        yield Finding("wakes late", late, seen, "Zero matrices wake one after the other, ever weaker (lesson 4).")


def _twins(run, outputs):
    """Rows that start equal, or on one ray, and move alike. An embedding's neurons are its columns."""
    homogeneous = any(event.name in ("relu", "leaky_relu") for event in run.events[0])
    embeddings = {name for name, p in run.start.items() if p.ndim > 1} - {e.name for e in run.events[0]}
    twins, rays = [], []
    for name, p in run.start.items():
        if p.ndim < 2 or (not p.any() and len(p) == outputs.shape[-1]):
            continue  # a zero output layer: classes that the batch lacks move alike
        start, end = (_neurons(state, name, name in embeddings and "emb" in name) for state in (run.start, run.end))
        moved, size = end - start, start.norm(dim=1, keepdim=True)
        on = size[:, 0] > 0
        if _alike(start, moved, 1e-6):
            twins.append(name)
        elif (
            homogeneous
            and start[:, 1:].any()
            and _alike((start / size)[on].round(decimals=9), (moved / size)[on], 1e-3)
        ):
            rays.append(name)
    if twins:
        seen = f"in {_list(twins)} rows that start equal move alike: one neuron, many times."
        yield Finding("twins", tuple(twins), seen, "Draw these weights at random (lesson 2).")
    if rays:
        seen = f"in {_list(rays)} rows of one direction (weights and bias) are stretched alike: one neuron."
        yield Finding("rays", tuple(rays), seen, "Draw the weights at random: biases do not part ReLUs (lesson 4).")


def _neurons(parameters, name, columns):
    W, b = parameters[name].flatten(1), _bias(parameters, name)
    return W.T if columns else W if b is None else W.new_tensor([[*w, c] for w, c in zip(W.tolist(), b.tolist())])


def _alike(start, moved, tolerance):
    """Whether rows that are equal at the start have moved, and equally."""
    _, group, count = start.unique(dim=0, return_inverse=True, return_counts=True)
    steps = [moved[group == g] for g in (count > 1).nonzero().flatten()]
    return any(s.any() and (s - s[0]).abs().max() <= tolerance * s.abs().max() for s in steps)


def _units(run):
    dead, flat = [], []
    for event in run.events[0]:
        if event.name == "relu" and (event.z <= 0).all(dim=0).double().mean() > SHARE:
            dead.append(event.name)
        if event.name in ("tanh", "sigmoid"):
            slope = _slope(event) * (1 if event.name == "tanh" else 4)
            flat += [event.name] if (slope < 0.05).double().mean() > SHARE else []
    if dead:
        seen = f"in {len(dead)} of the layers most ReLUs are off for every sample of the batch."
        yield Finding("dead units", tuple(dead), seen, "Start their biases at 0; look at the scale of their inputs.")
    if flat:
        seen = f"in {len(flat)} of the layers most units stand where {flat[0]} is flat."
        yield Finding("saturated", tuple(flat), seen, "Take smaller weights, or smaller inputs (lesson 5).")


def _scales(run):
    """How signals and errors change from the first activation to the last of the most frequent kind."""
    kinds = [event.name for event in run.events[0] if event.phi]
    kind = max(set(kinds), key=kinds.count, default=None)
    steps = [[e for e in events if e.name == kind and e.errors] for events in run.events]
    errors = [[_length(e.errors[0] * _slope(e)) for e in events] for events in steps]
    errors = next((found for found in errors if found and min(found) > 0), [])
    signals = [e.z.std(dim=0).square().mean().sqrt().item() for e in steps[0]]
    for what, values, way in (
        ("signal", signals, "from the first to the last of the {} {}s, what differs between samples"),
        ("error", errors[::-1], "from the last to the first of the {} {}s, the error"),
    ):
        if len(values) < 3 or not values[0] or SHRINKS <= (ratio := values[-1] / values[0]) <= GROWS:
            continue
        change, each = "grows" if ratio > 1 else "shrinks", ratio ** (1 / (len(values) - 1))
        seen = f"{way.format(len(values), kind)} {change} by {ratio:.0e}, {each:.2f} a layer."
        advice = f"Multiply the weights by about {1 / each:.2f} (lesson 6)." if each else "See above."
        yield Finding(f"{what} {change}", (kind,), seen, advice)


def _kinks(run):
    for matrix, event in zip(run.events[0], run.events[0][1:]):
        if matrix.phi is None and event.name == "relu" and run.start[matrix.name][0].numel() == 1:
            b = _bias(run.start, matrix.name)
            if b is None or not b.any():
                seen = "behind one input and with zero biases all ReLUs have their kink at 0."
                yield Finding("kinks", (matrix.name,), seen, "Spread them: b = -w times places of inputs (lesson 8).")


def _first_loss(run, outputs, y):
    if y.is_floating_point():
        return
    classes = outputs.shape[-1] if outputs.shape[:-1] == y.shape else outputs.shape[1]
    share = y.flatten().bincount(minlength=classes) / y.numel()
    entropy, first = -share.xlogy(share).sum().item(), run.losses[0]
    if first > math.log(classes) + ABOVE:
        seen = f"the first loss is {first:.3g}; to know nothing costs log {classes} = {math.log(classes):.3g}."
        yield Finding("first loss", ("outputs",), seen, "The logits are too large: start the output layer at 0.")
    elif y.numel() >= 20 * classes and first > entropy + 0.5:
        seen = f"the first loss is {first:.3g}; the labels' frequencies alone would give {entropy:.3g}."
        yield Finding("output bias", ("outputs",), seen, "Start the output bias at the log of the frequencies.")
