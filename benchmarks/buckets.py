"""Padding of pictures in bucketed batches, against padding all to the largest."""

from collections.abc import Iterator
from time import process_time

import numpy as np
from table import Row

from keras_multilabel.images.buckets import choose_shapes, epoch_batches, padding_of

BATCH_SIZE = 32
AREA = 224 * 224
# Made, not measured: sizes as frequent as they are, roughly, among the photographs of
# VOC2007, of which the longer side is 500. A tenth has another shorter side.
COMMON = {(500, 375): 49, (375, 500): 14, (500, 333): 20, (333, 500): 8}
TARGETS = {2: None, 4: 0.03, 8: 0.02}


def rows(*, quick: bool) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    sizes = voc_like_sizes(rng, 1_000 if quick else 9_963)
    largest = 1 - sizes.prod(1).mean() / sizes.max(0).prod()
    for n_shapes, target in TARGETS.items():
        ours = padding_of_an_epoch(sizes, n_shapes, rng)
        yield Row(
            f"pixels wasted, {len(sizes):,} pictures of made VOC-like sizes, batches "
            f"of {BATCH_SIZE}, {n_shapes} shapes, leftovers included",
            "padding to the largest",
            f"{largest:.1%}",
            f"{ours:.2%}",
            f"{ours / largest:.3f}x",
            "" if target is None else f"<= {target:.0%}",
            None if target is None else ours <= target,
        )
    yield choosing(rng.integers(100, 3_000, (10_000 if quick else 1_000_000, 2)))


def voc_like_sizes(rng: np.random.Generator, n: int) -> np.ndarray:
    """(width, height) of ``n`` pictures."""
    share = np.array([*COMMON.values()]) / sum(COMMON.values())
    sizes = rng.choice([*COMMON], n, p=share)
    odd = rng.random(n) < 0.1
    shorter = sizes[odd].argmin(1)
    sizes[odd, shorter] = rng.integers(150, 500, odd.sum())
    return sizes


def padding_of_an_epoch(
    sizes: np.ndarray, n_shapes: int, rng: np.random.Generator
) -> float:
    """The share of pixels wasted in all batches of a shuffled epoch."""
    buckets = choose_shapes(sizes, n_shapes=n_shapes, area=AREA)
    of_batch = np.empty((len(sizes), 2))
    for shape, batch in epoch_batches(buckets.assigned, BATCH_SIZE, rng):
        of_batch[batch] = buckets.shapes[shape]
    return padding_of(sizes, of_batch)


def choosing(sizes: np.ndarray) -> Row:
    """CPU time of choosing 4 shapes, and of cutting an epoch."""
    seconds = {"choose": [], "cut": []}
    for _ in range(3):
        start = process_time()
        assigned = choose_shapes(sizes, area=AREA).assigned
        seconds["choose"].append(process_time() - start)
        start = process_time()
        epoch_batches(assigned, BATCH_SIZE, np.random.default_rng(0))
        seconds["cut"].append(process_time() - start)
    choose, cut = (np.median(times) for times in seconds.values())
    work = f"CPU time of choosing 4 shapes for {len(sizes):,} random sizes; of an epoch"
    return Row(work, "", "", f"{choose:.2f} s; {cut:.2f} s", "", "", None)
