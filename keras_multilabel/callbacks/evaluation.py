"""The result of one pass, ready to score, and the metrics that score it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from keras_multilabel.metrics import ranking, ratios
from keras_multilabel.metrics.averages import average_ratio, exact_match
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.utils.arguments import Array

Function = Callable[[Array, Array], Any]
Callables = Mapping[str, Function]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One pass: samples, and their predictions.

    Attributes:
        y_true: Truth as the data gives it, for metrics of the user's own.
        samples: The same checked, with scores and weights.
        y_pred: Predictions, bool, shape (n_samples, n_labels).
        zero_division: The score of a label where it is 0 / 0.
    """

    y_true: Array
    samples: Samples
    y_pred: Array
    zero_division: float

    @cached_property
    def counts(self) -> Counts:
        """Counts per label."""
        return self.samples.count(self.y_pred)

    @cached_property
    def ranked(self) -> SortedScores:
        """The scores, sorted once for all metrics that need it."""
        return SortedScores.of_samples(self.samples)

    @cached_property
    def sample_counts(self) -> Counts:
        """Counts per sample."""
        return self.samples.count(self.y_pred, axis=1)


@dataclass(frozen=True)
class Metric:
    """How to score an evaluation for an average; not all have a value per label."""

    score: Callable[[Evaluation, str | None], Any]
    by_label: bool = False


# Partials, not functions within functions, so that a callback can be pickled.


def _ratio(ratio: ratios.Ratio, evaluation: Evaluation, average: str | None) -> Any:
    samples = average == "samples"
    return average_ratio(
        ratio,
        evaluation.sample_counts if samples else evaluation.counts,
        average,
        evaluation.samples.weight,
        evaluation.zero_division,
    )


def _ranking(score: ranking.Score, evaluation: Evaluation, average: str | None) -> Any:
    # ROC AUC has no value where it is 0 / 0.
    zero_division = np.nan if score is ranking.roc_auc else evaluation.zero_division
    if average == "samples":
        ranks = ranking.rank_samples(score, evaluation.samples, average, zero_division)
    else:
        ranks = ranking.rank_sorted(score, evaluation.ranked, average, zero_division)
    return ranking.average_ranking(*ranks, average, evaluation.samples.weight)


def _hamming_loss(evaluation: Evaluation, _: str | None) -> Any:
    return average_ratio(ratios.hamming_loss, evaluation.counts, "micro", None, np.nan)


def _subset_accuracy(evaluation: Evaluation, _: str | None) -> float:
    return exact_match(evaluation.sample_counts, evaluation.samples.weight)


def _of_predictions(function: Function, evaluation: Evaluation, _: str | None) -> Any:
    return function(evaluation.y_true, evaluation.y_pred.astype(np.int8))


def _of_scores(function: Function, evaluation: Evaluation, _: str | None) -> Any:
    return function(evaluation.y_true, evaluation.samples.y_score)


METRICS = {
    **{
        name: Metric(partial(_ratio, ratio), by_label=True)
        for name, ratio in ratios.RATIOS.items()
    },
    "hamming_loss": Metric(_hamming_loss),
    "subset_accuracy": Metric(_subset_accuracy),
    "average_precision": Metric(
        partial(_ranking, ranking.average_precision), by_label=True
    ),
    "roc_auc": Metric(partial(_ranking, ranking.roc_auc), by_label=True),
}


def check_metrics(
    metrics: str | Iterable[str] | Callables, score_metrics: Callables
) -> dict[str, Metric]:
    """Return the metric to compute under each name."""
    if isinstance(metrics, str):
        metrics = [metrics]
    if isinstance(metrics, Mapping):
        found = {
            name: Metric(partial(_of_predictions, _check_callable(name, function)))
            for name, function in metrics.items()
        }
    else:
        found = {name: _named(name) for name in metrics}
    for name, function in score_metrics.items():
        if name in found:
            raise ValueError(f"score_metrics repeats the name {name!r} of metrics.")
        found[name] = Metric(partial(_of_scores, _check_callable(name, function)))
    return found


def keys_of(
    metrics: dict[str, Metric], average: str | None, names: list[str] | None
) -> Iterator[tuple[str, str | None]]:
    """Name and label of each value; with label names, also each label's."""
    for name, metric in metrics.items():
        if average is not None or not metric.by_label:
            yield name, None
        if names is not None and metric.by_label:
            yield from ((name, label) for label in names)


def values_of(
    evaluation: Evaluation,
    metrics: dict[str, Metric],
    average: str | None,
    names: list[str] | None,
) -> Iterator[float]:
    """The values, in the order of `keys_of`."""
    for name, metric in metrics.items():
        if average is not None or not metric.by_label:
            yield _as_number(name, metric.score(evaluation, average))
        if names is not None and metric.by_label:
            yield from metric.score(evaluation, None).tolist()


def _named(name: str) -> Metric:
    remedy = 'Pass any other as {"name": callable(y_true, y_pred)}.'
    return METRICS[ratios.check_score_name(name, tuple(METRICS), "metrics", remedy)]


def _check_callable(name: str, function: Any) -> Function:
    if not callable(function):
        raise TypeError(f"The metric {name!r} must be callable; got {function!r}.")
    return function


def _as_number(name: str, value: Any) -> float:
    if np.ndim(value) != 0:
        raise ValueError(
            f"The metric {name!r} must return one number; got shape {np.shape(value)}."
        )
    return float(value)
