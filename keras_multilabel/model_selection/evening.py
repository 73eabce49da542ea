"""Swap units between parts while that evens the counts of labels."""

from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.model_selection.dealing import entries_of
from keras_multilabel.utils.arguments import Array

# Of two parts so many units each are drawn, and all pairs of them are looked at.
DRAWN = 128
# So many draws at most; and so many without a gain are enough to stop.
TRIES = 400
PATIENCE = 30


def even_out(
    counts: Any,
    parts: Array,
    excess: Array,
    scale: int,
    rng: np.random.Generator,
    *,
    moves: bool = False,
) -> None:
    """Swap units between parts, in place, until squared excess no longer falls.

    Args:
        counts: CSR, shape (n_units, n_columns): what each unit counts.
        parts: The part of each unit, shape (n_units,).
        excess: What each part has beyond its target, times ``scale``, shape
            (n_parts, n_columns).
        scale: So much excess is one count.
        rng: Which units are drawn.
        moves: Whether a unit may also go alone, which changes how many a part has.
    """
    n_parts = len(excess)
    members = [
        rng.permutation(np.flatnonzero(parts == part)) for part in range(n_parts)
    ]
    in_vain = 0
    for _ in range(TRIES):
        one, other = pair = rng.permutation(n_parts)[:2].tolist()
        windows = [_window(len(members[part]), rng) for part in pair]
        drawn = [members[part][at] for part, at in zip(pair, windows, strict=True)]
        rows = [
            _rows(counts, units, spare=moves and len(members[partner]) > 1)
            for units, partner in zip(drawn, pair[::-1], strict=True)
        ]
        swaps = _best_swaps(rows[0], rows[1], excess[one] - excess[other], scale)
        in_vain = 0 if swaps else in_vain + 1
        if in_vain == PATIENCE:
            break
        if not swaps:
            continue
        i, j = map(list, zip(*swaps, strict=True))
        gain = (rows[1][j].sum(0) - rows[0][i].sum(0)).astype(np.int64) * scale
        excess[one] += gain
        excess[other] -= gain
        for part, at, units in zip(
            pair, windows, _swapped(drawn[0], drawn[1], swaps), strict=True
        ):
            here = members[part]
            members[part] = np.concatenate([here[: at.start], units, here[at.stop :]])
    for part, units in enumerate(members):
        parts[units] = part


def _window(n_members: int, rng: np.random.Generator) -> slice:
    """Some that follow each other: the members are in random order."""
    start = int(rng.integers(max(1, n_members - DRAWN + 1)))
    return slice(start, min(start + DRAWN, n_members))


def _rows(counts: Any, units: Array, *, spare: bool) -> Any:
    """What the units count, CSR. A spare row of nothing lets others go alone.

    A part whose only unit would go gets no such partner.
    """
    lengths, entries = entries_of(counts.indptr, units)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    starts = np.append(starts, starts[-1]) if spare else starts
    parts = counts.data[entries].astype(np.float64), counts.indices[entries], starts
    return sparse.csr_array(parts, shape=(len(starts) - 1, counts.shape[1]))


def _best_swaps(a: Any, b: Any, gap: Array, scale: int) -> list[tuple[int, int]]:
    """Rows of ``a`` and ``b``, CSR, to swap, each once, the best swap first.

    The squared excess of both parts changes by 2 ``scale`` times
    ``gap @ (b - a) + scale * |b - a|^2``. All of it is whole numbers in float64.
    """
    gap = gap.astype(np.float64)
    dense = a.toarray(), b.toarray()
    # Sparse, as BLAS would start threads that cost more than this work.
    products = 2 * scale * (a @ dense[1].T)
    lengths = [scale * np.einsum("ij,ij->i", rows, rows) for rows in dense]
    swaps = []
    for _ in range(min(products.shape)):
        change = (lengths[0] - a @ gap)[:, None] + (lengths[1] + b @ gap) - products
        i, j = divmod(int(change.argmin()), b.shape[0])
        if not change[i, j] < 0:
            break
        swaps.append((i, j))
        gap += 2 * scale * (dense[1][j] - dense[0][i])
        lengths[0][i] = lengths[1][j] = np.inf
    return swaps


def _swapped(a: Array, b: Array, swaps: list[tuple[int, int]]) -> tuple[Array, Array]:
    """The units of both parts after swaps; the place behind the last is nothing."""
    from_a = np.array([i for i, _ in swaps if i < len(a)], np.int64)
    from_b = np.array([j for _, j in swaps if j < len(b)], np.int64)
    return (
        np.concatenate([np.delete(a, from_a), b[from_b]]),
        np.concatenate([np.delete(b, from_b), a[from_a]]),
    )
