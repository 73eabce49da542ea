"""Numbers and arrays as what strict JSON knows, and back."""

from typing import Any

import numpy as np

# How JSON has the numbers that it does not know.
INFINITE = ("inf", "-inf")


def to_plain(value: Any) -> Any:
    """What JSON knows: NaN becomes null, infinite numbers strings."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [to_plain(entry) for entry in value]
    if isinstance(value, (float, np.floating)):
        special = {"nan": None, "inf": "inf", "-inf": "-inf"}
        return special.get(str(float(value)), float(value))
    return value.item() if isinstance(value, np.generic) else value


def from_plain(value: Any, name: str) -> Any:
    """What `to_plain` was given; lists become arrays."""
    entries = value if isinstance(value, list) else [value]
    if any(isinstance(entry, str) and entry not in INFINITE for entry in entries):
        raise ValueError(
            f'{name} must hold numbers, "inf", "-inf" or null; got {value!r:.80}.'
        )
    if isinstance(value, list):
        return np.array(value, np.float64)
    return float(value) if isinstance(value, str) else value
