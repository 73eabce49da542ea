"""Small random multi-label problems, and the slow truth to compare with."""

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
    return y_true, (y_score >= 0.5).astype(np.int8), y_score, weight


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
