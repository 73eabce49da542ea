"""The bins of a `ScoreHistogram`: by the leading bits of a probability.

They are finer toward 0 and toward 1, where the scores of a network crowd: below 1/2
a bin is a range of a float's leading bits, above 1/2 it is the mirror image.
"""

from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import (
    Array,
    are_probabilities,
    blank_unknown,
    check_probabilities,
)

# Bins of one width in each octave, 2**LEADING_BITS of them, from 2**LOWEST to 1/2.
LEADING_BITS = 5
MOST_LEADING_BITS = 14
LOWEST = -24
# Below that, where few scores are, two in an octave from 2**TINIEST, and one for less.
# 1.0, where many float32 scores end up, has a bin of its own.
TINIEST = -126
TAIL = 2 * (LOWEST - TINIEST)
# Of a float: its integer type, and how many bits the mantissa has.
LAYOUT: dict[Any, tuple[type, int, int]] = {
    np.dtype(np.float32): (np.int32, 23, 127),
    np.dtype(np.float64): (np.int64, 52, 1023),
}


def bin_edges(leading_bits: int = LEADING_BITS) -> Array:
    """Lower edges of the bins, ascending, float64."""
    octaves = np.exp2(np.arange(LOWEST, -1))
    steps = 1 + np.arange(2**leading_bits) / 2**leading_bits
    tail = np.outer(np.exp2(np.arange(TINIEST, LOWEST)), [1, 1.5]).ravel()
    below = np.append(np.outer(octaves, steps), 0.5)
    return np.concatenate([[0.0], tail, below[:-1], 1 - below[::-1], [1.0]])


def bin_of(score: Array, leading_bits: int = LEADING_BITS) -> Array:
    """Index of each probability's bin: of the last edge that it is not below.

    With 5 leading bits, 0.3 as a float32 has the exponent 125 and a mantissa that
    begins with 00110, so its first bits are 125 * 32 + 6 = 4006. Less those of 2^-24
    that is place 711, and with the 204 bins of the tail bin 915, which begins at
    2^-2 * (1 + 6 / 32). 0.7 mirrors it: 1 - 0.7 has place 711 too, counted from the
    last bin, 1678, down: bin 1678 - 1 - 711 = 966.

    Example:
        >>> bin_of(np.array([0.3, 0.7], np.float32))
        array([915, 966], dtype=int32)
        >>> bin_edges()[[915, 916, 966, 967]]
        array([0.296875 , 0.3046875, 0.6953125, 0.703125 ])
    """
    kind, n_mantissa, bias = LAYOUT[score.dtype]
    last = n_bins(leading_bits) - 1
    first = ((bias + LOWEST) << leading_bits) - 1
    bits: Array = score.view(kind)
    # 1 - score is exact above 1/2.
    place = np.subtract(1, score)
    place = np.minimum(place, score, out=place).view(kind)
    # -1 where high, else 0.
    half = (bias - 1) << n_mantissa
    high = np.subtract(half - 1, bits)
    high >>= 8 * high.itemsize - 1
    # A bin takes in its upper edge, for the mirror image is to take in its lower one:
    # hence one bit less.
    place += high
    place >>= n_mantissa - leading_bits
    # 1.0 has a place of its own, below those of others; a float64 may be in between.
    lowest = first - 1 if kind is np.int32 else first - (score == 1)
    np.maximum(place, lowest, out=place)
    if score.size and score.min() < 2.0**LOWEST:
        tiny = score < 2.0**LOWEST
        in_halves = (bits[tiny] >> (n_mantissa - 1)) - 2 * (bias + TINIEST) + 1
        place[tiny] = np.maximum(in_halves, 0) - TAIL + first
    # ~place is -1 - place: mirrored.
    place ^= high
    high &= last - TAIL + 2 * first
    place += high
    place += TAIL - first
    return place


def tied_from(leading_bits: int) -> float:
    """From here to 1 a float32 has at most one value in a bin: its lower edge."""
    return float(1 - 2.0 ** (leading_bits - 24))


def n_bins(leading_bits: int) -> int:
    """Number of bins."""
    return TAIL + 2 * (-1 - LOWEST) * 2**leading_bits + 3


def leading_bits_for(bins: int) -> int:
    """The fewest leading bits that make at least so many bins."""
    is_whole = isinstance(bins, (int, np.integer)) and not isinstance(bins, bool)
    for bits in range(MOST_LEADING_BITS + 1):
        if is_whole and 1 <= bins <= n_bins(bits):
            return bits
    raise ValueError(
        "bins must be a whole number from 1 to "
        f"{n_bins(MOST_LEADING_BITS):,}; got {bins!r}."
    )


def check_binnable(score: Array, y_true: Any) -> Array:
    """Return ``score`` as float32 or float64 from 0 to 1; where truth is unknown, 0.

    Zeros have no sign.
    """
    if score.dtype not in LAYOUT:
        score = score.astype(np.float32)
    one = score.dtype.type(1)
    # As whole numbers without a sign, what is negative or NaN is larger than 1.0.
    kind = f"u{score.itemsize}"
    if score.size == 0 or score.view(kind).max() <= one.view(kind):
        return score
    if not are_probabilities(score):
        score = blank_unknown(score, y_true)
    check_probabilities(score, "y_score", "Logits become probabilities with a sigmoid.")
    return np.minimum(score, one) + score.dtype.type(0)
