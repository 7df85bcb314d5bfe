"""Loss functions: the mean over the samples of a batch, and its gradient with respect to the network's outputs.

Outputs have shape (..., n, n_out): n samples, with leading axes for many networks. The value has shape (...).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils import _validate


@dataclass(frozen=True)
class Loss:
    """A loss: call it for the value, `.gradient(outputs, targets)` for dL/d(outputs), of the outputs' shape."""

    name: str
    function: Callable
    gradient: Callable

    def __call__(self, outputs, targets):
        return self.function(outputs, targets)


def softmax(logits):
    """Probabilities exp(logits) / sum(exp(logits)) over the last axis."""
    if np.ndim(logits) == 1:
        return softmax(np.asarray(logits)[None])[0]
    _, e, total = _exp_and_sum(np.asarray(logits))
    return (e / total).mT


def _exp_and_sum(logits):
    """The logits less the largest, their exp, and its sum, all with the classes as the last axis but one.

    A shift of all logits changes nothing but overflow. NumPy reduces a short last axis slowly: turned like this, the
    maximum over ten classes takes a twentieth of the time.
    """
    shifted = logits.mT.copy(order="C")
    shifted -= shifted.real.max(axis=-2, keepdims=True)
    e = np.exp(shifted)
    return shifted, e, e.sum(axis=-2, keepdims=True)


def _outputs(outputs):
    outputs = np.asarray(outputs)
    if outputs.ndim < 2 or 0 in outputs.shape[-2:]:
        raise ValueError(
            f"outputs must have shape (..., n, n_out) with at least one sample as a row, got {outputs.shape}."
        )
    return outputs


def _labels(logits, labels):
    labels = np.asarray(labels)
    n, classes = logits.shape[-2:]
    if labels.dtype.kind not in "iu" or labels.shape != (n,):
        raise ValueError(f"labels must be {n} whole numbers, one a sample, got {labels.dtype} of shape {labels.shape}.")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels must lie in 0..{classes - 1} for {classes} outputs, got {labels.min()}..{labels.max()}."
        )
    return labels


def _same_shape(outputs, targets):
    targets = _validate.finite("targets", targets)
    if targets.shape != outputs.shape[-2:]:
        raise ValueError(f"targets must have shape {outputs.shape[-2:]} like the outputs, got {targets.shape}.")
    return targets


def _cross_entropy(logits, labels):
    logits = _outputs(logits)
    labels = _labels(logits, labels)
    shifted, _, total = _exp_and_sum(logits)
    of_label = shifted[..., labels, np.arange(len(labels))]
    return (np.log(total[..., 0, :]) - of_label).mean(axis=-1)


def _cross_entropy_gradient(logits, labels):
    logits = _outputs(logits)
    labels = _labels(logits, labels)
    _, residual, total = _exp_and_sum(logits)  # in place from here on: memory is what costs time
    residual /= total
    residual -= np.eye(logits.shape[-1], dtype=residual.dtype)[:, labels]
    residual /= len(labels)  # the loss is a mean over the samples
    return residual.mT


def _squared_error(outputs, targets):
    outputs = _outputs(outputs)
    return 0.5 * ((outputs - _same_shape(outputs, targets)) ** 2).sum(axis=-1).mean(axis=-1)


def _squared_error_gradient(outputs, targets):
    outputs = _outputs(outputs)
    return (outputs - _same_shape(outputs, targets)) / outputs.shape[-2]


def _shares(logits, targets):
    targets = _same_shape(logits, targets)
    if targets.min() < 0 or targets.max() > 1:
        raise ValueError(f"targets must lie between 0 and 1, got {targets.min()}..{targets.max()}.")
    return targets


def _binary_cross_entropy(logits, targets):
    logits = _outputs(logits)
    targets = _shares(logits, targets)
    # log(1 + exp(z)) - y z, with exp only of negative numbers
    size = logits * np.where(np.real(logits) > 0, 1, -1)
    positive_part = logits * (np.real(logits) > 0)
    return (positive_part - targets * logits + np.log1p(np.exp(-size))).sum(axis=-1).mean(axis=-1)


def _binary_cross_entropy_gradient(logits, targets):
    logits = _outputs(logits)
    targets = _shares(logits, targets)
    return (0.5 * (1 + np.tanh(0.5 * logits)) - targets) / logits.shape[-2]


cross_entropy = Loss("cross_entropy", _cross_entropy, _cross_entropy_gradient)  # softmax; targets are labels (n,)
squared_error = Loss("squared_error", _squared_error, _squared_error_gradient)  # half the squared distance
binary_cross_entropy = Loss(  # sigmoid outputs; targets (n, n_out) between 0 and 1
    "binary_cross_entropy", _binary_cross_entropy, _binary_cross_entropy_gradient
)

LOSSES = {loss.name: loss for loss in (cross_entropy, squared_error, binary_cross_entropy)}


def get(loss):
    """Return the loss of that name; a `Loss` is passed through."""
    return loss if isinstance(loss, Loss) else _validate.one_of("loss", loss, LOSSES)
