"""Inputs of plots: data, or objects with its counts, scores or intervals.

Reports and fitted callbacks are recognized by their public attributes: ``counts``,
``y_true``, ``y_score``, ``y_pred``, ``thresholds``, ``histogram``, ``intervals``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from keras_multilabel.metrics import ratios
from keras_multilabel.metrics.averages import divide
from keras_multilabel.metrics.confusion_counts import take_counts
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.utils.arguments import Array, check_threshold, check_word
from keras_multilabel.utils.label_names import check_order, shown_names

Sort = Literal["f1", "support", None]


def counts_of(y_true: Any, y_pred: Any, label_names: Iterable[Any] | None) -> Counts:
    """Counts per label with their names, from predictions or from what has counts."""
    if y_pred is not None:
        counts, _ = take_counts(y_true, y_pred, None, 0)
        return _named(counts, label_names, y_true, y_pred)
    counts = y_true if isinstance(y_true, Counts) else held(y_true, "counts", Counts)
    if counts is None and isinstance(y_true, ScoreHistogram):
        raise TypeError(
            "A ScoreHistogram has counts at every threshold; this shows those at one: "
            "pass histogram.counts(0.5), or histogram.counts(thresholds)."
        )
    if counts is None:
        raise TypeError(
            "y_pred is missing: pass y_true and y_pred, or Counts, a report or a "
            "fitted MultiLabelMetrics."
        )
    return _named(check_per_label(counts), label_names, y_true)


def check_per_label(counts: Counts) -> Counts:
    """Return ``counts`` if they are those of each label."""
    if counts.axis != 0 or counts.tp.ndim != 1:
        raise ValueError(
            "A picture per label needs counts per label, over axis 0, of the shape "
            f"(n_labels,); got counts over axis {counts.axis} of the shape "
            f"{counts.tp.shape}. Take them with confusion_counts(y_true, y_pred)."
        )
    return counts


def _named(counts: Counts, label_names: Any, *values: Any) -> Counts:
    names = shown_names(label_names, len(counts.tp), *values, counts)
    return replace(counts, label_names=names)


@dataclass(frozen=True)
class Scored:
    """Truth and scores, sorted or as a histogram.

    Attributes:
        ranked: None if there is only a histogram.
        histogram: None if there are scores.
        names: One per label.
        thresholds: The chosen thresholds, shape (n_labels,); None if there are none.
    """

    ranked: SortedScores | None
    histogram: ScoreHistogram | None
    names: list[Any]
    thresholds: Array | None

    @property
    def support(self) -> Array:
        """Positives of each label."""
        if self.ranked is not None:
            return self.ranked.positives
        assert self.histogram is not None
        return self.histogram.positives.sum(0)


def scores_of(
    y_true: Any, y_score: Any, label_names: Iterable[Any] | None, thresholds: Any = None
) -> Scored:
    """Scores with their truth, from data or from an object that has them."""
    ranked, histogram, counts = None, None, None
    if y_score is not None:
        ranked = SortedScores(y_true, y_score)
    elif isinstance(y_true, ScoreHistogram):
        histogram = y_true
    elif isinstance(y_true, SortedScores):
        ranked = y_true
    else:
        ranked, histogram = _held_scores(y_true)
        counts = held(y_true, "counts", Counts)
        if thresholds is None:
            thresholds = _held_thresholds(y_true)
    held_scores = ranked if histogram is None else histogram
    assert held_scores is not None
    n_labels = held_scores.num_labels
    names = shown_names(label_names, n_labels, y_true, y_score, counts, thresholds)
    if thresholds is not None:
        check_order(thresholds, names, "thresholds")
        thresholds = check_threshold(thresholds, n_labels, "thresholds")
    return Scored(ranked, histogram, names, thresholds)


def _held_scores(source: Any) -> tuple[SortedScores | None, ScoreHistogram | None]:
    try:
        y_score = held(source, "y_score", object)
    except ValueError:
        # A callback that validates in Keras's own pass may have a histogram.
        return None, source.histogram
    if y_score is None:
        raise TypeError(
            "y_score is missing: pass y_true and y_score, or SortedScores, a "
            "ScoreHistogram, a report that has scores, or a fitted MultiLabelMetrics."
        )
    ranked = held(source, "ranked", SortedScores)
    if ranked is None:
        weight = held(source, "sample_weight", object)
        ranked = SortedScores(source.y_true, y_score, sample_weight=weight)
    return ranked, None


def _held_thresholds(source: Any) -> Any:
    try:
        return held(source, "thresholds", object)
    except ValueError:
        return None  # A callback with a histogram only.


def predictions_of(
    y_true: Any, y_pred: Any, label_names: Iterable[Any] | None
) -> tuple[Any, Any, Any, list[Any]]:
    """Truth, predictions, weights and names of samples."""
    if y_pred is not None:
        names = shown_names(label_names, np.shape(y_pred)[-1], y_true, y_pred)
        return y_true, y_pred, None, names
    y_pred, truth = held(y_true, "y_pred", object), held(y_true, "y_true", object)
    if y_pred is None and truth is not None:
        y_pred = y_true.y_score >= np.asarray(y_true.thresholds)
    if y_pred is None or truth is None:
        raise TypeError(
            "y_pred is missing: this needs the samples, since Counts do not say which "
            "labels were predicted together. Pass y_true and y_pred, a report, or a "
            "MultiLabelMetrics fitted with validation_data."
        )
    counts = held(y_true, "counts", Counts)
    names = shown_names(label_names, y_pred.shape[-1], y_true, counts)
    return truth, y_pred, held(y_true, "sample_weight", object), names


def held(value: Any, name: str, kind: type) -> Any:
    """An attribute of a report or a callback; None if there is none of its kind."""
    try:
        found = getattr(value, name)
    except AttributeError as error:
        # scikit-learn's NotFittedError is both, and says more.
        if isinstance(error, ValueError):
            raise
        return None
    return found if isinstance(found, kind) else None


def ordered(sort: Any, scores: Array, support: Array, words: Any = Sort) -> Array:
    """Labels from the best score, or the most frequent, to the last; ties as given."""
    check_word("sort", sort, words)
    if sort is None:
        return np.arange(len(support))
    key = support if sort == "support" else scores
    # NaN, an undefined score, comes last.
    return np.lexsort((-support, np.where(np.isnan(key), np.inf, -key)))


def ratio(kind: ratios.Ratio, counts: Counts) -> Array:
    """A score of each label; NaN where it is 0 / 0."""
    return divide(*kind(counts), np.nan)
