"""Threads for NumPy work that releases the GIL."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
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


def equal_parts(n: int, most: int) -> list[slice]:
    """Cut ``n`` items into parts of at most ``most``, equally many per core."""
    cores = joblib.cpu_count()
    n_parts = max(1, min(n, cores * -(-n // (cores * most))))
    ends = [n * part // n_parts for part in range(n_parts + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]
