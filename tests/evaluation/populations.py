"""Populations of which the true scores are known, drawn from anew each time."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import multivariate_normal, norm


@dataclass(frozen=True)
class Population:
    """Labels as thresholds of normal variables, decisions as those of noisy ones.

    Truth and noise of all labels have a common part each, so that labels occur
    together, and are mistaken together.
    """

    prevalence: np.ndarray
    quality: np.ndarray
    shared: float = 0.4

    @property
    def cut(self):
        return norm.isf(self.prevalence)

    def draw(self, n, rng, groups=None):
        """Truth and scores; rows of a group have half of all in common."""
        draws = [self._normal(n, rng) for _ in range(2)]
        if groups is not None:
            of_group = [self._normal(groups.max() + 1, rng)[groups] for _ in range(2)]
            draws = [
                np.sqrt(0.5) * (a + b) for a, b in zip(draws, of_group, strict=True)
            ]
        truth, noise = draws
        score = self.quality * truth + np.sqrt(1 - self.quality**2) * noise
        return (truth > self.cut).astype(np.uint8), score

    def decide(self, score):
        return (score > self.cut).astype(np.uint8)

    def _normal(self, n, rng):
        n_labels = len(self.prevalence)
        common = np.sqrt(self.shared) * rng.standard_normal((n, 1))
        return common + np.sqrt(1 - self.shared) * rng.standard_normal((n, n_labels))

    def both(self):
        """How often truth and decision are both positive."""
        return np.array(
            [
                multivariate_normal.cdf([-c, -c], cov=[[1, q], [q, 1]])
                for c, q in zip(self.cut, self.quality, strict=True)
            ]
        )

    def f1(self):
        """As many are predicted as there are."""
        return self.both() / self.prevalence


def population(n_labels=12, rarest=0.004, quality=(0.6, 0.95)):
    rng = np.random.default_rng(5)
    return Population(
        np.geomspace(0.3, rarest, n_labels), rng.uniform(*quality, n_labels)
    )


def holds(interval, truth):
    """Whether the interval holds the truth."""
    return (interval.low <= truth) & (truth <= interval.high)
