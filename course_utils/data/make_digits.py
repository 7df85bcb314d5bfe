"""Make digits.npz from scikit-learn's copy of the data: `pip install scikit-learn`, then run this file.

It is needed only to show where the file comes from; the course itself never runs it.
"""

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

source = load_digits()
labels = source.target.astype(np.uint8)
rng = np.random.default_rng(1998)
test = np.zeros(len(labels), dtype=bool)
for digit in range(10):  # 50 of each digit, so that guessing scores exactly 10 % on the test set
    test[rng.choice(np.flatnonzero(labels == digit), size=50, replace=False)] = True

path = Path(__file__).parent / "digits.npz"
np.savez_compressed(path, images=source.images.astype(np.uint8), labels=labels, test=test)
print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
