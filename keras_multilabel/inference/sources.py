"""Validation data of any kind -> the arguments of one pass over it.

Keras's own data adapters do the reading. This module makes sure that each pass gets
fresh data and all of it, and that mistakes are reported early.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import keras
import numpy as np

from keras_multilabel.utils.streams import keras_reads, n_batches, not_empty

PARTS = ("x", "y", "sample_weight")


@dataclass(frozen=True)
class Source:
    """Where the batches of each pass come from.

    Attributes:
        open: Makes the ``x`` argument of ``predict`` for one pass.
        steps: How many batches each pass must have; None: until the end.
        arrays: ``(x, y[, sample_weight])`` if each pass reads them in this order.
    """

    open: Callable[[], Any]
    steps: int | None = None
    arrays: tuple[Any, ...] | None = None


def check_source(
    data: Any, steps: int | None = None, batch_size: int | None = None
) -> Source:
    """Return the `Source` of ``validation_data``, of whatever kind it is."""
    if data is None:
        raise ValueError(
            "validation_data must be given: (x, y) arrays, a dataset or loader, a "
            "generator with validation_steps, or a callable that makes a fresh one."
        )
    if steps is not None and (not isinstance(steps, (int, np.integer)) or steps < 1):
        raise ValueError(
            f"validation_steps must be a positive whole number; got {steps!r}."
        )
    if isinstance(data, (tuple, list)):
        return _from_arrays(tuple(data), steps, batch_size)
    if keras_reads(data):
        _check_length(n_batches(data), steps)
        return Source(partial(_as_it_is, data), steps)
    if isinstance(data, Iterator):
        if steps is None:
            raise ValueError(
                "validation_data is an iterator, which may have no end and cannot "
                "be started again: pass validation_steps, the number of batches to "
                "draw from it for each evaluation, or a callable that makes a fresh "
                "iterator."
            )
        return Source(partial(_first_batches, data, steps), steps)
    if isinstance(data, Iterable):
        return Source(partial(_first_batches, data, steps), steps)
    if callable(data):
        return Source(partial(_open_made, data, steps, batch_size), steps)
    raise TypeError(
        "validation_data must be (x, y) or (x, y, sample_weight) arrays, a dataset or "
        f"loader that Keras reads, an iterable or a callable; got {type(data)}."
    )


# Partials, not functions within functions, so that a source can be pickled.


def _as_it_is(data: Any) -> Any:
    return data


def _first_batches(data: Iterable[Any], steps: int | None) -> Iterator[Any]:
    return not_empty(islice(data, steps), "validation_data")


def _open_made(
    make: Callable[[], Any], steps: int | None, batch_size: int | None
) -> Any:
    """Open what a callable returns. It is fresh, so an iterator needs no steps."""
    made = make()
    if isinstance(made, Iterator) and not keras_reads(made):
        return _first_batches(made, steps)
    return check_source(made, steps, batch_size).open()


def _from_arrays(
    data: tuple[Any, ...], steps: int | None, batch_size: int | None
) -> Source:
    if len(data) not in (2, 3):
        raise ValueError(
            "validation_data must be (x, y) or (x, y, sample_weight); got "
            f"{len(data)} elements."
        )
    if data[-1] is None:
        data = data[:-1]
    if len(data) < 2:
        raise ValueError("validation_data must hold y, the truth; got None.")
    for name, part in zip(PARTS, data, strict=False):
        for array in keras.tree.flatten(part):
            _check_array(array, name)
    sizes = {array.shape[0] for array in keras.tree.flatten(data)}
    if len(sizes) != 1:
        raise ValueError(
            "validation_data must hold arrays with one row per sample; got "
            f"{sorted(sizes)} rows."
        )
    _check_length(-(-sizes.pop() // (batch_size or 32)), steps)
    return Source(partial(_as_it_is, data), steps, data)


def _check_array(array: Any, name: str) -> None:
    """Raise if a part of ``(x, y, sample_weight)`` is not an array that Keras reads."""
    is_array = hasattr(array, "shape")
    kind = getattr(getattr(array, "dtype", None), "kind", None)
    is_text = isinstance(array, (str, bytes)) or kind in ("U", "S")
    if is_array and not (is_text and name == "x"):
        return
    found = f"an array of {array.dtype}" if is_array else "a list"
    if is_text and name == "x":
        raise TypeError(
            f"validation_data must hold texts as an array of objects, because Keras "
            f"reads no other; x is {found} of strings: pass np.array(x, dtype=object)."
        )
    if is_text and name == "y":
        raise TypeError(
            "validation_data must hold y as an array of 0 and 1, one column per label; "
            "y is a list of labels: y, classes = encode_labels(y) makes one of it."
        )
    raise TypeError(
        f"validation_data must hold arrays; {name} holds plain "
        f"{type(array).__name__} values: pass np.asarray({name})"
        + (", or encode_labels(y)[0] of lists of labels." if name == "y" else ".")
    )


def _check_length(length: float | None, steps: int | None) -> None:
    if length is None:
        return
    if length == 0:
        raise ValueError("validation_data is empty: it has 0 batches.")
    if steps is None and length == np.inf:
        raise ValueError(
            "validation_data never ends: pass validation_steps, the number of batches "
            "of one evaluation."
        )
    if steps is not None and steps > length:
        raise ValueError(
            f"validation_steps is {steps}, but validation_data has {length} batches."
        )
