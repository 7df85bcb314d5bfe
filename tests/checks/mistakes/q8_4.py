"""Answers to 8.4, with class weights."""

import numpy as np


def repeated(labels, weights):
    q = np.bincount(labels, weights=weights[labels])
    q = q / q.sum()
    return {"loss": float(np.log(1 / q) @ q), "b": list(np.log(q) - np.log(q).max())}


RIGHT = {
    "weighted counts, largest 0": repeated,
}
