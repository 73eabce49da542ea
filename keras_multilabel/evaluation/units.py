"""What is drawn independently: rows, or groups of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.evaluation.proportions import quantile
from keras_multilabel.metrics.averages import near_one
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.groups import number_groups

# Columns are summed over groups so many at a time, as floats.
COLUMNS = 32


@dataclass(frozen=True, eq=False)
class Units:
    """The units that vary independently, and what their rows weigh.

    Attributes:
        n_rows: How many rows there are.
        weight: Of each row, above 0 and near 1, shape (n_rows,); or None.
        group: The number of each row's group, shape (n_rows,); None where each row
            is a unit.
        n_groups: How many there are.
    """

    n_rows: int
    weight: Array | None
    group: Array | None
    n_groups: int | None

    @classmethod
    def of(cls, n_rows: int, weight: Array | None, group: Array | None) -> Units:
        """From weights above 0, and from any numbers of groups."""
        n_groups = None
        if group is not None:
            distinct, group = np.unique(group, return_inverse=True)
            n_groups = len(distinct)
        return cls(n_rows, _scaled(weight), group, n_groups)

    def weighted(self, values: Array) -> Array:
        """Values of rows, (n_rows,) or (n_rows, k), times the rows' weights."""
        if self.weight is None:
            return values
        return values * self.weight.reshape(-1, *[1] * (values.ndim - 1))

    def add_up(self, values: Array) -> Array:
        """Values of rows, (n_rows,) or (n_rows, k), weighted and summed in each unit."""
        if self.group is None:
            return self.weighted(values)
        if values.ndim == 1:
            return np.bincount(self.group, self.weighted(values), self.n_groups)
        parts = range(0, values.shape[1], COLUMNS)
        return np.hstack([self._sums @ values[:, at : at + COLUMNS] for at in parts])

    @property
    def _sums(self) -> Any:
        """What adds rows up: one row per group, one column per row of the data."""
        data = np.ones(self.n_rows) if self.weight is None else self.weight
        place = (self.group, np.arange(self.n_rows))
        return sparse.csr_array((data, place), (self.n_groups, self.n_rows))

    def z(self, confidence: float, sizes: Any) -> Any:
        """How many standard deviations; of few groups more, as Student found.

        ``sizes`` is the effective number of the units.
        """
        return quantile(confidence, None if self.group is None else sizes - 1)


def number_units(
    groups: Any, n_samples: int, sample: Array | None
) -> tuple[Array | None, int]:
    """The group of each row, and how many samples there are.

    Positions of one sample, ``sample``, are never independent.
    """
    if groups is None:
        return sample, n_samples
    group = number_groups(groups, n_samples)
    return (group if sample is None else group[sample]), n_samples


def _scaled(weight: Array | None) -> Array | None:
    """Weights near 1; None where all are equal, which count as none do."""
    if weight is None or (weight == weight[0]).all():
        return None
    return near_one(weight)[0]


def kish(weights: Array, axis: int = 0) -> Any:
    """Kish's effective number of what has these weights; 0 where nothing has any.

    References:
        L. Kish (1965), Survey Sampling. Wiley, section 8.2.
    """
    squares = (weights**2).sum(axis)
    return np.divide(
        weights.sum(axis) ** 2, squares, out=np.zeros(np.shape(squares)), where=squares > 0
    )[()]
