"""What is drawn independently: rows, or groups of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from keras_multilabel.evaluation.proportions import quantile
from keras_multilabel.metrics.averages import near_one
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.groups import number_groups

# Columns are summed over groups this many at a time, as floats.
COLUMNS = 32


@dataclass(frozen=True, eq=False)
class Units:
    """The units that vary independently, and the weights of their rows.

    Attributes:
        n_rows: Number of rows.
        weight: Weight of each row, above 0 and near 1, shape (n_rows,); or None.
        group: The number of each row's group, shape (n_rows,); None if each row is a
            unit.
        n_groups: Number of groups.
        unit: What the weights were divided by.
    """

    n_rows: int
    weight: Array | None
    group: Array | None
    n_groups: int | None
    unit: float = 1.0

    @classmethod
    def of(cls, n_rows: int, weight: Array | None, group: Array | None) -> Units:
        """From weights above 0, and any group numbers."""
        n_groups = None
        if group is not None:
            distinct, group = np.unique(group, return_inverse=True)
            n_groups = len(distinct)
        weight, unit = _scaled(weight)
        return cls(n_rows, weight, group, n_groups, unit)

    def __len__(self) -> int:
        return self.n_rows if self.n_groups is None else self.n_groups

    def weighted(self, values: Array) -> Array:
        """Values of rows, (n_rows,) or (n_rows, k), times the rows' weights."""
        if self.weight is None:
            return values
        return values * self.weight.reshape(-1, *[1] * (values.ndim - 1))

    def add_up(self, values: Array) -> Array:
        """Values of rows, (n_rows,) or (n_rows, k), weighted and summed per unit."""
        if self.group is None:
            return self.weighted(values)
        if values.ndim == 1:
            return np.bincount(self.group, self.weighted(values), self.n_groups or 0)
        parts = range(0, values.shape[1], COLUMNS)
        return np.hstack([self._sums @ values[:, at : at + COLUMNS] for at in parts])

    @property
    def _sums(self) -> Any:
        """The matrix that adds rows up: one row per group, one column per row."""
        data = np.ones(self.n_rows) if self.weight is None else self.weight
        place = (self.group, np.arange(self.n_rows))
        return sparse.csr_array((data, place), (self.n_groups, self.n_rows))

    def effective(self, trials: Array) -> Any:
        """Effective number of trials, given the number of trials of each row."""
        if self.weight is None:
            return trials.sum()
        return (self.weight @ trials) ** 2 / (self.weight**2 @ trials)

    def z(self, confidence: float, sizes: Any) -> Any:
        """How many standard deviations; with few groups more, as Student found.

        ``sizes`` is the effective number of the units.
        """
        return quantile(confidence, None if self.group is None else sizes - 1)


def check_has_samples(y_true: Any) -> None:
    """Raise if it holds counts of samples: they do not show how samples vary."""
    is_callback = callable(getattr(y_true, "report", None))
    if is_callback or isinstance(y_true, (Counts, ScoreHistogram)):
        remedy = "Pass y_true and y_pred; classification_report takes Counts."
        if is_callback:
            remedy = "Its .report() has scores and intervals."
        raise TypeError(
            "y_true must be truth, one row per sample; got "
            f"{type(y_true).__name__}. {remedy}"
        )


def check_groups(groups: Any, n_rows: int, sample: Array | None) -> Array | None:
    """Return the group of each row as a number; None if each row is a unit.

    Positions of one ``sample`` (see `Rows`) are never independent.
    """
    if groups is None:
        return sample
    if sample is None:
        return number_groups(groups, n_rows)
    return number_groups(groups, int(sample[-1]) + 1)[sample]


def _scaled(weight: Array | None) -> tuple[Array | None, float]:
    """Weights near 1, and their unit; None if all are equal, which count as 1."""
    if weight is None or (weight == weight[0]).all():
        return None, 1.0 if weight is None else float(weight[0])
    near, exponent = near_one(weight)
    return near, float(np.ldexp(1.0, exponent))
