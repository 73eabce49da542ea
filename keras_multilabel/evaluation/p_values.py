"""P-values of differences, and their correction for multiple tests."""

from typing import Any

import numpy as np
from scipy import special

from keras_multilabel.utils.arguments import Array


def two_sided(difference: Any, deviation: Any, degrees: Any = np.inf) -> Any:
    """The probability of a difference as large: 1 if there is none.

    Args:
        difference: Difference of scores.
        deviation: Its standard deviation if the models are equally good.
        degrees: Degrees of freedom of Student's distribution; inf: the normal one.
    """
    size = np.abs(difference)
    is_none = (size <= 1e-12) | (deviation <= 0)
    steps = np.divide(
        size, deviation, out=np.zeros(np.shape(size)), where=np.asarray(deviation) > 0
    )
    normal = 2 * special.ndtr(-steps)
    few = 2 * special.stdtr(np.where(np.isinf(degrees), 1.0, degrees), -steps)
    found = np.where(np.isinf(degrees), normal, few)
    found = np.where(is_none & (size <= 1e-12), 1.0, found)
    return np.where(np.isnan(difference), np.nan, found)[()]


def adjusted(p_values: Array, correction: str) -> Array:
    """P-values corrected for their number, NaN left out.

    References:
        S. Holm (1979), A simple sequentially rejective multiple test procedure.
        Scandinavian Journal of Statistics 6.

        Y. Benjamini, Y. Hochberg (1995), Controlling the false discovery rate. Journal
        of the Royal Statistical Society B 57.
    """
    result = np.full(len(p_values), np.nan)
    place = np.flatnonzero(~np.isnan(p_values))
    place = place[np.argsort(p_values[place], kind="stable")]
    ordered, n = p_values[place], len(place)
    if correction == "holm":
        steps = np.maximum.accumulate(ordered * np.arange(n, 0, -1))
    else:
        scaled = ordered * n / np.arange(1, n + 1)
        steps = np.minimum.accumulate(scaled[::-1])[::-1]
    result[place] = np.minimum(steps, 1.0)
    return result
