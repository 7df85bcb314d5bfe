"""The checks can fail: each is shown a copy of the module with one planted mistake, and must go red."""

import importlib
import inspect
import types

import properties
import pytest


def planted(name, right, wrong):
    """The module course_utils.<name> with `right`, which must be there exactly once, replaced by `wrong`."""
    source = inspect.getsource(importlib.import_module(f"course_utils.{name}"))
    assert source.count(right) == 1, f"{right!r} is there {source.count(right)} times in {name}.py: plant it anew"
    module = types.ModuleType(f"planted_{name}")
    exec(compile(source.replace(right, wrong), f"<planted {name}>", "exec"), module.__dict__)
    return module


MISTAKES = {
    # the network
    "phi' of h instead of z": (
        "mlp", "phi.slope(trace.h[l])", "phi.derivative(trace.h[l])",
        properties.gradients_are_the_derivatives,
    ),
    "delta not multiplied by phi'": (
        "mlp", "delta *= slopes(trace, l - 1, phi)", "pass",
        properties.gradients_are_the_derivatives,
    ),
    "W for its transpose in the backward pass": (
        "mlp", 'delta @ params[f"W{l}"]', 'delta @ params[f"W{l}"].mT',
        properties.gradients_are_the_derivatives,
    ),
    "mean for sum over the batch in the bias gradient": (
        "mlp", "delta.dtype) @ delta", "delta.dtype) @ delta / delta.shape[-2]",
        properties.gradients_are_the_derivatives,
    ),
    "mean for sum over the batch in the weight gradient": (
        "mlp", "delta.mT @ _masked(trace.h[l - 1], masks, l - 1)",
        "delta.mT @ _masked(trace.h[l - 1], masks, l - 1) / delta.shape[-2]",
        properties.gradients_are_the_derivatives,
    ),
    "weight gradient transposed": (
        "mlp", "delta.mT @ _masked(trace.h[l - 1], masks, l - 1)",
        "_masked(trace.h[l - 1], masks, l - 1).mT @ delta",
        properties.gradients_are_the_derivatives,
    ),
    "dropout mask not applied in the backward pass": (
        "mlp", 'delta = _masked(delta @ params[f"W{l}"], masks, l - 1)', 'delta = delta @ params[f"W{l}"]',
        properties.gradients_with_masks_are_the_derivatives,
    ),
    "biases left out of the forward pass": (
        "mlp", "np.add(z, b[..., None, :], out", "np.add(z, 0, out",
        properties.forward_is_the_formula,
    ),
    "biases left out of the forward pass, seen by the gradients": (
        "mlp", "np.add(z, b[..., None, :], out", "np.add(z, 0, out",
        properties.gradients_are_the_derivatives,
    ),
    "W for its transpose in the forward pass": (
        "mlp", "np.ascontiguousarray(W.mT)", "W",
        lambda mlp: properties.forward_is_the_formula(mlp, sizes=(3, 3, 3, 3)),
    ),
    # activations and losses
    "slope of tanh without its square": (
        "activations", "lambda h: 1 - np.square(h)", "lambda h: 1 - h",
        properties.slopes_are_the_derivatives,
    ),
    "slope of the sigmoid without its h": (
        "activations", "lambda h: h * (1 - h)", "lambda h: 1 - h",
        properties.slopes_are_the_derivatives,
    ),
    "slope of LeCun's tanh without the inner 2/3": (
        "activations", "lambda h: (2 / 3) * (1.7159", "lambda h: (1.7159",
        properties.slopes_are_the_derivatives,
    ),
    "cross-entropy gradient not divided by n": (
        "losses", "residual /= len(labels)", "pass",
        properties.loss_gradients_are_the_derivatives,
    ),
    "squared error gradient not divided by n": (
        "losses", "_same_shape(outputs, targets)) / outputs.shape[-2]", "_same_shape(outputs, targets))",
        properties.loss_gradients_are_the_derivatives,
    ),
    "squared error without its half": (
        "losses", "return 0.5 * ((", "return ((",
        properties.loss_gradients_are_the_derivatives,
    ),
    "binary cross-entropy gradient not divided by n": (
        "losses", " - targets) / logits.shape[-2]", " - targets)",
        properties.loss_gradients_are_the_derivatives,
    ),
    # initializers
    "fan_out for fan_in": (
        "initializers", '"fan_in": fan_in, "fan_out": fan_out', '"fan_in": fan_out, "fan_out": fan_in',
        properties.lecun_variance,
    ),
    "He's 2 missing, normal": (
        "initializers", 'scale=2, mode="fan_in", distribution="normal"',
        'scale=1, mode="fan_in", distribution="normal"',
        properties.he_variance,
    ),
    "He's 2 missing, uniform": (
        "initializers", 'scale=2, mode="fan_in", distribution="uniform"',
        'scale=1, mode="fan_in", distribution="uniform"',
        properties.he_uniform_variance,
    ),
    "variance for standard deviation": (
        "initializers", "std = math.sqrt(scale / n)", "std = scale / n",
        properties.lecun_variance,
    ),
    "uniform on plus or minus its standard deviation": (
        "initializers", "math.sqrt(3) * std", "std",
        properties.he_uniform_variance,
    ),
    "Glorot with the sum of the fans for their mean": (
        "initializers", "(fan_in + fan_out) / 2", "(fan_in + fan_out)",
        properties.glorot_variance,
    ),
    "truncated normal not widened after the cut": (
        "initializers", "(std / _TRUNCATED_STD)", "std",
        properties.truncated_normal_has_its_variance_and_bounds,
    ),
    "normal cut by clipping, not by drawing again": (
        "initializers", "z[far] = rng.normal(size=far.sum())", "z = np.clip(z, -2, 2)",
        properties.truncated_normal_has_its_variance_and_bounds,
    ),
    "orthogonal with the signs that QR happens to give": (
        "initializers", "q = q * signs[..., None, :]", "pass",
        properties.orthogonal_is_uniform,
    ),
    # optimizers
    "Adam's bias correction missing": (
        "optimizers", 'm / (1 - beta1 ** state["t"]), v / (1 - beta2 ** state["t"])', "m, v",
        properties.adam_is_the_paper,
    ),
    "Adam's eps inside the root": (
        "optimizers", "(np.sqrt(v_hat) + eps(name, m))", "np.sqrt(v_hat + eps(name, m))",
        properties.adam_is_the_paper,
    ),
    "Adam's second moment of g for g squared": (
        "optimizers", "(g * g - v)", "(abs(g) - v)",
        properties.adam_is_the_paper,
    ),
    "momentum that averages the gradient": (
        "optimizers", "v += decayed(", "v += (1 - beta(name, v)) * decayed(",
        properties.momentum_is_the_formula,
    ),
    "weight decay that grows the weights": (
        "optimizers", "grads[name] + rate(", "grads[name] - rate(",
        properties.sgd_is_the_formula,
    ),
    "biases left out of weight decay": (
        "optimizers", "grads[name] + rate(name, params[name]) * params[name]",
        "grads[name] + (name[0] == 'W') * rate(name, params[name]) * params[name]",
        properties.sgd_is_the_formula,
    ),
    "an lr for each network that goes by the first axis": (
        "optimizers", ".reshape(v.shape + (1,) * own)", ".reshape(v.shape + (1,) * (array.ndim - v.ndim))",
        properties.settings_are_per_network,
    ),
    # training
    "the caller's parameters not copied": (
        "training", "np.array(_validate.finite(name, p), dtype=dtype)", "np.asarray(p, dtype=dtype)",
        properties.arguments_stay_as_they_are,
    ),
    "batches drawn with replacement": (
        "training", ".permutation(n)", ".integers(n, size=n)",
        properties.batches_are_fair,
    ),
    "a last batch that is smaller": (
        "training", "range(0, n - batch_size + 1, batch_size)", "range(0, n, batch_size)",
        properties.batches_are_fair,
    ),
    "dropout not scaled up": (
        "training", " >= rate) / (1 - rate)", " >= rate) / 1",
        properties.dropout_keeps_the_mean,
    ),
    "dropout that keeps what it should drop": (
        "training", " >= rate)", " < rate)",
        properties.dropout_keeps_the_mean,
    ),
    # diagnostics and gradcheck
    "distinct neurons that ignore the bias": (
        "diagnostics", "[W, b[..., None], W_next.mT]", "[W, W_next.mT]",
        properties.neurons_are_told_apart_by_every_part,
    ),
    "distinct neurons that ignore the outgoing weights": (
        "diagnostics", "[W, b[..., None], W_next.mT]", "[W, b[..., None]]",
        properties.neurons_are_told_apart_by_every_part,
    ),
    "rows of the next matrix for its columns": (
        "diagnostics", "[W, b[..., None], W_next.mT]", "[W, b[..., None], W_next[:3]]",
        properties.neurons_are_told_apart_by_every_part,
    ),
    "a tolerance that is not used": (
        "diagnostics", '<= _validate.non_negative("tolerance", tolerance)', "<= 0",
        properties.rows_are_counted_as_a_set_would,
    ),
    "a row compared with later ones too": (
        "diagnostics", "(near & earlier)", "near",
        properties.rows_are_counted_as_a_set_would,
    ),
    "opposite rays taken for one": (
        "diagnostics", "directions = np.divide(rows,", "directions = np.divide(np.abs(rows),",
        properties.rays_are_counted_by_direction,
    ),
    "rows of zeros taken for a ray": (
        "diagnostics", " - (length == 0).any(axis=(-2, -1))", "",
        properties.rays_are_counted_by_direction,
    ),
    "effective ranks from squares that underflow": (
        "diagnostics", "np.divide(s, largest, out=np.zeros_like(s), where=largest > 0) ** 2", "s**2",
        properties.ranks_of_known_matrices,
    ),
    "update-to-weight ratio upside down": (
        "diagnostics", "_ratio(change[name], size[name], np.nan)", "_ratio(size[name], change[name], np.nan)",
        properties.update_to_weight_is_a_ratio,
    ),
    "a relative error that skips nan": (
        "gradcheck", "np.max([np.max(np.abs(a[name] - b[name])) for name in a])",
        "max([np.max(np.abs(a[name] - b[name])) for name in a])",
        properties.nan_never_passes,
    ),
    "a point that is not put back": (
        "gradcheck", "            array[index] = start\n    return", "    return",
        properties.point_is_put_back,
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_turns_its_check_red(mistake):
    name, right, wrong, check = MISTAKES[mistake]
    module = planted(name, right, wrong)
    with pytest.raises(AssertionError):
        check(module)


def test_a_copy_without_a_mistake_is_green():
    """It is the mistake that turns a check red, not the copying."""
    for name, right, _, check in MISTAKES.values():
        check(planted(name, right, right))


def test_planting_says_when_the_source_has_moved_on():
    with pytest.raises(AssertionError, match=r"0 times in mlp\.py: plant it anew"):
        planted("mlp", "no such line", "")
