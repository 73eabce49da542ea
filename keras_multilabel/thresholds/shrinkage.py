"""Pulling the thresholds of rare labels toward the pooled threshold."""

import numpy as np
from scipy.special import expit, logit

from keras_multilabel.thresholds.curves import Curves
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.utils.arguments import Array

# The threshold of a label without usable data, if no other label helps.
DEFAULT = 0.5


def pull(values: Array, curves: Curves, objective: Objective, strength: float) -> Array:
    """Pull each label's threshold toward the pooled one, as `pulled` does.

    A floor is never crossed: a label whose pulled threshold would cross it keeps its
    own.
    """
    evidence = curves.evidence if strength else np.zeros(len(values))
    result = pulled(values, evidence, curves.probabilities, strength)
    if objective.allowed is None or strength == 0:
        return result
    broken = ~np.isnan(values) & ~objective.allowed(curves.counts_at(result))
    return np.where(broken, values, result)


def pulled(
    values: Array, evidence: Array, probabilities: bool, strength: float
) -> Array:
    """Pull each label's threshold toward the pooled one, by ``n / (n + strength)``.

    n is the label's number of positives, its ``evidence``. The pooled threshold is the
    median of all, weighted by the same shares. Probabilities are pulled on the logit
    scale. An infinite threshold is neither pulled nor part of the median. A label
    without a threshold, NaN, gets the pooled one.
    """
    known = ~np.isnan(values)
    own = np.where(known, values, DEFAULT)
    finite = known & np.isfinite(own)
    if strength == 0 or not finite.any():
        return own
    share = known * evidence / (evidence + strength)
    to_line, from_line = (_logit, expit) if probabilities else (_same, _same)
    line = to_line(np.where(np.isfinite(own), own, DEFAULT))
    pooled = _weighted_median(line[finite], share[finite])
    # Not pooled + share * (line - pooled): a difference of large scores overflows.
    between = np.where(line == pooled, pooled, (1 - share) * pooled + share * line)
    # A threshold above 1 keeps saturated scores out, and has no logit.
    keeps = known & (~finite | (probabilities & (own > 1)))
    return np.where(keeps, own, from_line(between))


def _weighted_median(values: Array, weights: Array) -> float:
    weights = weights if weights.any() else np.ones(len(values))
    return float(np.quantile(values, 0.5, weights=weights, method="inverted_cdf"))


def _logit(values: Array) -> Array:
    return logit(np.clip(values, 1e-12, 1 - 1e-12))


def _same(values: Array) -> Array:
    return values
