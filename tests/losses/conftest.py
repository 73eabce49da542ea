"""Fixtures of the tests of losses."""

import numpy as np
import pytest


@pytest.fixture
def batch(rng):
    """Targets with every kind of row and column, soft ones too, and logits."""
    y_true = rng.integers(-1, 2, (12, 4)).astype("float32")
    soft = rng.random((12, 4)).astype("float32")
    y_true[9:] = np.where(rng.random((3, 4)) < 0.7, soft[9:], y_true[9:])
    y_true[:6][y_true[:6] == -1] = np.nan
    y_true[0], y_true[1], y_true[2], y_true[3] = 1, 0, -1, np.nan
    y_true[4] = [0, 0, np.nan, 0]
    y_true[5] = [1, 1, -1, 1]
    y_true[8] = [0.1, 0, -0.5, 0.2]
    return y_true, rng.normal(0, 2, (12, 4)).astype("float32")
