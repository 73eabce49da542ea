"""Two functions timed in turn, and the peak memory of one."""

import gc
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

Timed = Callable[[], float]


class Pair(NamedTuple):
    """Figures of the peer and of ours: seconds, one for each repeat."""

    peer: list[float]
    ours: list[float]

    def medians(self) -> tuple[float, float]:
        """Median seconds of the peer, and of ours."""
        return median(self.peer), median(self.ours)

    def speedups(self) -> list[float]:
        """Peer's time over ours in each repeat."""
        return [peer / ours for peer, ours in zip(self.peer, self.ours, strict=True)]


def stopwatch(function: Callable[[], Any]) -> Timed:
    """A function that runs ``function`` and returns how many seconds it took."""

    def timed() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return timed


def extrapolated(function: Callable[[], object], factor: float) -> Timed:
    """Times ``function``, and says how long ``factor`` times its work would take."""
    timed = stopwatch(function)
    return lambda: factor * timed()


def interleaved(peer: Timed, ours: Timed, repeats: int) -> Pair:
    """Run peer, ours, peer, ours, ...: what slows the machine slows both.

    The first run of each warms caches and compiled functions up; it is left out.
    """
    pair = Pair([], [])
    for _ in range(repeats + 1):
        for timed, seconds in zip((peer, ours), pair, strict=True):
            gc.collect()
            seconds.append(timed())
    return Pair(pair.peer[1:], pair.ours[1:])


def peak_megabytes(function: Callable[[], Any]) -> float:
    """Peak of the memory that ``function`` allocates, its result included."""
    gc.collect()
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
