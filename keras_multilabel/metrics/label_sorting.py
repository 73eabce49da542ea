"""Sorting the scores of all labels, a few columns at a time, in threads."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from keras_multilabel.metrics.sorted_label import Side, SortedLabel, sort_weighted
from keras_multilabel.utils.arguments import Array, sides
from keras_multilabel.utils.parallel import equal_parts, map_threads

Result = TypeVar("Result")

# At most this many columns are copied for sorting at a time: two cache lines of
# float32, since a narrower copy takes up to twice as long per column.
COLUMNS = 32
# But at most this many bytes of scores per thread.
COPY_BYTES = 2**25
# And at most this many rows of them: what is read stays in the cache while written.
BLOCK_ROWS = 512

# One label's scores in parts of the samples; None for a part without known entries.
Parts = Sequence[SortedLabel | None]


def _sort_unweighted(positive: Array, score: Array) -> SortedLabel:
    """Sort the scores of one label, which are overwritten."""
    positives = np.flatnonzero(positive)
    above = score[positives]
    above.sort()
    # In place, with the positives moved to the end: a third faster than copying and
    # sorting the negatives.
    score[positives] = np.inf
    score.sort()
    return SortedLabel(Side(above, None), Side(score[: len(score) - len(above)], None))


def map_labels(
    function: Callable[[SortedLabel, int], Result],
    truth: Array,
    y_score: Array,
    weight: Array | None,
) -> list[Result | None]:
    """Sort each label's scores and call ``function(scores, column)``, in threads.

    Args:
        function: Called for each label.
        truth: A result of `check_truth`.
        y_score: The scores, without NaN.
        weight: Weights of the samples, above 0; or None.

    Returns:
        The result of each label; None for a label without known entries.
    """

    def of_parts(parts: Parts, column: int) -> Result | None:
        return None if parts[0] is None else function(parts[0], column)

    return map_parts(of_parts, truth, y_score, weight, [slice(None)])


def map_parts(
    function: Callable[[Parts, int], Result],
    truth: Array,
    y_score: Array,
    weight: Array | None,
    rows: Sequence[slice],
) -> list[Result]:
    """The same, with the scores of each label sorted in parts.

    Args:
        function: Called with the parts of each label, None for parts without known
        entries.
        truth: A result of `check_truth`.
        y_score: The scores, without NaN.
        weight: Weights of the samples, above 0; or None.
        rows: The rows of each part.
    """

    def of_columns(part: slice) -> list[Result]:
        positive, known = sides(_transposed(truth[:, part]))
        scores = _transposed(y_score[:, part])
        masks = [None] * len(scores) if known is None else known.view(np.bool_)
        results: list[Result] = []
        for arrays in zip(positive.view(np.bool_), masks, scores, strict=True):
            parts = [_sort_known(*_rows(own, *arrays, weight)) for own in rows]
            results.append(function(parts, part.start + len(results)))
        return results

    most = max(1, min(COLUMNS, COPY_BYTES // max(1, len(truth) * y_score.itemsize)))
    columns = equal_parts(truth.shape[1], most)
    parts = map_threads(of_columns, columns, entries=truth.size)
    return [result for part in parts for result in part]


def _rows(own: slice, *arrays: Array | None) -> tuple[Any, ...]:
    return tuple(None if array is None else array[own] for array in arrays)


def _transposed(columns: Array) -> Array:
    """A copy with the columns as rows, made in blocks that stay in the cache."""
    copy = np.empty(columns.shape[::-1], columns.dtype)
    for start in range(0, len(columns), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        copy[:, block] = columns[block].T
    return copy


def _sort_known(
    positive: Array,
    known: Array | None,
    score: Array,
    weight: Array | None,
) -> SortedLabel | None:
    if known is not None:
        positive, score = positive[known], score[known]
        weight = None if weight is None else weight[known]
    if len(positive) == 0:
        return None
    if weight is None:
        return _sort_unweighted(positive, score)
    return SortedLabel(
        sort_weighted(score[positive], weight[positive]),
        sort_weighted(score[~positive], weight[~positive]),
    )
