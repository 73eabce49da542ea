"""Data as compact text inside HTML that cannot end the element it stands in."""

import base64
import hashlib
import json
import zlib
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import Array

BITS = 7
MOST_BYTES = 9


def varints(numbers: Array) -> bytes:
    """Whole numbers of 0 or more, 7 bits a byte, low ones first (LEB128).

    Example:
        >>> list(varints(np.array([5, 300])))
        [5, 172, 2]
    """
    numbers = np.asarray(numbers, np.int64)
    shifts = BITS * np.arange(MOST_BYTES)
    digits = (numbers[:, None] >> shifts) & (2**BITS - 1)
    used = (numbers[:, None] >> shifts > 0) | (shifts == 0)
    # All bytes except the last of a number have their highest bit set.
    follows = np.column_stack([used[:, 1:], np.zeros(len(numbers), bool)])
    return (digits | follows << BITS)[used].astype(np.uint8).tobytes()


def packed(numbers: Array) -> str:
    """Whole numbers as varints, compressed (zlib), in base64."""
    return base64.b64encode(zlib.compress(varints(numbers))).decode("ascii")


def script_json(value: Any) -> str:
    r"""Strict JSON that is plain text anywhere in a script element.

    Example:
        >>> print(script_json({"label": "</script>"}))
        {"label":"\u003c/script>"}
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def csp_hash(text: str) -> str:
    """The hash of an inline script or style for a content security policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def significant(values: Any, digits: int = 12) -> Any:
    """Sums of weights of any size as JSON numbers: whole numbers of rows stay whole.

    Example:
        >>> significant([12345678.0, 1 / 3e7], 3), significant([12345678.0])
        ([12300000.0, 3.33e-08], [12345678.0])
    """
    return [float(f"{value:.{digits}g}") for value in np.ravel(values)]


def plain(values: Any, digits: int = 5) -> Any:
    """Numbers for JSON: rounded, NaN as None."""
    if values is None:
        return None
    array = np.asarray(values, np.float64)
    if array.ndim:
        return [plain(value, digits) for value in array]
    value = float(array)
    return round(value, digits) if np.isfinite(value) else None
