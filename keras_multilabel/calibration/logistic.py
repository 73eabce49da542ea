"""Logistic regression of one label on the logarithms of its probability.

References:
    J. Platt, "Probabilistic outputs for support vector machines", 1999 (one slope);
    M. Kull, T. Silva Filho and P. Flach, "Beta calibration", AISTATS 2017 (two).
"""

from __future__ import annotations

import numpy as np

from keras_multilabel.utils.arguments import Array

# Calibrated scores keep the order of the scores: a label that is ranked worse than by
# chance gets nearly constant ones.
LEAST_SLOPE = 0.01
ITERATIONS, HALVINGS = 100, 40
# Relative to the decrease that a step promises; far below the accuracy of a score.
TOLERANCE = 1e-10


def fit_logistic(
    terms: Array, positive: Array, weight: Array, prior: Array, strength: float
) -> Array:
    """Return the coefficients that maximize the penalized likelihood.

    Minimizes ``sum(weight * log loss) + strength / 2 * sum((theta - prior)^2)`` by
    Newton's method; the function is convex. Slopes below `LEAST_SLOPE` are set to it.

    Args:
        terms: The factors of the coefficients, shape (n_terms, n_samples). The last is
        1.
        positive: 0 and 1, shape (n_samples,).
        weight: Shape (n_samples,).
        prior: The values that coefficients are pulled to, shape (n_terms,).
        strength: How strongly, in samples.
    """
    theta = prior.copy()
    free = np.ones(len(theta), bool)
    while True:
        theta[free] = _newton(terms, positive, weight, prior, strength, theta, free)
        low = free & (theta < LEAST_SLOPE)
        low[-1] = False
        if not low.any():
            return theta
        theta[low], free[low] = LEAST_SLOPE, False


def _newton(
    terms: Array,
    positive: Array,
    weight: Array,
    prior: Array,
    strength: float,
    start: Array,
    free: Array,
) -> Array:
    """The best values of the free coefficients; the others stay as in ``start``."""
    offset = start[~free] @ terms[~free]
    terms, prior, theta = terms[free], prior[free], start[free]
    negative = positive == 0

    def evaluate(theta: Array) -> tuple[float, Array]:
        """The minimized function, and the probability of each sample."""
        margin = theta @ terms + offset
        # exp of a number of at most 0 cannot overflow.
        rest = np.exp(-np.abs(margin))
        wrong = np.where(negative, margin, -margin)
        losses = np.maximum(wrong, 0) + np.log1p(rest)
        off = theta - prior
        value = float(weight @ losses + strength / 2 * off @ off)
        return value, np.where(margin < 0, rest, 1) / (1 + rest)

    now, probability = evaluate(theta)
    for _ in range(ITERATIONS):
        slope = terms @ (weight * (probability - positive)) + strength * (theta - prior)
        curve = (terms * (weight * probability * (1 - probability))) @ terms.T
        curve[np.diag_indices(len(theta))] += strength
        # For redundant terms, lstsq takes the shortest step.
        step = np.linalg.lstsq(curve, slope, rcond=None)[0]
        promised = float(slope @ step)
        if promised <= TOLERANCE * (1 + now):
            break
        for _ in range(HALVINGS):
            found, probability = evaluate(theta - step)
            if found <= now - promised / 4:
                break
            step, promised = step / 2, promised / 2
        else:
            break
        theta, now = theta - step, found
    return theta
