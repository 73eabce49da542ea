"""Which samples belong together, and generators of random numbers."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_multilabel.utils.matrices import Array, is_missing


def number_groups(groups: Any, n_samples: int) -> Array:
    """Return the group of each row as a number from 0, in the order of the values."""
    values = groups.to_list() if hasattr(groups, "to_list") else groups
    values = values if isinstance(values, (list, tuple)) else np.asarray(values)
    shape = values.shape if isinstance(values, np.ndarray) else (len(values),)
    if shape != (n_samples,):
        raise ValueError(
            f"groups must be one value per sample, shape ({n_samples},); got {shape}."
        )
    return _numbered(values)


def _numbered(values: Any) -> Array:
    """Equal values as equal numbers, from 0, in the order of the values."""
    if isinstance(values, np.ndarray) and values.dtype != object:
        distinct, group = np.unique(values, return_inverse=True)
        _check_none_missing(distinct.tolist(), values)
        numbers: Array = group
        return numbers
    # NumPy would treat 1 and "1" as one group.
    found = dict.fromkeys(values)
    _check_none_missing(found, values)
    try:
        order = sorted(found)
    except TypeError:  # of several types
        order = list(found)
    number_of = {value: number for number, value in enumerate(order)}
    return np.array([number_of[value] for value in values])


def _check_none_missing(distinct: Iterable[Any], values: Any) -> None:
    if any(map(is_missing, distinct)):
        row = next(row for row, value in enumerate(values) if is_missing(value))
        raise ValueError(
            f"groups must name the group of each sample; it is missing at row {row}. "
            "Give such a sample a group of its own."
        )


def generator(random_state: Any) -> np.random.Generator:
    """A generator from a seed; or from a generator, old or new, which advances."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31 - 1)
    return np.random.default_rng(random_state)
