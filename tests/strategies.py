"""Small random multi-label problems, and the slow truth to compare with.

``problems`` are plain; ``hard_problems`` have the scores and weights on which
arithmetic fails: infinite, subnormal, huge, tiny.
"""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)


@st.composite
def problems(draw, *, unknown=True, levels=4):
    """(y_true, y_pred, y_score, sample_weight), with ties and unknown entries."""
    shape = draw(SHAPES)
    truth = st.integers(-1 if unknown else 0, 1)
    y_true = draw(arrays(np.int8, shape, elements=truth))
    # Few distinct scores, so that ties are the rule.
    y_score = draw(arrays(np.int8, shape, elements=st.integers(0, levels))) / levels
    # All of weight 1 is the plain case, and must not be left to chance.
    weights = st.just(1) if draw(st.booleans()) else st.integers(0, 3)
    weight = draw(arrays(np.int8, shape[0], elements=weights)).astype(float)
    # Weights of 0 throughout are an error, except of a part of the data.
    weight[0] += not weight.any()
    return y_true, (y_score >= 0.5).astype(np.int8), y_score, weight


FLOATS = (np.float16, np.float32, np.float64)


@st.composite
def hard_scores(draw, shape, *, infinite=True):
    """Scores of several precisions with ties, -0.0, subnormals, and infinite ones."""
    dtype = np.dtype(draw(st.sampled_from(FLOATS)))
    limits = np.finfo(dtype)
    tiny = float(limits.smallest_subnormal)
    levels = [0.0, -0.0, tiny, -tiny, 2 * tiny, 0.3, 0.5, 1.0, float(limits.max)]
    levels += [float(np.nextafter(dtype.type(0.5), dtype.type(1))), -3.0]
    levels += [np.inf, -np.inf] if infinite else []
    # A few of them, so that ties are the rule.
    few = draw(st.lists(st.sampled_from(levels), min_size=1, max_size=5))
    width = dtype.itemsize * 8
    any_float = st.floats(allow_nan=False, allow_infinity=infinite, width=width)
    elements = st.sampled_from(few) | any_float
    return draw(arrays(dtype, shape, elements=elements))


@st.composite
def hard_weights(draw, n):
    """Weights: equal, lognormal, with zeros, or of sizes that differ by 1e17 and more.

    One of them at least is above 0.
    """
    kind = draw(st.sampled_from(["equal", "lognormal", "zeros", "extreme"]))
    if kind == "equal":
        size = draw(st.sampled_from([1.0, 0.1, 3.0, 1e-170, 1e-320, 1e200, 1e305]))
        return np.full(n, size)
    if kind == "lognormal":
        rng = np.random.default_rng(draw(st.integers(0, 999)))
        return rng.lognormal(sigma=5, size=n)
    levels = [0.0, 1.0, 2.0] if kind == "zeros" else [1e-8, 1.0, 1.0, 1e17]
    weight = draw(arrays(np.float64, n, elements=st.sampled_from(levels)))
    weight[0] = max(weight[0], 1.0)
    return weight


@st.composite
def hard_problems(draw, *, infinite=True):
    """(y_true, y_score, sample_weight) with what arithmetic stumbles over."""
    shape = draw(SHAPES)
    y_true = draw(arrays(np.int8, shape, elements=st.integers(-1, 1)))
    y_score = draw(hard_scores(shape, infinite=infinite))
    return y_true, y_score, draw(hard_weights(shape[0]))


def slow_counts(y_true, y_pred, weight=None):
    """(tp, fp, fn, tn) of each label, entry by entry."""
    n_samples, n_labels = y_true.shape
    weight = np.ones(n_samples) if weight is None else weight
    cells = np.zeros((4, n_labels))
    for i in range(n_samples):
        for j in range(n_labels):
            if y_true[i, j] in (0, 1):
                cell = {(1, 1): 0, (0, 1): 1, (1, 0): 2, (0, 0): 3}[
                    int(y_true[i, j]), int(y_pred[i, j])
                ]
                cells[cell, j] += weight[i]
    return cells
