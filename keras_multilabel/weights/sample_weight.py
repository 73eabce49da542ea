"""One weight per sample, from the weights of its labels."""

from typing import Any, get_args

import numpy as np

from keras_multilabel.labels.multi_hot import blocks
from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array, check_targets
from keras_multilabel.utils.options import Reduce, Scheme
from keras_multilabel.utils.parallel import map_threads
from keras_multilabel.utils.streams import is_stream
from keras_multilabel.weights.class_weight import check_clip, compute_class_weight

# Rows are weighted in blocks of about this many entries: with smaller ones the threads
# wait for each other.
BLOCK = 2**23
# The bits of each byte, the highest first, as in np.packbits.
BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)


def compute_sample_weight(
    y: Any,
    scheme: Scheme = "balanced",
    reduce: Reduce = "mean",
    *,
    beta: float | None = None,
    clip: float | tuple[float, float] | None = None,
    normalize: bool = True,
) -> Array:
    """One weight per sample, from the weights of its labels.

    A sample is weighted by the positive-side weights (`compute_class_weight`) of the
    labels that it has; a sample without labels by the negative-side weights of all
    labels, so that it is not dropped. Unknown entries are left out. scikit-learn's
    ``compute_sample_weight`` multiplies over the labels instead, which for 80 labels at
    2 % gives weights that differ by a factor of 6e13.

    Args:
        y: As in `compute_class_weight`; the y of a stream is kept in memory.
        scheme: As in `compute_class_weight`.
        reduce: How to combine the weights of a sample's labels: ``"mean"``, ``"max"``
            (its rarest label's), ``"sum"`` or ``"geometric"`` (the geometric mean). For
            a sample without labels they are averaged, except with ``"geometric"``.
        beta: As in `compute_class_weight`.
        clip: The highest weight, or (lowest, highest), after normalising.
        normalize: Divide by the mean. False: the weights as they are.

    Returns:
        Shape (n_samples,), float64, with mean 1; (n_samples, ...) if an array ``y`` has
        labels per step or pixel. Pass it to ``fit`` as ``sample_weight``, or as the
        third element of the data.

    Raises:
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If an option is unknown, ``y`` has no samples, or values are
            not 0, 1 or unknown.

    Example:
        >>> import keras_multilabel as kml
        >>> y = [["cat"], ["cat"], ["cat", "dog"], []]
        >>> kml.compute_sample_weight(y).round(3)
        array([0.667, 0.667, 1.333, 1.333])
        >>> kml.compute_sample_weight(y, reduce="max").round(3)
        array([0.571, 0.571, 1.714, 1.143])
    """
    low, high = check_clip(clip)
    check_reduce(reduce)
    matrices = list(blocks(y))
    seen = iter(matrices) if is_stream(y) else y
    class_weight = compute_class_weight(seen, scheme, beta=beta)
    weight = np.concatenate(
        [weight_rows(matrix, class_weight, reduce) for matrix in matrices]
    )
    if normalize:
        weight /= weight.mean()
    positions = getattr(y, "shape", ())[:-1]
    return np.clip(weight, low, high).reshape(positions or -1)


def weight_rows(y: Array, class_weight: Array, reduce: str) -> Array:
    """One weight per row of a multi-hot matrix, not normalised."""
    step = max(1, BLOCK // y.shape[1])

    def of_block(start: int) -> Array:
        block = check_targets(y[start : start + step])
        return _weight_block(*block, class_weight, reduce)

    return np.concatenate(map_threads(of_block, range(0, len(y), step)))


def _weight_block(
    truth: Array, known: Array | None, class_weight: Array, reduce: str
) -> Array:
    negative, positive = class_weight.T
    weight = REDUCE[reduce](truth, positive)
    empty = np.flatnonzero(np.isnan(weight))
    absent = (
        np.ones((len(empty), len(positive)), np.uint8)
        if known is None
        else known[empty]
    )
    by_absence = REDUCE["geometric" if reduce == "geometric" else "mean"]
    weight[empty] = by_absence(absent, negative)
    # A row without known entries has the weight 1, like the mean of all.
    return np.where(np.isnan(weight), 1.0, weight)


def _mean(chosen: Array, weight: Array) -> Array:
    sums, number = _join(np.add, chosen, weight)
    return divide(sums, number, np.nan)


def _sum(chosen: Array, weight: Array) -> Array:
    sums, number = _join(np.add, chosen, weight)
    return np.where(number > 0, sums, np.nan)


def _max(chosen: Array, weight: Array) -> Array:
    highest, number = _join(np.maximum, chosen, weight)
    return np.where(number > 0, highest, np.nan)


def _geometric(chosen: Array, weight: Array) -> Array:
    return np.exp(_mean(chosen, np.log(weight)))


def _join(join: np.ufunc, chosen: Array, weight: Array) -> tuple[Array, Array]:
    """The combined weights of each row's chosen labels, 0 for none; their number."""
    packed = np.packbits(chosen, axis=1)
    padded = np.zeros((packed.shape[1], 8))
    padded.flat[: len(weight)] = weight
    # Eight labels at a time: the result of each of their 256 sets is looked up, in half
    # the time of a matrix product.
    tables = join.reduce(np.where(BITS, padded[:, None], 0.0), axis=2)
    joined = np.zeros(len(packed))
    for table, byte in zip(tables, packed.T, strict=True):
        join(joined, table.take(byte), out=joined)
    return joined, np.bitwise_count(packed).sum(1)


REDUCE = {"mean": _mean, "max": _max, "sum": _sum, "geometric": _geometric}


def check_reduce(reduce: str) -> str:
    """Return ``reduce`` if it is one of the four."""
    if reduce not in get_args(Reduce):
        names = ", ".join(get_args(Reduce))
        raise ValueError(f"reduce must be one of {names}; got {reduce!r}.")
    return reduce
