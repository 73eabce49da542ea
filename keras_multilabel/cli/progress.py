"""Steps that take more than a second are reported, beside the output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from time import perf_counter

# Seconds before anything is reported.
PATIENCE = 1.0


@contextmanager
def step(what: str, *, quiet: bool) -> Iterator[None]:
    """Report a step once it has taken a second, and how long it took."""
    if quiet:
        yield
        return
    start = perf_counter()
    timer = Timer(PATIENCE, _say, [f"{what} ..."])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    seconds = perf_counter() - start
    if seconds > PATIENCE:
        _say(f"{what}: {seconds:.1f} s")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
