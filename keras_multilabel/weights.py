"""Class and sample weights for imbalanced labels (floor 2)."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel._checks import (
    Array,
    check_matrix,
    check_rows,
    check_targets,
    listed,
)
from keras_multilabel.averages import divide
from keras_multilabel.labels import encode_labels, holds_labels

SCHEMES = ("balanced", "inverse")


def compute_class_weight(y: Any, scheme: str = "balanced") -> Array:
    """Weights of each label's negatives and positives, for a loss.

    With n known samples of a label, of which n_c are on one side (negative or
    positive), the side weighs

    - ``"balanced"``: n / (2 n_c). Both sides of each label get the same total
      weight, and the mean weight over its samples is 1. It is scikit-learn's
      "balanced", for each label by itself.
    - ``"inverse"``: n / n_c, twice that: total over count.

    Unknown entries are left out. A side that no sample is on gets the weight 1,
    which nothing will use, and the labels are named in a warning.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown; or lists of labels, which `encode_labels` takes with
            the labels sorted.
        scheme: ``"balanced"`` or ``"inverse"``.

    Returns:
        Shape (n_labels, 2): column 0 weighs the label's negatives, column 1 its
        positives. Pass it to a loss, `WeightedBinaryCrossentropy` say: Keras's
        own ``fit(class_weight=...)`` cannot use it.

    Raises:
        TypeError: If ``y`` holds neither numbers nor lists of labels.
        ValueError: If ``scheme`` is unknown, ``y`` has no samples, or values are
            not 0, 1 or unknown.

    References:
        G. King and L. Zeng, "Logistic Regression in Rare Events Data", Political
        Analysis 9, 2001 (the balanced weights).

    Example:
        >>> import keras_multilabel as kml
        >>> kml.compute_class_weight([[1, 0], [0, 1], [0, 1], [0, 1]])
        array([[0.66666667, 2.        ],
               [2.        , 0.66666667]])
    """
    if scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {SCHEMES}; got {scheme!r}.")
    counts = _side_counts(_multi_hot(y))
    _warn_one_sided(counts)
    total = counts.sum(1, keepdims=True)
    weight = divide(total / (2 if scheme == "balanced" else 1), counts, 1.0)
    return np.where(counts > 0, weight, 1.0)


def compute_sample_weight(
    y: Any, scheme: str = "balanced", reduce: str = "mean"
) -> Array:
    """One weight per sample: the mean of the weights of its labels.

    A sample is weighed by the positive-side weights (`compute_class_weight`) of
    the labels that it has; a sample without labels, by the negative-side weights
    of all labels, so that it is not dropped. Unknown entries are left out.
    scikit-learn's ``compute_sample_weight`` multiplies over the labels instead,
    which for 80 labels at 2 % gives weights 6e13 times each other.

    Args:
        y: Multi-hot truth, shape (n_samples, n_labels), or lists of labels, as in
            `compute_class_weight`.
        scheme: ``"balanced"`` or ``"inverse"``.
        reduce: ``"mean"`` over the sample's labels.

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
    """
    if reduce != "mean":
        raise ValueError(f'reduce must be "mean"; got {reduce!r}.')
    y = _multi_hot(y)
    negative, positive = compute_class_weight(y, scheme).T
    truth, known = check_targets(y)
    absent = truth ^ (1 if known is None else known)
    by_labels = divide(truth @ positive, truth.sum(1), np.nan)
    # A row of which nothing is known weighs 1, like the mean of all.
    by_absence = divide(absent @ negative, absent.sum(1), 1.0)
    weight = np.where(np.isnan(by_labels), by_absence, by_labels)
    return weight / weight.mean()


def check_class_weight(class_weight: npt.ArrayLike) -> Array:
    """Return ``class_weight`` as float64 (n_labels, 2), finite and not negative."""
    weight = np.asarray(class_weight, dtype=np.float64)
    if weight.ndim != 2 or weight.shape[1] != 2:
        raise ValueError(
            "class_weight must have the shape (n_labels, 2), column 0 for a label's "
            f"negatives and column 1 for its positives; got {weight.shape}."
        )
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("class_weight must be finite and not negative.")
    return weight


def _multi_hot(y: Any) -> Array:
    """``y`` as a matrix, with lists of labels encoded."""
    if holds_labels(y):
        y, _ = encode_labels(y)
    return check_rows(check_matrix(y, "y"))


def _side_counts(y: Array) -> Array:
    """How many known negatives and positives each label has, (n_labels, 2)."""
    truth, known = check_targets(y)
    positives = truth.sum(0, dtype=np.int64)
    total = len(truth) if known is None else known.sum(0, dtype=np.int64)
    return np.stack([total - positives, positives], axis=1)


def _warn_one_sided(counts: Array) -> None:
    for side, name in enumerate(("negatives", "positives")):
        columns = np.flatnonzero(counts[:, side] == 0).tolist()
        if columns:
            warnings.warn(
                f"No known {name} of the labels in columns {listed(columns, 20)}; "
                "their weight is set to 1.",
                stacklevel=3,
            )
