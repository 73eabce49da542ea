"""Labels with labels: which were mistaken for which, and which occur together."""

from typing import Any

import numpy as np

from keras_multilabel.evaluation.page.bins import weight_unit
from keras_multilabel.evaluation.page.encoding import packed, significant
from keras_multilabel.metrics.averages import divide, near_one
from keras_multilabel.metrics.confusion_matrix import label_confusion_matrix
from keras_multilabel.utils.arguments import Array

# Labels in the matrices, and pairs in the lists beside them.
MOST_LABELS, MOST_PAIRS = 40, 8
# Pairs nearer to chance than this many standard deviations are not listed.
FAR = 2
# Above this many labels, a table of pairs would be larger than it is worth.
TOO_MANY = 2_000
# A tenth of a sample: the precision of the expected number.
TENTHS = 10
# Truth is multiplied this many entries at a time: sums of float32 are exact, and a few
# large products wait less for each other's threads than many small ones.
BLOCK = 2**23


def label_pairs(
    truth: Array, y_pred: Array, weight: Array | None
) -> dict[str, Any] | None:
    """What the page shows of pairs of labels; the most frequent ones as matrices.

    None if there are too many.
    """
    if truth.shape[1] > TOO_MANY:
        return None
    # Products of weights near 1 neither overflow nor vanish.
    near, exponent = (None, 0) if weight is None else near_one(weight)
    unit, rows = np.ldexp(weight_unit(weight), -exponent), _rows_of_unit(near)
    support = truth_sums(truth == 1, near)
    top = np.sort(np.argsort(-support, kind="stable")[:MOST_LABELS])
    confusion = label_confusion_matrix(truth, y_pred, sample_weight=near)
    together, expected = cooccurrence(truth, near)
    none = len(support)
    shown = np.append(top, none)
    ends = np.ix_(shown, shown)
    return {
        "top": top.tolist(),
        "confusion": packed(np.rint(confusion[ends] / unit).ravel()),
        "together": packed(np.rint(together[np.ix_(top, top)] / unit).ravel()),
        "expected": packed(np.rint(expected[np.ix_(top, top)] / unit * TENTHS).ravel()),
        "rows": float(np.ldexp(rows, -exponent)),
        "confused": _most_confused(confusion[:none, :none], exponent),
        "associated": _most_associated(together, expected, rows, exponent),
    }


def _rows_of_unit(weight: Array | None) -> float:
    """The number of rows that a weight of 1 stands for, by Kish's effective number."""
    if weight is None:
        return 1.0
    return float(weight.sum() / (weight @ weight))


def truth_sums(mask: Array, weight: Array | None) -> Array:
    """Number of samples selected by the mask, or their total weight."""
    return mask.sum(0) if weight is None else weight @ mask


def cooccurrence(truth: Array, weight: Array | None) -> tuple[Array, Array]:
    """How many samples have both labels, and how many would by chance.

    By chance: among the samples that know both, the product of the shares.
    """
    positive = truth == 1
    together = _products(positive, positive, weight)
    if (truth >= 0).all():
        total = len(truth) if weight is None else weight.sum()
        alone = together.diagonal()
        return together, np.outer(alone, alone) / total
    known = truth >= 0
    alone = _products(positive, known, weight)
    return together, divide(alone * alone.T, _products(known, known, weight), 0.0)


def _products(left: Array, right: Array, weight: Array | None) -> Array:
    """``left.T @ right`` over samples."""
    kind = np.float32 if weight is None else np.float64
    sums: Array = np.zeros((left.shape[1], right.shape[1]))
    step = max(1, BLOCK // left.shape[1])
    for start in range(0, len(left), step):
        rows = slice(start, start + step)
        first: Array = left[rows].astype(kind)
        if weight is not None:
            sums += (first * weight[rows, None]).T @ right[rows].astype(kind)
        else:
            # (NumPy computes only half of the product of a matrix with itself.)
            sums += first.T @ (first if left is right else right[rows].astype(kind))
    return sums


def _shown(counts: Any, exponent: int) -> Any:
    """Counts of weights near 1, converted back to counts of the weights."""
    return significant(np.ldexp(counts, exponent))


def _most_confused(confusion: Array, exponent: int) -> list[Any]:
    """Pairs ``[true label, predicted label, how often]`` of different labels."""
    between = confusion.astype(np.float64)
    np.fill_diagonal(between, 0)
    order = np.argsort(-between, axis=None, kind="stable")[:MOST_PAIRS]
    rows, columns = np.unravel_index(order, between.shape)
    return [
        [int(i), int(j), *_shown(between[i, j], exponent)]
        for i, j in zip(rows, columns, strict=True)
        if between[i, j] > 0
    ]


def _most_associated(
    together: Array, expected: Array, rows_of_unit: float, exponent: int
) -> list[Any]:
    """Pairs ``[label, label, found, expected]`` that differ most from chance."""
    # A Pearson residual; one more sample keeps rarely expected pairs apart.
    difference = np.abs(together - expected) * rows_of_unit
    surprise = np.triu(difference / np.sqrt(expected * rows_of_unit + 1), 1)
    order = np.argsort(-surprise, axis=None, kind="stable")[:MOST_PAIRS]
    ones, others = np.unravel_index(order, surprise.shape)
    return [
        [int(i), int(j), *_shown([together[i, j], expected[i, j]], exponent)]
        for i, j in zip(ones, others, strict=True)
        if surprise[i, j] > FAR
    ]
