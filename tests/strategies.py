"""Small random multi-label problems, and the slow truth to compare with.

``problems`` are plain; ``hard_problems`` have the scores and weights on which
arithmetic fails: infinite, subnormal, huge, tiny. ``truth_forms`` and ``score_forms``
give the same numbers as users hand them over: sparse, masked, frames, tensors, ...
"""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays


def examples(number):
    """Of so many, the share or multiple that `make test` or `make fuzz` runs of 100."""
    return max(1, number * settings().max_examples // 100)


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
    scores = draw(arrays(dtype, shape, elements=elements))
    kinds = [dtype, dtype.newbyteorder(), np.dtype(np.longdouble)]
    return scores.astype(draw(st.sampled_from(kinds)))


@st.composite
def hard_weights(draw, n):
    """Weights: equal, uniform, lognormal, with zeros, or 1e17 times each other.

    One of them at least is above 0.
    """
    kind = draw(st.sampled_from(["equal", "random", "zeros", "extreme"]))
    if kind == "equal":
        size = draw(st.sampled_from([1.0, 0.1, 3.0, 1e-170, 1e-320, 1e200, 1e305]))
        return np.full(n, size)
    if kind == "random":
        rng = np.random.default_rng(draw(st.integers(0, 999)))
        uniform = draw(st.booleans())
        return rng.random(n) + 0.01 if uniform else rng.lognormal(sigma=5, size=n)
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


# The same numbers in other forms

SPARSE = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")


@st.composite
def truth_forms(draw, y_true):
    """An int8 truth of 1, 0 and -1 as a user may have it."""
    form = draw(st.sampled_from(["dense", "sparse", "masked", "frame", "tensor"]))
    if form == "dense":
        return draw(layouts(draw(_dtypes_of_truth(y_true))))
    if form == "sparse":
        return draw(_sparse(y_true))
    if form == "masked":
        unknown = y_true < 0
        hidden = draw(st.sampled_from([0, 1, 7]))
        return np.ma.array(np.where(unknown, hidden, y_true), mask=unknown)
    if form == "frame":
        return draw(_frames_of_truth(y_true))
    return _tensor(draw(_dtypes_of_truth(y_true, ["int8", "int32", "float32"])))


@st.composite
def score_forms(draw, y_score):
    """Scores of a native dtype as a user may have them."""
    form = draw(st.sampled_from(["dense", "lists", "pandas", "polars", "tensor"]))
    if form == "dense":
        return draw(layouts(y_score.astype(y_score.dtype.newbyteorder())))
    if form == "lists" and y_score.dtype == np.float64:
        return y_score.tolist()
    if form == "pandas":
        import pandas as pd

        return pd.DataFrame(y_score)
    if form == "polars" and y_score.dtype != np.float16:
        import polars as pl

        return pl.DataFrame(y_score)
    # JAX would round 64 bits to 32.
    return _tensor(y_score) if y_score.itemsize < 8 else y_score


@st.composite
def layouts(draw, array):
    """The same array, its memory in another order, with gaps, or read-only."""
    layout = draw(st.sampled_from(["C", "F", "reversed", "gaps", "read-only"]))
    if layout == "reversed":
        return np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1]
    if layout == "gaps":
        return np.repeat(np.repeat(array, 2, axis=0), 3, axis=1)[::2, ::3]
    array = np.array(array, order="F" if layout == "F" else "C")
    array.flags.writeable = layout != "read-only"
    return array


@st.composite
def _dtypes_of_truth(draw, y_true, names=None):
    numbers = ["int8", ">i2", "int64", ">f4", "float16", "float64", "longdouble"]
    names = names or (
        numbers if (y_true < 0).any() else [*numbers, "bool", "uint8", "uint64"]
    )
    array = y_true.astype(draw(st.sampled_from(names)))
    if array.dtype.kind == "f" and draw(st.booleans()):
        array[y_true < 0] = np.nan
    return array


@st.composite
def _sparse(draw, y_true):
    """A matrix or array of scipy, with duplicates where the format may have them."""
    from scipy import sparse

    name = draw(st.sampled_from(SPARSE))
    kind = getattr(sparse, f"{name}_{draw(st.sampled_from(['matrix', 'array']))}")
    matrix = kind(draw(_dtypes_of_truth(y_true, ["int8", "int64", "float32"])))
    if name not in ("coo", "csc", "csr") or not draw(st.booleans()):
        return matrix
    entries = matrix.tocoo()
    # Each entry twice, as 1 more than it is and as -1, in any order.
    order = draw(st.permutations(range(2 * entries.nnz)))
    row, column = (np.tile(place, 2)[order] for place in (entries.row, entries.col))
    data = np.concatenate([entries.data + 1, np.full_like(entries.data, -1)])[order]
    if name == "coo":
        return kind((data, (row, column)), shape=matrix.shape)
    # From three arrays duplicates stay, which a coo matrix would have summed.
    major, minor = (row, column) if name == "csr" else (column, row)
    sort = np.argsort(major, kind="stable")
    n_major = matrix.shape[0 if name == "csr" else 1]
    ends = np.cumsum(np.bincount(major, minlength=n_major))
    return kind((data[sort], minor[sort], [0, *ends]), shape=matrix.shape)


@st.composite
def _frames_of_truth(draw, y_true):
    """A frame of pandas or polars, numbers or booleans, where unknown is missing."""
    import pandas as pd
    import polars as pl

    frame = pd.DataFrame(y_true.astype(float)).add_prefix("label ")
    frame = frame.mask(y_true < 0)
    if draw(st.booleans()):
        return frame.astype(draw(st.sampled_from(["Int8", "boolean", "float64"])))
    columns = {name: pl.Series(frame[name].tolist()) for name in frame}
    kind = draw(st.sampled_from([pl.Int8, pl.Boolean, pl.Float64]))
    return pl.DataFrame(columns).fill_nan(None).cast(kind)


def _tensor(array):
    """Of the backend that runs."""
    import keras

    return keras.ops.convert_to_tensor(array, dtype=array.dtype.name)


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
