"""`Comparison`: the difference of two models, and its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import shown_names
from keras_multilabel.utils.tables import Table, Tabular, counted

CORRECTIONS = {"holm": "Holm", "fdr_bh": "Benjamini-Hochberg"}


class Differences(NamedTuple):
    """Results of `Comparison` for each label, arrays of shape (n_labels,).

    Attributes:
        a: The score of model a.
        b: The score of model b.
        difference: ``a - b``.
        low: The lower end of its confidence interval.
        high: The upper end.
        p_value: The probability of a difference as large, if the models are equally
        good.
        adjusted: The p-value corrected for the number of labels.
    """

    a: Array
    b: Array
    difference: Array
    low: Array
    high: Array
    p_value: Array
    adjusted: Array


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Tabular):
    """The difference of two models on the same samples, with its interval.

    It prints as a table, a row per label; ``to_frame()`` gives that as a data frame.

    Attributes:
        a: The average score of model a.
        b: The average score of model b.
        difference: ``a - b``.
        low: The lower end of the difference's confidence interval.
        high: The upper end.
        p_value: The probability of a difference as large, if the models are equally
        good.
        per_label: The same for each label, a named tuple of arrays: ``p_value``
            uncorrected, and ``adjusted`` corrected for the number of labels.
        metric: Such as ``"f1"``.
        average: ``"macro"``, ``"micro"`` or ``"weighted"``.
        confidence: Such as 0.95.
        correction: ``"holm"`` or ``"fdr_bh"``, for the labels' p-values.
        n_samples: Number of rows.
        n_groups: Number of groups; None if each row counts by itself.
        label_names: The labels' names, or None.

    Example:
        >>> import numpy as np
        >>> import keras_multilabel as kml
        >>> y_true = np.array([[1, 0], [0, 1], [1, 1], [1, 0]] * 10)
        >>> better, worse = y_true.copy(), y_true.copy()
        >>> worse[::4, 0] = 0
        >>> found = kml.compare_models(y_true, better, worse, random_state=0)
        >>> found
        Comparison of 2 labels in 40 samples: f1, macro
        a 1.0000, b 0.9000: a - b = 0.1000 [0.0444, 0.1721], p = 0.0010
        95 % confidence; p-values of labels corrected with Holm
                      a       b  difference     low    high  p_value  adjusted
        label 0  1.0000  0.8000      0.2000  0.0887  0.3443   0.0020    0.0039
        label 1  1.0000  1.0000      0.0000  0.0000  0.0000   1.0000    1.0000
    """

    a: float
    b: float
    difference: float
    low: float
    high: float
    p_value: float
    per_label: Differences
    metric: str = field(kw_only=True)
    average: str = field(kw_only=True)
    confidence: float = field(kw_only=True)
    correction: str = field(kw_only=True)
    n_samples: int = field(kw_only=True)
    n_groups: int | None = field(kw_only=True)
    label_names: list[Any] | None = field(default=None, kw_only=True)

    def _table(self) -> Table:
        n_labels = len(self.per_label.difference)
        names = shown_names(self.label_names, n_labels)
        return Table("\n".join(self._facts(n_labels)), names, self.per_label._asdict())

    def _facts(self, n_labels: int) -> list[str]:
        rows = counted(self.n_samples, "sample")
        if self.n_groups is not None:
            rows += f" of {counted(self.n_groups, 'group')}"
        return [
            f"Comparison of {counted(n_labels, 'label')} in {rows}: {self.metric}, "
            f"{self.average}",
            f"a {self.a:.4f}, b {self.b:.4f}: a - b = {self.difference:.4f} "
            f"[{self.low:.4f}, {self.high:.4f}], {_p(self.p_value)}",
            f"{100 * self.confidence:g} % confidence; p-values of labels corrected "
            f"with {CORRECTIONS[self.correction]}",
        ]


def _p(value: float) -> str:
    """No p-value is shown as 0, however small."""
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.4f}"
