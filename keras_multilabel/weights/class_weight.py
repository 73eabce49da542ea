"""Class and sample weights for imbalanced labels."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.labels.counting import count_labels
from keras_multilabel.labels.multi_hot import blocks, is_stream
from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array, check_targets, listed
from keras_multilabel.utils.parallel import map_threads

# Rows are weighed in blocks of about this many entries: with smaller ones the threads
# wait for each other.
BLOCK = 2**23
# The bits of each byte, the highest first, as np.packbits has them.
BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)


def _balanced(counts: Array) -> Array:
    return counts.sum(1, keepdims=True) / (2 * counts)


def _inverse(counts: Array) -> Array:
    return counts.sum(1, keepdims=True) / counts


def _sqrt(counts: Array) -> Array:
    return np.sqrt(_balanced(counts))


def _pos_weight(counts: Array) -> Array:
    return np.stack([np.ones(len(counts)), counts[:, 0] / counts[:, 1]], axis=1)


SCHEMES: dict[str, Callable[[Array], Array]] = {
    "balanced": _balanced,
    "inverse": _inverse,
    "sqrt": _sqrt,
    "pos_weight": _pos_weight,
}
# As in the paper's experiments on long-tailed data.
BETA = 0.999


def compute_class_weight(
    y: Any,
    scheme: str = "balanced",
    *,
    beta: float | None = None,
    clip: float | tuple[float, float] | None = None,
    normalize: bool = True,
) -> Array:
    """Weights of each label's negatives and positives, for a loss.

    With n known samples of a label, of which n_c are on one side (negative or
    positive), the side weighs

    - ``"balanced"``: n / (2 n_c), scikit-learn's "balanced" for each label by itself.
      Both sides of all labels get the same total weight.
    - ``"sqrt"``: the square root of that, a common compromise: full balance makes a
      network see rare labels everywhere.
    - ``"inverse"``: n / n_c, total over count. Normalised, it is ``"balanced"``.
    - ``"effective"``: (1 - beta) / (1 - beta^n_c), one over the effective number of
      samples: more samples count for less, and beyond 1 / (1 - beta) for nothing.
    - ``"pos_weight"``: n_negative / n_positive for positives, 1 for negatives, as
      torch's ``BCEWithLogitsLoss`` takes it.

    Unknown entries are left out. A label of which one side is missing gets 1 on both
    sides, and is named in a warning.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown; or as a scipy.sparse matrix; or lists of labels or a pandas
            or polars column of them, in the order of `encode_labels`: sorted; or a
            tf.data.Dataset, PyDataset or loader of batches (x, y), read once; or a Dask
            array, or a column of label lists of a Dask data frame.
        scheme: One of those above. (``"distribution_balanced"`` weighs each entry by
            itself, so it is a loss, not a matrix of weights.)
        beta: Of ``"effective"``, from 0 to below 1. Default 0.999.
        clip: The highest weight, or (lowest, highest), after normalising.
        normalize: Divide by the mean over all known entries, so that the loss keeps
            its scale and the learning rate its meaning. False: the formula as it is.

    Returns:
        Shape (n_labels, 2): column 0 weighs the label's negatives, column 1 its
        positives. Pass it to a loss, `WeightedBinaryCrossentropy` say: Keras's
        own ``fit(class_weight=...)`` cannot use it.

    Raises:
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If an option is unknown or out of range, ``y`` has no samples, or
            values are not 0, 1 or unknown.

    References:
        G. King and L. Zeng, "Logistic Regression in Rare Events Data", Political
        Analysis 9, 2001 (balanced).
        Y. Cui et al., "Class-Balanced Loss Based on Effective Number of Samples",
        CVPR 2019 (effective).

    Example:
        >>> import keras_multilabel as kml
        >>> y = [[1, 0], [0, 1], [0, 1], [0, 1]]  # 1 positive of 4; 3 of 4
        >>> kml.compute_class_weight(y)  # 4 / (2 * 3), 4 / (2 * 1)
        array([[0.66666667, 2.        ],
               [2.        , 0.66666667]])
        >>> kml.compute_class_weight(y, "inverse", normalize=False)  # 4 / 3, 4 / 1
        array([[1.33333333, 4.        ],
               [4.        , 1.33333333]])
        >>> kml.compute_class_weight(y, "pos_weight", normalize=False)  # 1, 3 / 1
        array([[1.        , 3.        ],
               [1.        , 0.33333333]])
        >>> kml.compute_class_weight(y, "sqrt", normalize=False).round(3)
        array([[0.816, 1.414],
               [1.414, 0.816]])
        >>> weight = kml.compute_class_weight(
        ...     y, "effective", beta=0.5, normalize=False
        ... )
        >>> weight.round(3)  # 0.5 / (1 - 0.5 ** 3), 0.5 / (1 - 0.5 ** 1)
        array([[0.571, 1.   ],
               [1.   , 0.571]])
    """
    formula = _check_scheme(scheme, beta)
    low, high = _check_clip(clip)
    counts, names = _count_sides(y)
    both = (counts > 0).all(1)
    _warn_one_sided(counts, names)
    weight = np.ones(counts.shape)
    weight[both] = formula(counts[both])
    if normalize and both.any():
        weight[both] /= np.average(weight[both], weights=counts[both])
    return np.clip(weight, low, high)


def compute_sample_weight(
    y: Any,
    scheme: str = "balanced",
    reduce: str = "mean",
    *,
    beta: float | None = None,
    clip: float | tuple[float, float] | None = None,
    normalize: bool = True,
) -> Array:
    """One weight per sample, from the weights of its labels.

    A sample is weighed by the positive-side weights (`compute_class_weight`) of
    the labels that it has; a sample without labels, by the negative-side weights
    of all labels, so that it is not dropped. Unknown entries are left out.
    scikit-learn's ``compute_sample_weight`` multiplies over the labels instead,
    which for 80 labels at 2 % gives weights 6e13 times each other.

    Args:
        y: As in `compute_class_weight`; of a stream, y is kept in memory.
        scheme: As in `compute_class_weight`.
        reduce: How the weights of a sample's labels become one: ``"mean"``, ``"max"``
            (its rarest label's), ``"sum"`` or ``"geometric"`` (the geometric mean).
            Those of a sample without labels are averaged, except by ``"geometric"``.
        beta: As in `compute_class_weight`.
        clip: The highest weight, or (lowest, highest), after normalising.
        normalize: Divide by the mean. False: the weights as they are.

    Returns:
        Shape (n_samples,), float64, with mean 1. Pass it to ``fit`` as
        ``sample_weight``, or as the third element of the data.

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
    low, high = _check_clip(clip)
    check_reduce(reduce)
    matrices = list(blocks(y))
    seen = iter(matrices) if is_stream(y) else y
    class_weight = compute_class_weight(seen, scheme, beta=beta)
    weight = np.concatenate(
        [weigh_rows(matrix, class_weight, reduce) for matrix in matrices]
    )
    if normalize:
        weight /= weight.mean()
    return np.clip(weight, low, high)


def weigh_rows(y: Array, class_weight: Array, reduce: str) -> Array:
    """One weight per row of a multi-hot matrix, not normalised."""
    step = max(1, BLOCK // y.shape[1])

    def weigh(start: int) -> Array:
        block = check_targets(y[start : start + step])
        return _weigh_block(*block, class_weight, reduce)

    return np.concatenate(map_threads(weigh, range(0, len(y), step)))


def _weigh_block(
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
    # A row of which nothing is known weighs 1, like the mean of all.
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
    """The weights of each row's chosen labels in one, 0 for none; how many they are."""
    packed = np.packbits(chosen, axis=1)
    padded = np.zeros((packed.shape[1], 8))
    padded.flat[: len(weight)] = weight
    # Eight labels at a time: what each of their 256 sets comes to is looked up, in half
    # the time of a matrix product.
    tables = join.reduce(np.where(BITS, padded[:, None], 0.0), axis=2)
    joined = np.zeros(len(packed))
    for table, byte in zip(tables, packed.T, strict=True):
        join(joined, table.take(byte), out=joined)
    return joined, np.bitwise_count(packed).sum(1)


REDUCE = {"mean": _mean, "max": _max, "sum": _sum, "geometric": _geometric}


def check_reduce(reduce: str) -> str:
    """Return ``reduce`` if it is one of the four."""
    if reduce not in REDUCE:
        raise ValueError(f"reduce must be one of {', '.join(REDUCE)}; got {reduce!r}.")
    return reduce


def check_class_weight(class_weight: npt.ArrayLike) -> Array:
    """Return ``class_weight`` as float64 (n_labels, 2), finite and not negative."""
    if isinstance(class_weight, Mapping):
        raise TypeError(
            "class_weight must be an array (n_labels, 2); got a dict, which has no "
            f"order of labels, with the keys {listed(list(class_weight))}. Put its "
            "pairs (negative, positive) into the order of your columns: "
            "[class_weight[label] for label in classes]."
        )
    weight = np.asarray(class_weight, dtype=np.float64)
    if weight.ndim != 2 or weight.shape[1] != 2:
        raise ValueError(
            "class_weight must have the shape (n_labels, 2), column 0 for a label's "
            f"negatives and column 1 for its positives; got {weight.shape}."
        )
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("class_weight must be finite and not negative.")
    return weight


def _count_sides(y: Any) -> tuple[Array, list[Any] | None]:
    """Known negatives and positives, (n_labels, 2); the names of labels in lists."""
    counts = count_labels(y)
    if not len(counts.positive):
        raise ValueError("The lists in y hold no label at all: there is none to weigh.")
    if not counts.n_samples:
        raise ValueError("y must have at least one sample; got none.")
    return np.stack([counts.negative, counts.positive], axis=1), counts.classes


def _check_scheme(scheme: str, beta: float | None) -> Callable[[Array], Array]:
    """Return the formula: counts of both sides -> their weights."""
    if beta is not None and scheme != "effective":
        raise ValueError(f'beta is an option of "effective" alone; got {scheme!r}.')
    if scheme == "effective":
        return _effective(BETA if beta is None else beta)
    if scheme == "distribution_balanced":
        raise ValueError(
            "Distribution-balanced weights differ by entry, so they are part of a "
            "loss: DistributionBalancedLoss."
        )
    if scheme not in SCHEMES:
        names = ", ".join([*SCHEMES, "effective"])
        raise ValueError(f"scheme must be one of {names}; got {scheme!r}.")
    return SCHEMES[scheme]


def _effective(beta: float) -> Callable[[Array], Array]:
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be from 0 to below 1; got {beta!r}.")

    def weight(counts: Array) -> Array:
        return (1 - beta) / -np.expm1(counts * np.log(beta)) if beta else counts**0.0

    return weight


def _check_clip(clip: float | tuple[float, float] | None) -> tuple[float, float]:
    low, high = clip if isinstance(clip, (tuple, list)) else (0.0, clip)
    high = np.inf if high is None else high
    if not 0 <= low <= high or high == 0:
        raise ValueError(
            "clip must be the highest weight, or (lowest, highest), not negative; got "
            f"{clip!r}."
        )
    return low, high


def _warn_one_sided(counts: Array, names: list[Any] | None) -> None:
    missing = []
    for side, kind in ((1, "positives"), (0, "negatives")):
        columns = np.flatnonzero(counts[:, side] == 0).tolist()
        if columns:
            labels = columns if names is None else [names[column] for column in columns]
            where = "columns " if names is None else ""
            missing.append(f"no known {kind} of {where}{listed(labels, 20)}")
    if missing:
        warnings.warn(
            f"There are {', and '.join(missing)}: those labels get the weight 1.",
            stacklevel=3,
        )
