"""A model whose scores are decided, and slow decisions to compare with."""

import keras
import numpy as np
from keras import ops

BACKEND = keras.backend.backend()
NAMES = ["cat", "dog", "fox", "hen"]
# One is a float32; of the others the nearest float32 lies above or below.
THRESHOLDS = np.array([0.5, 0.1, 0.3, 0.7])
OPTIONS = [{}, {"at_least_one": True}, {"at_most": 2}]
BOTH = {"at_least_one": True, "at_most": 2}


def to_numpy(result):
    return {name: ops.convert_to_numpy(value) for name, value in result.items()}


def assert_same(left, right):
    """Bit for bit: assert_array_equal alone takes float32 and float64 for equal."""
    assert left.keys() == right.keys() == {"scores", "decisions"}
    for name, value in left.items():
        np.testing.assert_array_equal(value, right[name], strict=True)


def make_model(activation="sigmoid"):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(4, activation, kernel_initializer="random_normal")
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "relu"), dense])


def slow_decisions(y_score, thresholds, at_least_one=False, at_most=None):
    """Row by row; Python's sort keeps the order of equals."""
    with np.errstate(invalid="ignore"):
        margins = y_score - thresholds.astype(y_score.dtype)
    margins[y_score == thresholds.astype(y_score.dtype)] = 0
    decisions = np.zeros(y_score.shape, np.uint8)
    for row, margin in enumerate(margins):
        ranked = sorted(
            range(len(margin)), key=lambda i: (-margin[i], -y_score[row, i])
        )
        decided = [label for label in ranked if margin[label] >= 0]
        if at_least_one and not decided:
            decided = ranked[:1]
        decisions[row, decided[:at_most]] = 1
    return decisions
