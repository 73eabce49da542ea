"""`score_intervals`: how sure the scores of a model are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.evaluation.decision_intervals import decision_intervals
from keras_multilabel.evaluation.decisions import Decisions
from keras_multilabel.evaluation.score_intervals import FREQUENT, ScoreIntervals
from keras_multilabel.metrics.confusion_counts import confusion_counts
from keras_multilabel.utils.arguments import check_zero_division
from keras_multilabel.utils.label_names import given_names


def score_intervals(
    y_true: npt.ArrayLike,
    y_pred: npt.ArrayLike,
    *,
    y_score: npt.ArrayLike | None = None,
    groups: Any = None,
    sample_weight: npt.ArrayLike | None = None,
    label_names: Iterable[Any] | None = None,
    zero_division: float = 0.0,
    confidence: float = 0.95,
    method: str = "analytic",
    n_resamples: int = 1000,
    random_state: Any = None,
) -> ScoreIntervals:
    zero_division = check_zero_division(zero_division)
    decisions = Decisions.of(y_true, y_pred, groups, sample_weight)
    n_labels = decisions.truth.shape[1]
    frequent = decisions.shares("recall", confidence).size >= FREQUENT
    found = decision_intervals(decisions, confidence, zero_division, frequent)
    return ScoreIntervals(
        found.per_label,
        found.averages,
        found.overall,
        found.frequent,
        decisions.counts.support,
        label_names=given_names(label_names, n_labels, y_true, y_pred),
        confidence=confidence,
        n_samples=decisions.units.n_rows,
        n_groups=decisions.units.n_groups,
        n_frequent=int(frequent.sum()),
        method=method,
    )
