"""Deal units, rows or groups of them, out to parts, to reach each label's target.

A target is the number of positives of a label that a part should have. Targets are
whole numbers in units of 1 / ``scale`` positives, so that nothing is rounded: the same
seed gives the same parts on every machine.
"""

from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.utils.arguments import Array


class Targets(NamedTuple):
    """The numbers that each part should have.

    Attributes:
        labels: Positives of each label, shape (n_parts, n_labels), times ``scale``.
        sizes: Rows, shape (n_parts,).
        scale: This many units are one positive.
    """

    labels: Array
    sizes: Array
    scale: int


def deal_rows(
    positives: Any, targets: Targets, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Deal rows out, a label at a time, the one with the fewest rows left first.

    Args:
        positives: CSR of ones, shape (n_samples, n_labels).
        targets: Their ``sizes`` add up to n_samples, and are met exactly.
        rng: Determines which of several similar rows go where.

    Returns:
        The part of each row, and the excess of each part over ``targets.labels``.
    """
    n_rows, n_labels = positives.shape
    by_label = positives.tocsc()
    parts = np.full(n_rows, -1, np.int32)
    excess, room = -targets.labels, targets.sizes.copy()
    left = np.diff(by_label.indptr).astype(np.int64)
    while left.any():
        label = np.argmin(np.where(left > 0, left, n_rows + 1))
        members = by_label.indices[by_label.indptr[label] : by_label.indptr[label + 1]]
        rows = rng.permutation(members[parts[members] < 0])
        numbers = _numbers(-excess[:, label], room, len(rows), targets.scale, rng)
        parts[rows] = np.repeat(np.arange(len(room)), numbers)
        lengths, entries = entries_of(positives.indptr, rows)
        cell = np.repeat(parts[rows].astype(np.int64) * n_labels, lengths)
        cell += positives.indices[entries]
        dealt = np.bincount(cell, minlength=excess.size).reshape(excess.shape)
        excess += dealt * targets.scale
        room -= numbers
        left -= dealt.sum(0)
    rest = rng.permutation(np.flatnonzero(parts < 0))
    parts[rest] = np.repeat(np.arange(len(room)), room)
    return parts, excess


def _numbers(
    lack: Array, room: Array, n_rows: int, scale: int, rng: np.random.Generator
) -> Array:
    """How many of ``n_rows`` each part gets: the parts that lack most come first.

    It levels what the parts lack afterwards, as far as there is room.
    """

    def above(level: int) -> Array:
        return np.clip((lack - level) // scale, 0, room)

    low, high = int(lack.min()) - scale * (n_rows + 1), int(lack.max())
    while high - low > 1:
        level = (low + high) // 2
        low, high = (level, high) if above(level).sum() > n_rows else (low, level)
    numbers = above(high)
    rest = n_rows - int(numbers.sum())
    # The level is reached; some of the parts at the level get one more.
    at_level = np.flatnonzero(above(low) > numbers)
    order = np.lexsort((rng.random(len(at_level)), -(room - numbers)[at_level]))
    numbers[at_level[order[:rest]]] += 1
    return numbers


def deal_groups(
    counts: Any, targets: Targets, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Deal groups out one at a time, each to the part that lacks its labels most.

    Args:
        counts: CSR, shape (n_groups, n_columns): positives of each label and, in the
            last column, rows. No group is empty.
        targets: ``labels`` has n_columns too.
        rng: Determines the order of groups of equal weight.

    Returns:
        The part of each group, none of them empty, and the excess of each over its
        target.
    """
    n_groups, n_parts = counts.shape[0], len(targets.sizes)
    shuffled = rng.permutation(n_groups)
    total = np.asarray(counts.sum(0)).ravel()
    weight = counts @ (1 / np.maximum(total, 1))  # rare labels first
    order = shuffled[np.argsort(-weight[shuffled], kind="stable")]
    parts = np.empty(n_groups, np.int32)
    excess = np.ascontiguousarray(-targets.labels.T)
    empty = set(range(n_parts))
    starts = counts.indptr.tolist()
    for n_left, group in zip(range(n_groups, 0, -1), order.tolist(), strict=True):
        entries = slice(starts[group], starts[group + 1])
        columns, values = counts.indices[entries], counts.data[entries]
        cost = values @ excess[columns]
        if n_left <= len(empty):
            cost[[part for part in range(n_parts) if part not in empty]] = (
                cost.max() + 1
            )
        part = int(cost.argmin())
        empty.discard(part)
        parts[group] = part
        excess[columns, part] += values * targets.scale
    return parts, np.ascontiguousarray(excess.T)


def entries_of(indptr: Array, rows: Array) -> tuple[Array, Array]:
    """The number of entries in each of some CSR rows, and their positions."""
    starts = indptr[rows].astype(np.int64)
    lengths = indptr[rows + 1] - starts
    ends = np.cumsum(lengths)
    n_entries = int(ends[-1]) if len(ends) else 0
    return lengths, np.arange(n_entries) + np.repeat(starts - ends + lengths, lengths)
