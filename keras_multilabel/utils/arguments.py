"""Arguments in, checked arrays out.

The one place that knows what "unknown" looks like, -1 or NaN in ``y_true``, and what a
probability is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from keras_multilabel.utils.matrices import Array as Array
from keras_multilabel.utils.matrices import as_numbers, check_exact
from keras_multilabel.utils.matrices import check_matrix as check_matrix
from keras_multilabel.utils.options import Average
from keras_multilabel.utils.parallel import equal_parts, map_threads

AVERAGES = (None, *get_args(Average))
# By so much may rounding carry the probabilities of a network above 1.
ROUNDING = 1e-6
# 1.0 as float16.
HALF_ONE = 0x3C00
# Truth is turned into bytes in blocks of at most this many entries, few enough for the
# cache; one block takes no thread, which would cost more than its work.
BLOCK = 2**18


def check_word(name: str, word: Any, words: Any) -> None:
    """Raise if an option is none of the words of its ``Literal`` type."""
    known = get_args(words)
    if word not in known:
        raise ValueError(f"{name} must be one of {listed(known)}; got {word!r}.")


def check_scores(y_score: Array, y_true: Array | None = None) -> Array:
    """Return ``y_score`` as float32 or float64 without NaN, and without rounding.

    Where ``y_true`` is unknown, NaN becomes 0.
    """
    if y_score.dtype not in (np.float32, np.float64):
        if y_score.dtype.itemsize == 8:
            check_exact(y_score, "y_score")
        y_score = y_score.astype(np.promote_types(y_score.dtype, np.float32))
    if y_true is not None and y_score.size and np.isnan(y_score.max()):
        y_score = np.where(np.isnan(y_score), blank_unknown(y_score, y_true), y_score)
    return _check_no_nan(y_score, "y_score")


def _check_no_nan(values: Array, name: str) -> Array:
    # max() hands a NaN on: a third of the time of isnan().any(), no temporary.
    if values.size and np.isnan(values.max()):
        row, column = np.argwhere(np.isnan(values))[0]
        raise ValueError(
            f"{name} must not hold NaN, nor <NA> or masked entries; got one at row "
            f"{row}, column {column}. A network whose loss became NaN gives such "
            "scores."
        )
    return values


def are_probabilities(values: Array) -> bool:
    """Whether all values lie from 0 to 1, up to rounding; False if one is NaN."""
    if values.size == 0:
        return True
    return bool(values.min() >= 0 and values.max() <= 1 + ROUNDING)


def check_probabilities(values: Array, name: str, remedy: str) -> Array:
    """Return ``values`` if they lie from 0 to 1, up to rounding, and none is NaN."""
    _check_no_nan(values, name)
    if not are_probabilities(values):
        raise ValueError(
            f"{name} must be probabilities, from 0 to 1; got "
            f"{values.min():.9g} to {values.max():.9g}. {remedy}"
        )
    return values


def is_unknown(values: Array) -> Array:
    """Where truth says "unknown": -1 or NaN."""
    return np.asarray((values == -1) | (values != values))


def blank_unknown(y_score: Array, y_true: Any) -> Array:
    """Scores with 0 where the truth is unknown: what a model gives there is its own."""
    y_true = y_true.toarray() if hasattr(y_true, "toarray") else y_true
    return np.where(is_unknown(y_true), y_score.dtype.type(0), y_score)


def check_truth(y_true: Array) -> Array:
    """Return ``y_true`` as int8: 1, 0 and, where unknown, -1."""
    if y_true.itemsize == 1 and y_true.size and y_true.view(np.uint8).max() <= 1:
        return y_true.view(np.int8)
    truth = np.empty(y_true.shape, np.int8)

    def convert(part: slice) -> None:
        positive, known = check_targets(y_true[part])
        truth[part] = positive
        if known is not None:
            truth[part] -= known == 0

    if y_true.size <= BLOCK:
        convert(slice(None))
    else:
        rows = max(1, BLOCK // y_true.shape[1])
        map_threads(convert, equal_parts(len(y_true), rows))
    return truth


def sides(truth: Array) -> tuple[Array, Array | None]:
    """``(positive, known)`` of what `check_truth` gave, as of `check_targets`."""
    if truth.size == 0 or truth.view(np.uint8).max() <= 1:
        return truth.view(np.uint8), None
    return (truth == 1).view(np.uint8), (truth >= 0).view(np.uint8)


def check_targets(block: Array, name: str = "y_true") -> tuple[Array, Array | None]:
    """Return ``(positive, known)``: uint8 0 / 1, and uint8 0 / 1 or None if all are.

    Unknown entries (-1 or NaN) are 0 in both.
    """
    positive, known = _as_bytes(block)
    if known is not None:
        rest = block[known == 0]
        wrong = rest[~is_unknown(rest)]
        if wrong.size:
            raise ValueError(
                f"{name} must hold 0 and 1, and -1 or NaN where the truth is unknown; "
                f"got {wrong[0]}."
            )
    return positive, known


def check_decisions(block: Array) -> Array:
    """Return ``y_pred`` as uint8 0 / 1: a decision is never unknown."""
    positive, known = _as_bytes(block)
    if known is not None:
        found = block[known == 0][0]
        got = f"{found}, one is missing" if found != found else f"{found}"
        raise ValueError(
            f"y_pred must hold decisions, 0 or 1; got {got}. Scores become decisions "
            "with y_score >= 0.5 or apply_thresholds."
        )
    return positive


def _as_bytes(block: Array) -> tuple[Array, Array | None]:
    """``block == 1`` as uint8, and where it is 0 or 1 (None: everywhere)."""
    if block.dtype.kind in "biu":
        # Without a sign -1 is the largest of all.
        unsigned = block.view(f"u{block.itemsize}")
        if unsigned.max(initial=0) <= 1:
            positive = unsigned if block.itemsize == 1 else unsigned == 1
            return positive.view(np.uint8), None
    if block.dtype == np.float16:
        # NumPy compares these one by one, and their bits many at a time.
        bits = block.view(np.uint16)
        positive, known = bits == HALF_ONE, bits << 1 == 0
    else:
        positive, known = block == 1, block == 0
    known |= positive
    return positive.view(np.uint8), None if known.all() else known.view(np.uint8)


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


def check_average(average: str | None) -> str | None:
    """Return ``average`` if it is one of the five."""
    if average not in AVERAGES:
        raise ValueError(f"average must be one of {AVERAGES}; got {average!r}.")
    return average


def check_zero_division(zero_division: float) -> float:
    """Return ``zero_division`` as a float if it is 0.0, 1.0 or NaN."""
    if isinstance(zero_division, (int, float, np.number)):
        value = float(zero_division)
        if value in (0.0, 1.0) or np.isnan(value):
            return value
    raise ValueError(f"zero_division must be 0.0, 1.0 or nan; got {zero_division!r}.")


def check_num_labels(num_labels: int) -> int:
    """Return ``num_labels`` if it is a whole number of 1 or more."""
    if not isinstance(num_labels, (int, np.integer)) or num_labels < 1:
        raise ValueError(
            f"num_labels must be a whole number of 1 or more; got {num_labels!r}."
        )
    return int(num_labels)


def check_label_names(label_names: Iterable[Any] | None, n_labels: int) -> list[str]:
    """Return one name per label; ``"label 0"`` and so on where none are given."""
    if label_names is None:
        return [f"label {index}" for index in range(n_labels)]
    names = [str(name) for name in label_names]
    if len(names) != n_labels:
        raise ValueError(
            f"label_names must name the {n_labels} labels in the order of the "
            f"columns; got {len(names)} names."
        )
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"label_names must differ; got {listed(twice)} twice.")
    return names


def check_threshold(
    threshold: npt.ArrayLike, n_labels: int, name: str = "threshold"
) -> Array:
    """Return thresholds as float64 (n_labels,)."""
    if isinstance(threshold, Mapping):
        raise TypeError(
            f"{name} must be a number or an array of one per label; got a dict, with "
            f"the keys {listed(list(threshold))}. Put its values into the order of "
            f"your columns: [{name}[label] for label in label_names]."
        )
    values = as_numbers(threshold, name).astype(np.float64)
    if values.shape not in ((), (n_labels,)):
        raise ValueError(
            f"{name} must be a number or have the shape ({n_labels},), one per "
            f"label; got {values.shape}."
        )
    if np.isnan(values).any():
        raise ValueError(f"{name} must not be NaN, nor masked.")
    return np.broadcast_to(values, (n_labels,))


def check_at_most(at_most: int | None) -> int | None:
    """Return ``at_most`` if it is None or a whole number of 1 or more."""
    if at_most is None:
        return None
    is_whole = isinstance(at_most, (int, np.integer)) and not isinstance(at_most, bool)
    if not is_whole or at_most < 1:
        raise ValueError(
            f"at_most must be a positive whole number or None; got {at_most!r}."
        )
    return int(at_most)


def listed(names: Sequence[object], most: int = 5) -> str:
    """Name the first few of ``names``, and count the rest."""
    shown = ", ".join(repr(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
