"""Batches of one shape without squashing: which shapes, and which pictures in each.

Only the aspect ratio matters: a picture of ratio r, fitted inside a shape of ratio s,
covers min(r / s, s / r) of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from keras_multilabel.utils.arguments import Array

Shape = tuple[int, int]

# Areas that differ by at most this factor count as equal: few sides that are multiples
# of 32 have exactly the same area, and the time of a step grows with it.
EQUAL_AREA = 1.125
# Candidates with one height: how many, and above how many steps per side.
REACH = 96


@dataclass(frozen=True, eq=False)
class Buckets:
    """Shapes of about equal area, and the best one for each picture.

    Attributes:
        shapes: ``(height, width)`` of each, from the tallest to the widest, so that
            neighbours in the list have similar shapes.
        assigned: The position in ``shapes`` for each picture, shape (n_images,).
        padding: The mean share of padding pixels over the pictures.
    """

    shapes: list[Shape]
    assigned: Array
    padding: float


def choose_shapes(
    sizes: Array, *, n_shapes: int = 4, multiple: int = 32, area: float
) -> Buckets:
    """Choose the shapes in which pictures leave the least padding.

    The choice is exact: dynamic programming over all candidate shapes.

    Args:
        sizes: ``(width, height)`` of each picture, shape (n_images, 2).
        n_shapes: Maximum number of shapes; fewer if more would save nothing.
        multiple: All sides are multiples of this.
        area: Approximate number of pixels of a shape.

    Returns:
        `Buckets`.

    Raises:
        ValueError: If a size or an option is out of range, or ``area`` is less than
            that of the smallest shape.
    """
    ratios = _check_ratios(sizes)
    for name, value in (("n_shapes", n_shapes), ("shape_multiple", multiple)):
        if not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a positive integer; got {value!r}.")
    shapes = _candidates(multiple, area)
    ordered = np.sort(ratios)
    shapes = shapes[_beside(shapes[:, 1] / shapes[:, 0], ordered)]
    chosen = shapes[_best(shapes[:, 1] / shapes[:, 0], ordered, n_shapes)]
    assigned = _nearest(chosen[:, 1] / chosen[:, 0], ratios)
    used, assigned = np.unique(assigned, return_inverse=True)
    chosen = chosen[used]
    return Buckets(
        [(int(height), int(width)) for height, width in chosen],
        assigned,
        padding_of(sizes, chosen[assigned]),
    )


def padding_of(sizes: Array, shapes: Array) -> float:
    """The mean share of padding pixels.

    Args:
        sizes: ``(width, height)`` of each picture, shape (n_images, 2).
        shapes: ``(height, width)`` that each picture is fitted inside, same shape.
    """
    ratios, of_shapes = _check_ratios(sizes), shapes[:, 1] / shapes[:, 0]
    covered = np.minimum(ratios / of_shapes, of_shapes / ratios)
    return float(1 - covered.mean())


def epoch_batches(
    assigned: Array, batch_size: int, rng: np.random.Generator | None
) -> list[tuple[int, Array]]:
    """Cut an epoch into batches, each of one shape.

    All batches except at most one are full, since another number of pictures means
    another trace. So the remainder of a shape fills up a batch of a neighbouring one.

    Args:
        assigned: The best shape for each picture, shape (n_images,); similar shapes
            have neighbouring numbers.
        batch_size: Pictures per batch.
        rng: Shuffles the pictures of each shape, and the batches. None: by shape, in
            the order of the pictures.

    Returns:
        ``(shape, rows)`` for each batch: ceil(n_images / batch_size) of them, with each
        row once.
    """
    n = len(assigned)
    mixed = np.arange(n) if rng is None else rng.permutation(n)
    rows = mixed[np.argsort(assigned[mixed], kind="stable")]
    shapes = assigned[rows]
    ends = _fewest_misfits(shapes, batch_size)
    starts = np.concatenate(([0], ends[:-1]))
    # The middle picture's shape is the most common, or lies between those of the
    # others.
    batches = [
        (int(shapes[(start + end) // 2]), rows[start:end])
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    if rng is not None:
        batches = [batches[place] for place in rng.permutation(len(batches))]
    return batches


def _check_ratios(sizes: Array) -> Array:
    """Width over height of each picture."""
    sizes = np.asarray(sizes)
    if sizes.ndim != 2 or sizes.shape[1] != 2 or len(sizes) == 0:
        raise ValueError(
            "sizes must be (width, height) of at least one picture, shape (n_images, "
            f"2); got {sizes.shape}."
        )
    if wrong := np.flatnonzero(~(sizes > 0).all(1)).tolist():
        raise ValueError(
            f"Sizes must be positive; picture {wrong[0]} has "
            f"{sizes[wrong[0]].tolist()} ({len(wrong)} such)."
        )
    return np.asarray(sizes[:, 0] / sizes[:, 1])


def _candidates(multiple: int, area: float) -> Array:
    """All shapes of about this area, (height, width), one per ratio, tallest first."""
    target = area / multiple**2
    if not target >= 1:
        raise ValueError(
            f"image_size must have the {multiple**2} pixels of the smallest shape, "
            f"{multiple} x {multiple}, at least; got {area:g}. Pass a smaller "
            "shape_multiple."
        )
    heights = np.arange(1, math.ceil(target * EQUAL_AREA) + 1)
    # With many steps per side the next few are enough.
    reach = int(REACH / math.sqrt(target))
    steps = np.arange(-reach, reach + 2)
    widths = (target // heights).astype(int)[:, None] + steps
    sides = np.stack([np.repeat(heights, len(steps)), widths.ravel()], axis=1)
    sides = sides[sides[:, 1] > 0]
    sides = np.concatenate([sides, sides[:, ::-1]])
    off = np.abs(np.log(sides.prod(1) / target))
    near = off <= max(np.log(EQUAL_AREA), off.min()) + 1e-9
    sides, off = sides[near], off[near]
    ratios = sides[:, 1] / sides[:, 0]
    order = np.lexsort((off, ratios))
    _, first = np.unique(ratios[order], return_index=True)
    return sides[order][first] * multiple


def _beside(candidates: Array, ordered: Array) -> Array:
    """The candidates next to a picture's ratio: one of them is always as good.

    Between two pictures' ratios padding is a concave function of a shape's ratio.
    """
    after = np.searchsorted(candidates, ordered)
    both = np.concatenate([after - 1, after])
    return np.unique(both.clip(0, len(candidates) - 1))


def _best(candidates: Array, ordered: Array, n_shapes: int) -> Array:
    """The candidates with the least padding, if each picture takes the nearest.

    ``covered[k, j]`` is the area covered by pictures up to candidate j, if j is the
    last of the first k + 1 chosen.
    """
    n_candidates = len(candidates)
    n_shapes = min(n_shapes, n_candidates)
    # Cumulative sums of the pictures' ratios, and of their inverses.
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    inverse = np.concatenate([[0.0], np.cumsum(1 / ordered)])
    at = np.searchsorted(ordered, candidates)
    covered = np.full((n_shapes, n_candidates), -np.inf)
    before = np.zeros((n_shapes, n_candidates), int)
    covered[0] = sums[at] / candidates
    for j in range(1, n_candidates):
        ratio, earlier = candidates[j], candidates[:j]
        middle = np.searchsorted(ordered, np.sqrt(earlier * ratio))
        left = (inverse[middle] - inverse[at[:j]]) * earlier
        between = left + (sums[at[j]] - sums[middle]) / ratio
        gains = covered[:-1, :j] + between
        before[1:, j] = gains.argmax(1)
        covered[1:, j] = gains.max(1)
    total = covered + (inverse[-1] - inverse[at]) * candidates
    # Among equally good numbers the smallest: each shape is another trace.
    best = total.max(1)
    k = int(np.argmax(best >= best.max() * (1 - 1e-12)))
    chosen = [int(total[k].argmax())]
    for step in range(k, 0, -1):
        chosen.append(int(before[step, chosen[-1]]))
    return np.array(chosen[::-1])


def _nearest(of_shapes: Array, ratios: Array) -> Array:
    """The shape that each picture covers best."""
    middles = np.sqrt(of_shapes[1:] * of_shapes[:-1])
    return np.searchsorted(middles, ratios)


def _fewest_misfits(shapes: Array, batch_size: int) -> Array:
    """The ends of batches of pictures sorted by shape.

    The smaller batch goes where the fewest pictures get another shape.
    """
    n, n_batches = len(shapes), -(-len(shapes) // batch_size)
    full = np.full(n_batches, batch_size)
    # It matters only where pictures of one shape end.
    last = np.flatnonzero(np.diff(shapes)) + 1
    places = np.concatenate([last // batch_size, [n_batches - 1]])
    best, fewest = full, n + 1
    for place in np.unique(np.concatenate([places, np.maximum(places - 1, 0)])):
        lengths = full.copy()
        lengths[place] = n - batch_size * (n_batches - 1)
        ends = np.cumsum(lengths)
        middles = shapes[ends - (lengths + 1) // 2]
        misfits = int((np.repeat(middles, lengths) != shapes).sum())
        if misfits < fewest:
            best, fewest = ends, misfits
    return best
