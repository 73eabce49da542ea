"""Batches of like shape without squashing: which shapes, and which pictures in each.

Only the aspect ratio matters: a picture of ratio r, fitted inside a shape of ratio s,
covers min(r / s, s / r) of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from keras_multilabel.utils.arguments import Array

Shape = tuple[int, int]

# An area that differs by no more than this factor counts as the same: of sides that
# are multiples of 32 few have the very same, and the time of a step grows with it.
EQUAL_AREA = 1.125
# Candidates of one height: so many over how many steps a side has.
REACH = 96


@dataclass(frozen=True, eq=False)
class Buckets:
    """Shapes of about equal area, and the one that suits each picture best.

    Attributes:
        shapes: ``(height, width)`` of each, from the tallest to the widest, so that
            neighbours in the list are neighbours in shape.
        assigned: The position in ``shapes`` for each picture, shape (n_images,).
        padding: The share of pixels that are padding, the mean over the pictures.
    """

    shapes: list[Shape]
    assigned: Array
    padding: float


def choose_shapes(
    sizes: Array, *, n_shapes: int = 4, multiple: int = 32, area: float
) -> Buckets:
    """Choose the shapes in which pictures leave the least padding.

    The choice is exact: dynamic programming over all shapes that come into question.

    Args:
        sizes: ``(width, height)`` of each picture, shape (n_images, 2).
        n_shapes: How many shapes at most; fewer where more would save nothing.
        multiple: What all sides are multiples of.
        area: About how many pixels a shape has.

    Returns:
        `Buckets`.

    Raises:
        ValueError: If a size or an option is out of its range, or ``area`` is less than
            the smallest shape's.
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
    """The mean share of pixels that are padding.

    Args:
        sizes: ``(width, height)`` of each picture, shape (n_images, 2).
        shapes: ``(height, width)`` of what each is fitted inside, same shape.
    """
    ratios, of_shapes = _check_ratios(sizes), shapes[:, 1] / shapes[:, 0]
    covered = np.minimum(ratios / of_shapes, of_shapes / ratios)
    return float(1 - covered.mean())


def epoch_batches(
    assigned: Array, batch_size: int, rng: np.random.Generator | None
) -> list[tuple[int, Array]]:
    """Cut an epoch into batches, each of one shape.

    All batches are full but one at most, since another number of pictures is a trace.
    So what is left over of a shape fills up a batch of a neighbouring one.

    Args:
        assigned: Which shape suits each picture best, shape (n_images,); neighbours in
            shape have neighbouring numbers.
        batch_size: Pictures per batch.
        rng: What shuffles the pictures of each shape, and the batches. None: by shape,
            in the order of the pictures.

    Returns:
        ``(shape, rows)`` for each batch: ceil(n_images / batch_size) of them, in which
        each row occurs once.
    """
    n = len(assigned)
    mixed = np.arange(n) if rng is None else rng.permutation(n)
    rows = mixed[np.argsort(assigned[mixed], kind="stable")]
    shapes = assigned[rows]
    ends = _fewest_misfits(shapes, batch_size)
    starts = np.concatenate(([0], ends[:-1]))
    # The middle one's shape is that of most, or lies between those of the others.
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
    """All shapes of about that area, (height, width), one per ratio, tallest first."""
    target = area / multiple**2
    if not target >= 1:
        raise ValueError(
            f"image_size must have the {multiple**2} pixels of the smallest shape, "
            f"{multiple} x {multiple}, at least; got {area:g}. Pass a smaller "
            "shape_multiple."
        )
    heights = np.arange(1, math.ceil(target * EQUAL_AREA) + 1)
    # Of sides of many steps the next few are enough.
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

    Between two pictures' ratios padding is a concave function of a shape's.
    """
    after = np.searchsorted(candidates, ordered)
    both = np.concatenate([after - 1, after])
    return np.unique(both.clip(0, len(candidates) - 1))


def _best(candidates: Array, ordered: Array, n_shapes: int) -> Array:
    """Which candidates cover most of themselves, when each picture takes the nearest.

    ``covered[k, j]`` is what pictures up to candidate j cover, if j is the last of the
    first k + 1 that are chosen.
    """
    n_candidates = len(candidates)
    n_shapes = min(n_shapes, n_candidates)
    # Sums of ratios, and of their inverses, of the pictures up to each.
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
    # Of as good ones the fewest: each shape more is a trace.
    best = total.max(1)
    k = int(np.argmax(best >= best.max() * (1 - 1e-12)))
    chosen = [int(total[k].argmax())]
    for step in range(k, 0, -1):
        chosen.append(int(before[step, chosen[-1]]))
    return np.array(chosen[::-1])


def _nearest(of_shapes: Array, ratios: Array) -> Array:
    """The shape of which each picture covers most."""
    middles = np.sqrt(of_shapes[1:] * of_shapes[:-1])
    return np.searchsorted(middles, ratios)


def _fewest_misfits(shapes: Array, batch_size: int) -> Array:
    """Where batches of pictures sorted by shape end.

    The smaller batch goes where fewest pictures are in a batch of another shape.
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
