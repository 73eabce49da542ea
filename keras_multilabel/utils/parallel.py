"""Threads for NumPy work that releases the GIL."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any, TypeVar

import joblib
from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")

# Of fewer entries, starting threads and handing the GIL on takes longer than they save:
# 3 times as long for 5,000.
FEW = 2**17


def map_threads(
    function: Callable[[Item], Result], items: Iterable[Item], *, entries: int = FEW
) -> list[Result]:
    """``[function(item) for item in items]``, one thread per available core.

    Args:
        function: Called for each item.
        items: What to work on.
        entries: How many numbers all items have together: if they are few, no thread
            is started.
    """
    items = list(items)
    workers = min(len(items), joblib.cpu_count())
    if workers < 2 or entries < FEW:
        return [function(item) for item in items]
    with _one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))


class _Blas:
    """How many are in `_one_blas_thread`, and what the last one restores."""

    lock = Lock()
    users = 0
    limits: Any = None


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Keep matrix products in the thread that calls them.

    Our threads times BLAS threads would be more than there are cores, and BLAS threads
    spin: on a busy machine 2 seconds become 10.
    """
    with _Blas.lock:
        if _Blas.users == 0:
            _Blas.limits = _controller().limit(limits=1)
        _Blas.users += 1
    try:
        yield
    finally:
        with _Blas.lock:
            _Blas.users -= 1
            if _Blas.users == 0:
                _Blas.limits.restore_original_limits()


@lru_cache(1)
def _controller() -> Any:
    # Searching all libraries takes some milliseconds; NumPy's stays the same.
    return ThreadpoolController().select(internal_api="openblas")


def equal_parts(n: int, most: int) -> list[slice]:
    """Cut ``n`` items into parts of at most ``most``, equally many per core."""
    cores = joblib.cpu_count()
    n_parts = max(1, min(n, cores * -(-n // (cores * most))))
    ends = [n * part // n_parts for part in range(n_parts + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]
