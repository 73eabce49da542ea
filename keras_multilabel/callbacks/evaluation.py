"""What one pass gave, ready to score, and the metrics that score it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from keras_multilabel.metrics import ranking, ratios
from keras_multilabel.metrics.averages import average_ratio, exact_match
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.utils.arguments import Array

Callables = Mapping[str, Callable[[Array, Array], Any]]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One pass: samples, and what is predicted for them.

    Attributes:
        y_true: Truth as the data gives it, for metrics of the user's own.
        samples: The same checked, with scores and weights.
        y_pred: Decisions, bool, shape (n_samples, n_labels).
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
    def sample_counts(self) -> Counts:
        """Counts per sample."""
        return self.samples.count(self.y_pred, axis=1)


@dataclass(frozen=True)
class Metric:
    """How to score an evaluation for an average; not all have a value per label."""

    score: Callable[[Evaluation, str | None], Any]
    by_label: bool = False


def _from_ratio(ratio: ratios.Ratio) -> Metric:
    def score(evaluation: Evaluation, average: str | None) -> Any:
        samples = average == "samples"
        return average_ratio(
            ratio,
            evaluation.sample_counts if samples else evaluation.counts,
            average,
            evaluation.samples.weight,
            evaluation.zero_division,
        )

    return Metric(score, by_label=True)


def _from_ranking(
    function: ranking.Score, zero_division: Callable[[Evaluation], float]
) -> Metric:
    def score(evaluation: Evaluation, average: str | None) -> Any:
        scores, support = ranking.rank_samples(
            function, evaluation.samples, average, zero_division(evaluation)
        )
        weight = evaluation.samples.weight
        return ranking.average_ranking(scores, support, average, weight)

    return Metric(score, by_label=True)


def _hamming_loss(evaluation: Evaluation, _: str | None) -> Any:
    return average_ratio(ratios.hamming_loss, evaluation.counts, "micro", None, np.nan)


def _subset_accuracy(evaluation: Evaluation, _: str | None) -> float:
    return exact_match(evaluation.sample_counts, evaluation.samples.weight)


METRICS = {name: _from_ratio(ratio) for name, ratio in ratios.RATIOS.items()} | {
    "hamming_loss": Metric(_hamming_loss),
    "subset_accuracy": Metric(_subset_accuracy),
    "average_precision": _from_ranking(
        ranking.average_precision, lambda evaluation: evaluation.zero_division
    ),
    "roc_auc": _from_ranking(ranking.roc_auc, lambda _: np.nan),
}


def check_metrics(
    metrics: str | Iterable[str] | Callables, score_metrics: Callables
) -> dict[str, Metric]:
    """Return what to score under each name."""
    if isinstance(metrics, str):
        metrics = [metrics]
    if isinstance(metrics, Mapping):
        found = {name: _on_decisions(name, metrics[name]) for name in metrics}
    else:
        found = {name: _named(name) for name in metrics}
    for name, function in score_metrics.items():
        if name in found:
            raise ValueError(f"score_metrics repeats the name {name!r} of metrics.")
        found[name] = _on_scores(name, function)
    return found


def keys_of(
    metrics: dict[str, Metric], average: str | None, names: list[str] | None
) -> Iterator[tuple[str, str | None]]:
    """Name and label of each value; with the labels' names, also each label's."""
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
    remedy = 'Another one is passed as {"name": callable(y_true, y_pred)}.'
    return METRICS[ratios.check_score_name(name, tuple(METRICS), "metrics", remedy)]


def _on_decisions(name: str, function: Callable[[Array, Array], Any]) -> Metric:
    _check_callable(name, function)
    return Metric(lambda e, _: function(e.y_true, e.y_pred.astype(np.int8)))


def _on_scores(name: str, function: Callable[[Array, Array], Any]) -> Metric:
    _check_callable(name, function)
    return Metric(lambda e, _: function(e.y_true, e.samples.y_score))


def _check_callable(name: str, function: Any) -> None:
    if not callable(function):
        raise TypeError(f"The metric {name!r} must be callable; got {function!r}.")


def _as_number(name: str, value: Any) -> float:
    if np.ndim(value) != 0:
        raise ValueError(
            f"The metric {name!r} must return one number; got shape {np.shape(value)}."
        )
    return float(value)
