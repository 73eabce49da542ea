"""Data that comes in batches: who reads it, its length, and its batches.

Nothing here imports Keras: what Keras reads is recognized by the module of its class.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from typing import Any

import numpy as np

# Keras reads objects of these packages itself, afresh for each pass.
KERAS_READS = {"keras", "tensorflow", "torch", "grain"}


def keras_reads(data: Any) -> bool:
    """Whether Keras reads ``data`` itself, afresh for each pass."""
    packages = {kind.__module__.partition(".")[0] for kind in type(data).__mro__}
    return bool(packages & KERAS_READS)


def is_stream(y: Any) -> bool:
    """Whether ``y`` gives batches: tf.data, PyDataset, a loader or an iterator."""
    if isinstance(y, (list, tuple, str)) or hasattr(y, "to_list"):
        return False
    array_like = hasattr(y, "shape") or hasattr(y, "__array__")
    return not array_like and (hasattr(y, "num_batches") or isinstance(y, Iterable))


def n_batches(data: Any) -> float | None:
    """Number of batches, infinity for an endless stream, None if not known."""
    if _is_indexed(data):
        return np.inf if data.num_batches is None else int(data.num_batches)
    if callable(getattr(data, "cardinality", None)):
        # tf.data: -1 stands for infinite, -2 for unknown.
        length = int(data.cardinality())
        return {-1: np.inf, -2: None}.get(length, length)
    try:
        return len(data)
    except (TypeError, NotImplementedError):  # from loaders over a stream
        return None


def _is_indexed(data: Any) -> bool:
    """Whether it is a PyDataset, or like one."""
    return hasattr(data, "num_batches") and hasattr(data, "__getitem__")


def batches(data: Any) -> Iterator[Any]:
    """The batches, one by one, to the end if there is one."""
    if not _is_indexed(data):
        return iter(data)
    # iter() would run past its end.
    length = data.num_batches
    return (data[index] for index in (count() if length is None else range(length)))


def not_empty(data: Iterable[Any], name: str) -> Iterator[Any]:
    """The batches as a generator, which Keras reads; an error if there are none."""
    iterator = iter(data)
    first = list(islice(iterator, 1))
    if not first:
        raise ValueError(
            f"{name} gave no batch: it is empty, or exhausted. A generator runs out; "
            "pass a callable that makes a fresh one."
        )
    return (batch for batch in chain(first, iterator))
