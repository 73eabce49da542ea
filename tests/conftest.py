"""Fixtures shared by the tests."""

import numpy as np
import pytest

# Scripts, which pytest would import for their doctests.
collect_ignore = ["devices"]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
