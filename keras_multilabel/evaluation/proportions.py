"""Shares of trials: how many trials they rest on, and the resulting interval.

Precision, recall and the Jaccard index of a label are each a share: true positives
among the predicted, among the true, or among either. All of them are treated alike,
with weights and with groups.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy import special

from keras_multilabel.metrics.averages import divide
from keras_multilabel.utils.arguments import Array

# This many trials at the mean share of all labels are added to those of each label to
# estimate the variance of its share: a label that was found 2 times of 2 may fail.
PRIOR_TRIALS = 3.0
# Up to here the distribution of the score is summed up; beyond it is nearly normal.
MOST_SUMMED = 100
# Rounding may put a share of 1 this far below 1.
ROUNDING = 1e-12


class Shares(NamedTuple):
    """Shares of trials, one per label.

    Attributes:
        value: The share; 0 where there are no trials.
        size: Effective number of trials: with weights and groups, the number of
            independent trials that would give the same precision.
        z: How many standard deviations the interval extends to either side.
    """

    value: Array
    size: Array
    z: Any

    def bounds(self) -> tuple[Array, Array]:
        """Wilson's interval of each share."""
        return wilson(self.value, self.size, self.z)

    def shrunken(self) -> Array:
        """The shares with `PRIOR_TRIALS` more trials, at the mean share."""
        prior = (self.value.sum() + 0.5) / (len(self.value) + 1)
        hits = self.size * self.value + PRIOR_TRIALS * prior
        shrunken: Array = hits / (self.size + PRIOR_TRIALS)
        return shrunken


def wilson(share: Any, size: Any, z: Any) -> tuple[Any, Any]:
    """Wilson's score interval of a share of ``size`` trials; without trials, 0 to 1.

    References:
        E. B. Wilson (1927), Probable inference, the law of succession, and statistical
        inference. Journal of the American Statistical Association 22.
    """
    share, size = np.asarray(share, float), np.asarray(size, float)
    # As weights of the share and of 1/2, so that nothing is divided by 0.
    total = size + z**2
    centre = (size * share + z**2 / 2) / total
    spread = z * np.sqrt(size * share * (1 - share) + z**2 / 4) / total
    # At the ends the root is exact in theory, but rounds.
    low = np.where(share <= 0, 0.0, np.maximum(centre - spread, 0.0))
    high = np.where(share >= 1, 1.0, np.minimum(centre + spread, 1.0))
    return np.where(size > 0, low, 0.0)[()], np.where(size > 0, high, 1.0)[()]


def check_confidence(confidence: float) -> float:
    """Return ``confidence`` as a float if it lies between 0 and 1."""
    is_number = isinstance(confidence, (int, float, np.number))
    if not is_number or not 0 < confidence < 1:
        raise ValueError(
            f"confidence must lie between 0 and 1, such as 0.95; got {confidence!r}."
        )
    return float(confidence)


def quantile(confidence: float, degrees: Any = None) -> Any:
    """For the normal distribution, or Student's with few degrees of freedom."""
    at = (1 + confidence) / 2
    if degrees is None:
        return float(special.ndtri(at))
    return special.stdtrit(np.maximum(degrees, 1.0), at)


def f1_of_jaccard(share: Any) -> Any:
    """F1 rises with the Jaccard index, so the ends of its interval map too."""
    return 2 * share / (1 + share)


def share_moments(shares: Shares) -> tuple[Array, Array]:
    """Bias and variance of each share: 0, and the binomial variance."""
    share = shares.shrunken()
    return np.zeros(len(share)), share * (1 - share) / np.maximum(shares.size, 1.0)


def f1_moments(shares: Shares) -> tuple[Array, Array]:
    """Bias and variance of F1, from the binomial distribution of its Jaccard index.

    F1 is concave in it, so with few trials the F1 of the sample is too low on average:
    with a single trial it is 0 or 1, on average J, which is below 2 J / (1 + J).
    """
    share = shares.shrunken()
    size = np.maximum(np.rint(shares.size), 1.0)[:, None]
    hits = np.arange(MOST_SUMMED + 1.0)
    possible = np.where(hits <= size, hits / size, 0.0)
    f1 = f1_of_jaccard(possible)
    chance = _binomial(hits, size, share[:, None])
    mean = (chance * f1).sum(1)
    bias = mean - f1_of_jaccard(share)
    variance = (chance * (f1 - mean[:, None]) ** 2).sum(1)
    # The first terms of the Taylor series around the share.
    many = size[:, 0] > MOST_SUMMED
    of_share = share * (1 - share) / size[:, 0]
    bias = np.where(many, -2 / (1 + share) ** 3 * of_share, bias)
    return bias, np.where(many, 4 / (1 + share) ** 4 * of_share, variance)


def _binomial(hits: Array, size: Array, share: Array) -> Array:
    """The probability of each number of hits."""
    missed = np.maximum(size - hits, 0.0)
    ways = (
        special.gammaln(size + 1)
        - special.gammaln(hits + 1)
        - special.gammaln(missed + 1)
    )
    log = ways + special.xlogy(hits, share) + special.xlog1py(missed, -share)
    return np.where(hits <= size, np.exp(log), 0.0)


def effective_size(mean: Any, variance: Any, most: Any) -> Any:
    """The number of independent trials that gives a share this variance.

    Args:
        mean: The share.
        variance: Its variance.
        most: The size to use if the variance shows nothing, at a share of 0 or 1 (up to
            rounding); elsewhere ``variance`` is that of the sample.
    """
    is_inside = (mean > ROUNDING) & (mean < 1 - ROUNDING) & (variance > 0)
    size = divide(mean * (1 - mean), np.where(is_inside, variance, 0.0), np.nan)
    return np.where(is_inside, size, most)[()]
