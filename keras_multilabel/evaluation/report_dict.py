"""A report as plain values for strict JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_multilabel.evaluation.interval import Interval
from keras_multilabel.utils.label_names import shown_names

if TYPE_CHECKING:
    from keras_multilabel.evaluation.report import EvaluationReport


def as_dict(report: EvaluationReport) -> dict[str, Any]:
    """The result of ``EvaluationReport.to_dict``."""
    intervals = report.intervals
    names = shown_names(report.label_names, len(intervals.support))
    return {
        "n_samples": intervals.n_samples,
        "n_groups": intervals.n_groups,
        "n_labels": len(names),
        "n_labels_averaged": report.n_averaged,
        "n_labels_below_10_positives": len(names) - intervals.n_frequent,
        "confidence": intervals.confidence,
        "method": intervals.method,
        "tuned_on": report.tuned_on,
        "zero_division": _plain(report.zero_division),
        "labels": {
            name: _label(report, label) for label, name in enumerate(map(str, names))
        },
        "averages": {name: _ends(of) for name, of in intervals.averages.items()},
        "macro_of_10_positives_or_more": _ends(intervals.frequent),
        "overall": _ends(intervals.overall),
        "ranking": {name: _plain(value) for name, value in report.ranking.items()},
    }


def _label(report: EvaluationReport, label: int) -> dict[str, Any]:
    scores = {
        name: Interval(*(end[label] for end in interval))
        for name, interval in report.intervals.per_label.items()
    }
    facts: dict[str, Any] = {"support": _plain(report.counts.support[label])}
    if report.thresholds is not None:
        facts["threshold"] = _plain(report.thresholds[label])
    counts = {
        name: _plain(getattr(report.counts, name)[label])
        for name in ("tp", "fp", "fn", "tn")
    }
    return facts | counts | _ends(scores)


def _ends(scores: Mapping[str, Interval]) -> dict[str, dict[str, Any]]:
    return {
        name: {end: _plain(value) for end, value in interval._asdict().items()}
        for name, interval in scores.items()
    }


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else str(value)
    return value
