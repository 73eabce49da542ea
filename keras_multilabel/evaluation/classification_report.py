"""scikit-learn's `classification_report`, for labels with unknown entries."""

from collections.abc import Iterable
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import average_ratio
from keras_multilabel.metrics.confusion_counts import take_counts
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.utils.arguments import Array, check_zero_division, listed
from keras_multilabel.utils.label_names import given_names

COLUMNS = ("precision", "recall", "f1-score", "support")


@overload
def classification_report(
    y_true: npt.ArrayLike | Counts,
    y_pred: npt.ArrayLike | None = ...,
    *,
    label_names: Iterable[Any] | None = ...,
    target_names: Iterable[Any] | None = ...,
    sample_weight: npt.ArrayLike | None = ...,
    digits: int = ...,
    output_dict: Literal[False] = ...,
    zero_division: float = ...,
) -> str: ...
@overload
def classification_report(
    y_true: npt.ArrayLike | Counts,
    y_pred: npt.ArrayLike | None = ...,
    *,
    label_names: Iterable[Any] | None = ...,
    target_names: Iterable[Any] | None = ...,
    sample_weight: npt.ArrayLike | None = ...,
    digits: int = ...,
    output_dict: Literal[True],
    zero_division: float = ...,
) -> dict[str, dict[str, float]]: ...
def classification_report(
    y_true: npt.ArrayLike | Counts,
    y_pred: npt.ArrayLike | None = None,
    *,
    label_names: Iterable[Any] | None = None,
    target_names: Iterable[Any] | None = None,
    sample_weight: npt.ArrayLike | None = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: float = 0.0,
) -> Any:
    """Precision, recall, F1 and support of each label and averaged, as text.

    The text and the numbers are those of `sklearn.metrics.classification_report` for
    multi-hot data; here entries may be unknown, and 0 / 0 does not warn.
    `evaluation_report` adds confidence intervals and how well labels are ranked.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or NaN
            where unknown (left out); or `Counts` per label, and then no ``y_pred``, and
            no average over samples.
        y_pred: Predictions, 0 and 1, same shape.
        label_names: One name per label. Default: the names of a data frame's columns,
            or those of the `Counts`, or "0", "1", ...
        target_names: scikit-learn's name for ``label_names``.
        sample_weight: Shape (n_samples,).
        digits: Decimal places of the text.
        output_dict: Return a dict instead of the text.
        zero_division: 0.0, 1.0 or NaN: the score where the denominator is 0. NaN
            leaves it out of the average.

    Returns:
        The text; or a dict of dicts, by label (then ``"micro avg"`` and so on) and by
        score.

    Raises:
        TypeError: If an argument does not hold numbers, or both ``label_names`` and
            ``target_names`` are given.
        ValueError: If shapes differ, values are not 0, 1 or unknown, there are no
            samples, an option is not one of those above, or with ``output_dict`` a
            label has the name of an average.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1, 0], [1, 1], [0, 0]], [[1, 1], [0, 1], [0, 0]]
        >>> print(kml.classification_report(y_true, y_pred, label_names=["cat", "dog"]))
                      precision    recall  f1-score   support
        <BLANKLINE>
                 cat       1.00      0.50      0.67         2
                 dog       0.50      1.00      0.67         1
        <BLANKLINE>
           micro avg       0.67      0.67      0.67         3
           macro avg       0.75      0.75      0.67         3
        weighted avg       0.83      0.67      0.67         3
         samples avg       0.50      0.50      0.44         3
        <BLANKLINE>
        >>> scores = kml.classification_report(y_true, y_pred, output_dict=True)
        >>> scores["1"]["recall"], scores["macro avg"]["precision"]
        (1.0, 0.75)
    """
    if label_names is not None and target_names is not None:
        raise TypeError(
            "target_names is scikit-learn's name for label_names; got both. Pass one."
        )
    names = target_names if label_names is None else label_names
    zero_division = check_zero_division(zero_division)
    _check_digits(digits)
    counts, _ = take_counts(y_true, y_pred, sample_weight, 0)
    if counts.axis is None:
        raise ValueError(
            "A report needs counts per label, as confusion_counts(..., axis=0) takes "
            "them; got pooled counts."
        )
    found = given_names(names, len(counts.tp), y_true, y_pred)
    labels = list(map(str, range(len(counts.tp)) if found is None else found))
    rows = _rows_of_labels(labels, counts, zero_division)
    averages: dict[str, tuple[Counts, Array | None]] = dict.fromkeys(
        ("micro", "macro", "weighted"), (counts, None)
    )
    if not isinstance(y_true, Counts):
        averages["samples"] = take_counts(y_true, y_pred, sample_weight, 1)
    total = counts.support.sum()
    averaged = [
        (f"{name} avg", *_scores(*of, name, zero_division), total)
        for name, of in averages.items()
    ]
    return _as_dict(rows, averaged) if output_dict else _as_text(rows, averaged, digits)


def _check_digits(digits: int) -> None:
    if not isinstance(digits, (int, np.integer)) or digits < 0:
        raise ValueError(f"digits must be a whole number of 0 or more; got {digits!r}.")


# Name, precision, recall, F1, support.
_Row = tuple[str, Any, Any, Any, Any]


def _scores(
    counts: Counts, weight: Array | None, average: str | None, zero_division: float
) -> tuple[Any, Any, Any]:
    precision, recall, f1 = (
        average_ratio(ratio, counts, average, weight, zero_division)
        for ratio in (ratios.precision, ratios.recall, ratios.f1)
    )
    return precision, recall, f1


def _rows_of_labels(
    labels: list[str], counts: Counts, zero_division: float
) -> list[_Row]:
    scores = _scores(counts, None, None, zero_division)
    return list(zip(labels, *scores, counts.support, strict=True))


def _as_dict(rows: list[_Row], averaged: list[_Row]) -> dict[str, dict[str, float]]:
    names = {name for name, *_ in averaged}
    if taken := [label for label, *_ in rows if label in names]:
        raise ValueError(
            f"With output_dict a label must not have the name of an average; got "
            f"{listed(taken)}. Rename it with label_names=."
        )
    return {
        name: dict(zip(COLUMNS, map(float, scores), strict=True))
        for name, *scores in [*rows, *averaged]
    }


def _as_text(rows: list[_Row], averaged: list[_Row], digits: int) -> str:
    """The text as scikit-learn formats it, blank by blank."""
    width = max(len(name) for name, *_ in [*rows, *averaged])
    head = " ".join(["", *(f"{column:>9}" for column in COLUMNS)])
    lines = [" " * width + " " + head, ""]
    for part in (rows, averaged):
        for name, *scores, support in part:
            cells = "".join(f" {score:>9.{digits}f}" for score in scores)
            lines.append(f"{name:>{width}} {cells} {support:>9}")
        lines.append("")
    return "\n".join(lines)
