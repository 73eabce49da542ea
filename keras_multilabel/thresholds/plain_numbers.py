"""Numbers and arrays to and from values of strict JSON."""

from typing import Any

import numpy as np

# How JSON writes the numbers that it does not have.
SPECIAL = ("inf", "-inf", "nan")


def to_plain(value: Any) -> Any:
    """A value that JSON can hold: infinite numbers and NaN become strings."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [to_plain(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return str(value) if str(value) in SPECIAL else value
    return value.item() if isinstance(value, np.generic) else value


def from_plain(value: Any, name: str) -> Any:
    """The reverse of `to_plain`; lists become arrays."""
    entries = value if isinstance(value, list) else [value]
    if not all(map(_is_plain, entries)):
        raise ValueError(
            f'{name} must hold numbers, "inf", "-inf" or "nan"; got {value!r:.80}.'
        )
    if isinstance(value, list):
        return np.array(value, np.float64)
    return float(value) if isinstance(value, str) else value


def _is_plain(entry: Any) -> bool:
    is_number = isinstance(entry, (int, float)) and not isinstance(entry, bool)
    return is_number or entry is None or (isinstance(entry, str) and entry in SPECIAL)
