"""Swap units between parts while that evens the counts of labels."""

from typing import Any

import numpy as np

from keras_multilabel.model_selection.dealing import entries_of
from keras_multilabel.utils.arguments import Array

# Of two parts so many units each are drawn, and all pairs of them are looked at.
DRAWN = 128
# So many draws at most; and so many without a gain are enough to stop.
TRIES = 400
PATIENCE = 40


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
    in_vain = 0
    for _ in range(TRIES):
        one, other = rng.permutation(n_parts)[:2]
        drawn = [_draw(parts, part, rng) for part in (one, other)]
        rows = [_dense(counts, units) for units in drawn]
        if moves:  # a swap with nothing, unless that could leave a part empty
            rows = [
                np.vstack([mine, np.zeros((int(len(theirs) > 1), mine.shape[1]))])
                for mine, theirs in zip(rows, rows[::-1], strict=True)
            ]
        swaps = _best_swaps(*rows, excess[one] - excess[other], scale)
        for i, j in swaps:
            gain = (rows[1][j] - rows[0][i]).astype(np.int64) * scale
            excess[one] += gain
            excess[other] -= gain
            parts[drawn[0][i : i + 1]] = other
            parts[drawn[1][j : j + 1]] = one
        in_vain = 0 if swaps else in_vain + 1
        if in_vain == PATIENCE:
            return


def _draw(parts: Array, part: int, rng: np.random.Generator) -> Array:
    members = np.flatnonzero(parts == part)
    if len(members) <= DRAWN:
        return members
    return members[rng.choice(len(members), DRAWN, replace=False, shuffle=False)]


def _dense(counts: Any, units: Array) -> Array:
    lengths, entries = entries_of(counts.indptr, units)
    dense = np.zeros((len(units), counts.shape[1]))
    row = np.repeat(np.arange(len(units)), lengths)
    dense[row, counts.indices[entries]] = counts.data[entries]
    return dense


def _best_swaps(a: Array, b: Array, gap: Array, scale: int) -> list[tuple[int, int]]:
    """Rows of ``a`` and ``b`` to swap, each once, the best swap first.

    The squared excess of both parts changes by 2 ``scale`` times
    ``gap @ (b - a) + scale * |b - a|^2``. All of it is whole numbers in float64.
    """
    gap = gap.astype(np.float64)
    products = 2 * scale * (a @ b.T)
    lengths = [scale * np.einsum("ij,ij->i", rows, rows) for rows in (a, b)]
    swaps = []
    for _ in range(min(len(a), len(b))):
        change = (lengths[0] - a @ gap)[:, None] + (lengths[1] + b @ gap) - products
        i, j = divmod(int(change.argmin()), len(b))
        if not change[i, j] < 0:
            break
        swaps.append((i, j))
        gap += 2 * scale * (b[j] - a[i])
        lengths[0][i] = lengths[1][j] = np.inf
    return swaps
