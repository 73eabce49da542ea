"""The cells of a `ScoreHistogram` as JSON, and back, checked."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.bins import bin_of, leading_bits_for, n_bins
from keras_multilabel.metrics.histogram_tally import NONE, scores_of_counts
from keras_multilabel.utils.arguments import Array, check_num_labels

VERSION = 1
# Written where there are any.
NAMES = "label_names"
# Of each cell its one score, or null for several; once these were not written.
SCORES, SCORE_DTYPE = "scores", "score_dtype"
SCORE_DTYPES = ("float32", "float64")
OPTIONAL = {NAMES, SCORES, SCORE_DTYPE}
FIELDS = ("version", "num_labels", "bins", "dtype", "cells")
DTYPES = ("int64", "float64")


def write(cells: Array, scores: Array, names: Sequence[Any] | None) -> str:
    """Cells (2, n_labels, n_bins) as text: of each row where it is not 0, and what."""
    rows = cells.reshape(-1, cells.shape[2])
    of_rows = zip(rows, scores.reshape(rows.shape), strict=True)
    values = (
        VERSION,
        cells.shape[1],
        cells.shape[2],
        cells.dtype.name,
        [[row.nonzero()[0].tolist(), row[row > 0].tolist()] for row in rows],
    )
    fields = dict(zip(FIELDS, values, strict=True))
    fields[SCORES] = [
        [None if score != score else score for score in of_row[row > 0].tolist()]
        for row, of_row in of_rows
    ]
    fields[SCORE_DTYPE] = scores.dtype.name
    fields |= {} if names is None else {NAMES: names}
    return json.dumps(fields, allow_nan=False)


def read(text: str) -> tuple[Array, Array, list[str] | None]:
    """Return the cells, their scores and the names that `write` wrote."""
    found = json.loads(text)
    if not isinstance(found, dict) or set(found) - OPTIONAL != set(FIELDS):
        raise ValueError(
            "Expected JSON that ScoreHistogram.to_json wrote, an object of "
            f"{', '.join(FIELDS)}; got {text[:80]!r}."
        )
    version, num_labels, bins, dtype, rows = (found[field] for field in FIELDS)
    if version != VERSION or isinstance(version, bool):
        raise ValueError(
            f"version must be {VERSION}, the format that this version of "
            f"keras_multilabel reads; got {version!r}."
        )
    check_num_labels(num_labels)
    if n_bins(leading_bits_for(bins)) != bins:
        raise ValueError(f"bins: there is no histogram of {bins} bins.")
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}; got {dtype!r}.")
    # Before memory is taken: num_labels may be anything.
    if not isinstance(rows, list) or len(rows) != 2 * num_labels:
        raise ValueError(
            f"cells must be a list of {2 * num_labels} rows, the negatives of each "
            f"label and then the positives; got {rows!r:.80}."
        )
    cells = np.zeros((2 * num_labels, bins), dtype)
    for index, row in enumerate(rows):
        where, count = _check_row(row, f"cells[{index}]", bins)
        cells[index, where] = _check_counts(count, f"cells[{index}]", dtype)
    if SCORES in found:
        scores = _check_scores(found[SCORES], found.get(SCORE_DTYPE), cells)
    else:
        scores = scores_of_counts(cells, leading_bits_for(bins))
    shape = 2, num_labels, bins
    names = _check_names(found.get(NAMES))
    return cells.reshape(shape), scores.reshape(shape), names


def _check_scores(rows: Any, dtype: Any, cells: Array) -> Array:
    """Scores of cells of shape (rows, bins): each lies in its bin, or is NaN."""
    if dtype not in SCORE_DTYPES:
        raise ValueError(
            f"{SCORE_DTYPE} must be one of {', '.join(SCORE_DTYPES)}; got {dtype!r}."
        )
    counted = cells > 0
    rows = rows if isinstance(rows, list) else []
    lengths = [len(row) if isinstance(row, list) else -1 for row in rows]
    if lengths != counted.sum(1).tolist():
        raise ValueError(
            f"{SCORES} must be lists of a score, or null, for each count in cells; got "
            f"{rows!r:.80}."
        )
    scores = np.full(cells.shape, NONE, dtype)
    bits = leading_bits_for(cells.shape[1])
    for index, row in enumerate(rows):
        where = counted[index].nonzero()[0]
        wrong = [score for score in row if type(score) not in {float, type(None)}]
        if not wrong:
            values = np.array(row, dtype)  # None becomes NaN
            outside = (values < 0) | (values > 1)
            place = bin_of(np.where(values >= 0, np.minimum(values, 1), 0) + 0.0, bits)
            wrong = values[outside | ((values >= 0) & (place != where))].tolist()
        if wrong:
            raise ValueError(
                f"{SCORES}[{index}] must hold scores that lie in their bins, or null; "
                f"got {wrong[0]!r}."
            )
        scores[index, where] = values
    return scores


def _check_names(names: Any) -> list[str] | None:
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if names is None or is_list:
        return names
    raise ValueError(f"label_names must be a list of strings; got {names!r:.80}.")


def _check_row(row: Any, name: str, bins: int) -> tuple[list[int], list[Any]]:
    is_pair = isinstance(row, list) and [type(part) for part in row] == [list, list]
    if not is_pair or len(row[0]) != len(row[1]):
        raise ValueError(
            f"{name} must be two lists of one length, bins and what is in them; got "
            f"{row!r:.80}."
        )
    where: list[int] = row[0]
    ascending = all(type(place) is int for place in where) and all(
        low < high for low, high in zip([-1, *where], [*where, bins], strict=True)
    )
    if not ascending:
        raise ValueError(
            f"{name} must name bins from 0 to {bins - 1}, ascending, each once; got "
            f"{where!r:.80}."
        )
    return where, row[1]


def _check_counts(counts: list[Any], name: str, dtype: str) -> Array:
    kinds = {int} if dtype == "int64" else {int, float}
    wrong = [count for count in counts if type(count) not in kinds]
    if wrong:
        raise ValueError(f"{name} must hold numbers of {dtype}; got {wrong[0]!r}.")
    try:
        values = np.array(counts, dtype)
    except OverflowError as error:
        raise ValueError(f"{name} must hold numbers of {dtype}: {error}.") from error
    return _check_not_negative(values, name)


def check_cells(cells: npt.ArrayLike, name: str) -> Array:
    """Return counts of (n_bins, n_labels) as int64, weights as float64."""
    array = np.asarray(cells)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be numbers; got dtype {array.dtype}.")
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"{name} must have the shape (n_bins, n_labels); got {array.shape}."
        )
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must be numbers of int64; got {array.max()}.")
    values = array.astype(np.float64 if array.dtype.kind == "f" else np.int64)
    return _check_not_negative(values, name)


def _check_not_negative(values: Array, name: str) -> Array:
    wrong = values[~((values >= 0) & (values < np.inf))]
    if wrong.size:
        raise ValueError(
            f"{name} must hold finite counts that are not negative; got {wrong[0]}."
        )
    return values
