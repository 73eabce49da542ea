"""Threads for NumPy work that releases the GIL (floor 0)."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import joblib

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_threads(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> list[Result]:
    """``[function(item) for item in items]``, one thread per available core."""
    items = list(items)
    workers = min(len(items), joblib.cpu_count())
    if workers < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))
