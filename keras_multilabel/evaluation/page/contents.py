"""What the page holds of a report: numbers and names, no rows."""

from typing import Any

import numpy as np

from keras_multilabel.evaluation.page import bins as score_bins
from keras_multilabel.evaluation.page.compared import compared
from keras_multilabel.evaluation.page.effective import (
    SCORES,
    effective_shares,
    normal_quantile,
)
from keras_multilabel.evaluation.page.encoding import packed, plain, significant
from keras_multilabel.evaluation.page.pairs import label_pairs
from keras_multilabel.evaluation.page.thumbnails import thumbnails, worst
from keras_multilabel.evaluation.predictions import Predictions
from keras_multilabel.evaluation.score_intervals import FREQUENT
from keras_multilabel.metrics.counts import OUTCOMES
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.plain_numbers import to_plain
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.label_names import shown_names

RANKINGS = ("average_precision", "roc_auc")


def page_data(report: Any, comparison: Any = None) -> dict[str, Any]:
    """What the script of the page reads, as values for JSON."""
    intervals = report.intervals
    samples, own, is_adjustable = _scored(report)
    shared = score_bins.shared_thresholds(samples) if is_adjustable else np.full(1, 0.5)
    y_pred = report.y_pred
    n_labels = samples.truth.shape[1]
    unit = score_bins.weight_unit(samples.weight)
    bins = score_bins.count_bins(report.ranked, unit, shared, own)
    return {
        "labels": [str(n) for n in shown_names(report.label_names, n_labels)],
        "z": normal_quantile(intervals.confidence),
        "zero": plain(report.zero_division),
        "adjustable": is_adjustable,
        "probabilities": is_adjustable and samples.probabilities,
        "named": report.label_names is not None,
        "shared": shared.tolist(),
        "own": to_plain(own),
        "bins": packed(score_bins.as_stream(bins)),
        "unit": unit,
        "counts": {n: significant(getattr(report.counts, n)) for n in OUTCOMES},
        "few": _few(report),
        "reported": {
            name: _triples(intervals.per_label[name])
            for name in (*SCORES, *RANKINGS)
            if name in intervals.per_label
        },
        "effective": _effective(report),
        "averages": _averages(intervals),
        "pairs": label_pairs(samples.truth, y_pred, samples.weight),
        "pictures": _pictures(report, samples, y_pred),
        "compared": compared(comparison, report),
    }


def _scored(report: Any) -> tuple[Samples, Array, bool]:
    """The samples, the threshold of each label, and whether others can be chosen.

    Without scores, predictions stand for them.
    """
    is_adjustable = report.y_score is not None and report.thresholds is not None
    scores = report.y_pred if report.y_score is None else report.y_score
    samples = Samples.of(report.y_true, scores, report.sample_weight)
    own = report.thresholds if is_adjustable else 0.5
    own = np.broadcast_to(np.asarray(own, np.float64), samples.truth.shape[1:])
    return samples, own, is_adjustable


def _triples(interval: Any) -> list[Any]:
    """Value, low and high of each label."""
    columns = [np.atleast_1d(np.asarray(part, np.float64)) for part in interval]
    return plain(np.column_stack(columns))


def _averages(intervals: Any) -> dict[str, Any]:
    return {
        average: {name: plain(list(interval)) for name, interval in scores.items()}
        for average, scores in intervals.averages.items()
    }


def _effective(report: Any) -> list[Any] | None:
    """None if each row counts as one."""
    plainly = report.sample_weight is None and report.groups is None
    if plainly and report.intervals.method == "analytic":
        return None
    return [
        significant(share, 7)
        for share in effective_shares(report.intervals, report.counts)
    ]


def _few(report: Any) -> list[int]:
    """Labels with few positives, as the intervals count them."""
    n_positive = report.counts.support
    if report.sample_weight is not None or report.groups is not None:
        predictions = Predictions.of(
            report.y_true, report.y_pred, report.groups, report.sample_weight
        )
        n_positive = predictions.shares("recall", report.intervals.confidence).size
    found: list[int] = np.flatnonzero(n_positive < FREQUENT).tolist()
    return found


def _pictures(report: Any, samples: Samples, y_pred: Array) -> dict[str, Any] | None:
    """The rows of each label's misses and false alarms, and each row's picture."""
    if report.images is None:
        return None
    has_scores = report.y_score is not None
    rows = worst(samples.truth, y_pred, samples.y_score if has_scores else None)
    return {
        "worst": [
            [
                [
                    [row, plain(report.y_score[row, label]) if has_scores else None]
                    for row in kind
                ]
                for kind in kinds
            ]
            for label, kinds in enumerate(rows)
        ],
        "images": thumbnails(
            report.images, [row for kinds in rows for kind in kinds for row in kind]
        ),
    }
