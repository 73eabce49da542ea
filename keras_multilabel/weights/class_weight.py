"""Class and sample weights for imbalanced labels."""

import warnings
from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from keras_multilabel.labels.counting import count_labels
from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.options import Scheme


def _balanced(counts: Array) -> Array:
    return counts.sum(1, keepdims=True) / (2 * counts)


def _sqrt(counts: Array) -> Array:
    return np.sqrt(_balanced(counts))


def _pos_weight(counts: Array) -> Array:
    return np.stack([np.ones(len(counts)), counts[:, 0] / counts[:, 1]], axis=1)


SCHEMES: dict[str, Callable[[Array], Array]] = {
    "balanced": _balanced,
    "sqrt": _sqrt,
    "pos_weight": _pos_weight,
}
# As in the paper's experiments on long-tailed data.
BETA = 0.999


def compute_class_weight(
    y: Any,
    scheme: Scheme = "balanced",
    *,
    beta: float | None = None,
    clip: float | tuple[float, float] | None = None,
    normalize: bool = True,
) -> Array:
    """Weights of each label's negatives and positives, for a loss.

    With n known samples of a label, n_c of them on one side (negative or positive), the
    weight of that side is

    - ``"balanced"``: n / (2 n_c), scikit-learn's "balanced" for each label separately.
      Both sides of all labels get the same total weight. (Inverse frequencies, n / n_c,
      are twice that, and the same once normalised.)
    - ``"sqrt"``: the square root of that, a common compromise: with full balance a
      network tends to predict rare labels everywhere.
    - ``"effective"``: (1 - beta) / (1 - beta^n_c), one over the effective number of
      samples: each further sample counts less, and beyond 1 / (1 - beta) almost
      nothing.
    - ``"pos_weight"``: n_negative / n_positive for positives, 1 for negatives, as in
      torch's ``BCEWithLogitsLoss``.

    Unknown entries are left out. A label without one of the sides gets 1 on both sides,
    and is named in a warning.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN where
            unknown; or as a scipy.sparse matrix; or lists of labels or a pandas or
            polars column of them, with columns sorted as by `encode_labels`; or a
            tf.data.Dataset, PyDataset or loader of batches (x, y), read once; or a Dask
            array, or a column of label lists of a Dask data frame.
        scheme: One of those above. (``"distribution_balanced"`` weights each entry
            separately, so it is a loss, not a matrix of weights.)
        beta: For ``"effective"``, from 0 to below 1. Default 0.999.
        clip: The highest weight, or (lowest, highest), after normalising.
        normalize: Divide by the mean over all known entries, so that the loss keeps its
            scale and the learning rate still fits. False: the plain formula.

    Returns:
        Shape (n_labels, 2): column 0 weights the label's negatives, column 1 its
        positives. Pass it to a loss, for example `WeightedBinaryCrossentropy`: Keras's
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
    low, high = check_clip(clip)
    counts, names = _count_sides(y)
    both = (counts > 0).all(1)
    _warn_one_sided(counts, names)
    weight = np.ones(counts.shape)
    weight[both] = formula(counts[both])
    if normalize and both.any():
        weight[both] /= np.average(weight[both], weights=counts[both])
    return np.clip(weight, low, high)


def _count_sides(y: Any) -> tuple[Array, list[Any] | None]:
    """Known negatives and positives, (n_labels, 2); the labels, if they have names."""
    counts = count_labels(y)
    if not len(counts.positive):
        raise ValueError("The lists in y hold no label at all: nothing to weight.")
    if not counts.n_samples:
        raise ValueError("y must have at least one sample; got none.")
    labels = counts.label_names if counts.classes is None else counts.classes
    return np.stack([counts.negative, counts.positive], axis=1), labels


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
    if scheme not in get_args(Scheme):
        names = ", ".join(get_args(Scheme))
        raise ValueError(f"scheme must be one of {names}; got {scheme!r}.")
    return SCHEMES[scheme]


def _effective(beta: float) -> Callable[[Array], Array]:
    if not 0 <= beta < 1:
        raise ValueError(f"beta must be from 0 to below 1; got {beta!r}.")

    def weight(counts: Array) -> Array:
        return (1 - beta) / -np.expm1(counts * np.log(beta)) if beta else counts**0.0

    return weight


def check_clip(clip: float | tuple[float, float] | None) -> tuple[float, float]:
    """Return the lowest and the highest weight."""
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
