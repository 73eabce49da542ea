"""Pulling the thresholds of rare labels toward that of all."""

import numpy as np
from scipy.special import expit, logit

from keras_multilabel.thresholds.curves import Curves
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array

# What a label gets of which the data says nothing, when no other label helps.
DEFAULT = 0.5


def pull(values: Array, curves: Curves, objective: Objective, strength: float) -> Array:
    """Pull each label's threshold toward the pooled one, by ``n / (n + strength)``.

    n is the label's number of positives. The pooled threshold is the median of all,
    weighted by the same shares. Probabilities are pulled on the logit scale. A floor
    is never crossed: a label that would is left where it was. So is one whose threshold
    is infinite, which takes no part in the median.
    """
    known = ~np.isnan(values)
    own = np.where(known, values, DEFAULT)
    finite = known & np.isfinite(own)
    if strength == 0 or not finite.any():
        return own
    share = known * curves.evidence / (curves.evidence + strength)
    to_line, from_line = (_logit, expit) if curves.probabilities else (_same, _same)
    line = to_line(np.where(np.isfinite(own), own, DEFAULT))
    pooled = _weighted_median(line[finite], share[finite])
    # Not pooled + share * (line - pooled): a difference of large scores overflows.
    between = np.where(line == pooled, pooled, (1 - share) * pooled + share * line)
    pulled = from_line(between)
    # A threshold above 1 keeps saturated scores out, and has no logit.
    keeps = known & (~finite | (curves.probabilities & (own > 1)))
    if objective.allowed is not None:
        keeps |= known & ~objective.allowed(curves.counts_at(pulled))
    return np.where(keeps, own, pulled)


def _weighted_median(values: Array, weights: Array) -> float:
    weights = weights if weights.any() else np.ones(len(values))
    return float(np.quantile(values, 0.5, weights=weights, method="inverted_cdf"))


def _logit(values: Array) -> Array:
    return logit(np.clip(values, 1e-12, 1 - 1e-12))


def _same(values: Array) -> Array:
    return values
