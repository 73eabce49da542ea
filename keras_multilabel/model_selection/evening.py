"""Swap units between parts as long as that evens the counts of labels."""

from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.model_selection.dealing import entries_of
from keras_multilabel.utils.arguments import Array

# Units drawn from each of two parts; all pairs of them are compared.
DRAWN = 128
# Maximum number of draws; and the number without a gain after which to stop.
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
        counts: CSR, shape (n_units, n_columns): the counts of each unit.
        parts: The part of each unit, shape (n_units,).
        excess: The excess of each part over its target, times ``scale``, shape
            (n_parts, n_columns).
        scale: One count is this much excess.
        rng: Draws the units.
        moves: Whether a unit may also move alone, which changes the sizes of parts.
    """
    members = _members(counts, parts, len(excess), rng)
    by_column = counts.tocsc()
    in_vain = 0
    for attempt in range(TRIES):
        if attempt % 2:
            pair, places = _drawn(members, rng)
        else:
            pair, places = _worst(members, by_column, excess, rng)
        one, other = pair
        drawn = [members[part][at] for part, at in zip(pair, places, strict=True)]
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
        after = _swapped(drawn[0], drawn[1], swaps)
        for part, at, units in zip(pair, places, after, strict=True):
            kept = min(len(at), len(units))
            members[part][at[:kept]] = units[:kept]
            members[part] = np.append(np.delete(members[part], at[kept:]), units[kept:])
    for part, units in enumerate(members):
        parts[units] = part


def _members(
    counts: Any, parts: Array, n_parts: int, rng: np.random.Generator
) -> list[Array]:
    """The units of each part, those that count in few columns first.

    Units drawn from the same place in two parts are then similar, and their swaps small
    enough to improve what is nearly even.
    """
    shuffled = rng.permutation(len(parts))
    # In 16 bits, which NumPy sorts by radix.
    lengths = np.minimum(np.diff(counts.indptr), 2**15 - 1).astype(np.int16)
    order = shuffled[np.argsort(lengths[shuffled], kind="stable")]
    part_of = parts[order]
    return [order[part_of == part] for part in range(n_parts)]


def _drawn(
    members: list[Array], rng: np.random.Generator
) -> tuple[list[int], list[Array]]:
    """Two parts, and places among their members."""
    pair = rng.permutation(len(members))[:2].tolist()
    place = rng.random()
    return pair, [_some(len(members[part]), place) for part in pair]


def _worst(
    members: list[Array], by_column: Any, excess: Array, rng: np.random.Generator
) -> tuple[list[int], list[Array]]:
    """The two parts that differ most in a column; in the richer one, units that count.

    Rare labels are in few of the members, and would seldom be drawn.
    """
    column = int((excess.max(0) - excess.min(0)).argmax())
    rich, poor = int(excess[:, column].argmax()), int(excess[:, column].argmin())
    poor = poor if poor != rich else (rich + 1) % len(members)
    counted = np.zeros(by_column.shape[0], bool)
    where = slice(by_column.indptr[column], by_column.indptr[column + 1])
    counted[by_column.indices[where]] = True
    having = np.flatnonzero(counted[members[rich]])
    place = rng.random() ** 2  # small ones more often
    return [rich, poor], [
        having[_some(len(having), place)],
        _some(len(members[poor]), place),
    ]


def _some(n_members: int, place: float) -> Array:
    """Consecutive places, from the small members (0) to the large (1)."""
    start = int(place * max(1, n_members - DRAWN + 1))
    return np.arange(start, min(start + DRAWN, n_members))


def _rows(counts: Any, units: Array, *, spare: bool) -> Any:
    """The counts of the units, CSR. An empty spare row lets other units move alone.

    A part that would lose its only unit gets no such partner.
    """
    lengths, entries = entries_of(counts.indptr, units)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    starts = np.append(starts, starts[-1]) if spare else starts
    parts = counts.data[entries].astype(np.float64), counts.indices[entries], starts
    return sparse.csr_array(parts, shape=(len(starts) - 1, counts.shape[1]))


def _best_swaps(a: Any, b: Any, gap: Array, scale: int) -> list[tuple[int, int]]:
    """Rows of ``a`` and ``b``, CSR, to swap, each once, the best swap first.

    The squared excess of both parts changes by 2 ``scale`` times ``gap @ (b - a) +
    scale * |b - a|^2``. All values are whole numbers in float64.
    """
    gap = gap.astype(np.float64)
    dense = a.toarray(), b.toarray()
    # Sparse, since BLAS would start threads that cost more than this work.
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
    """The units of both parts after swaps; the place after the last is empty."""
    from_a = np.array([i for i, _ in swaps if i < len(a)], np.int64)
    from_b = np.array([j for _, j in swaps if j < len(b)], np.int64)
    return (
        np.concatenate([np.delete(a, from_a), b[from_b]]),
        np.concatenate([np.delete(b, from_b), a[from_a]]),
    )
