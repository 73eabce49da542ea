"""Checked rows and predictions -> `EvaluationReport`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from keras_multilabel.evaluation.intervals import score_intervals
from keras_multilabel.evaluation.predicted import Predicted
from keras_multilabel.evaluation.rank_scores import rank_scores
from keras_multilabel.evaluation.report import EvaluationReport
from keras_multilabel.metrics.confusion_counts import count_checked
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.groups import number_groups


def assemble(
    samples: Samples,
    predicted: Predicted,
    *,
    has_scores: bool,
    label_names: list[Any] | None,
    groups: Array | None,
    images: list[Any] | None,
    zero_division: float,
    confidence: float,
) -> EvaluationReport:
    """Score, rank and count; only the confidence is checked."""
    y_score = samples.y_score if has_scores else None
    counts = count_checked(samples.truth, predicted.y_pred, samples.weight)
    intervals = score_intervals(
        samples.truth,
        predicted.y_pred,
        y_score=y_score,
        groups=groups,
        sample_weight=samples.weight,
        label_names=label_names,
        zero_division=zero_division,
        confidence=confidence,
    )
    ranking = {}
    if y_score is not None:
        ranking = rank_scores(samples.truth, y_score, samples.weight)
    return EvaluationReport(
        samples.truth,
        y_score,
        predicted.y_pred,
        predicted.thresholds,
        intervals,
        replace(counts, label_names=label_names),
        ranking,
        predicted.tuned_on,
        label_names=label_names,
        sample_weight=samples.weight,
        groups=groups,
        images=images,
        zero_division=zero_division,
    )


def check_groups(groups: Any, n_samples: int, sample: Array | None) -> Array | None:
    """The number of each row's group; for positions, by default their sample."""
    if groups is None:
        return sample
    numbers = number_groups(groups, n_samples)
    return numbers if sample is None else numbers[sample]


def check_images(
    images: Iterable[Any] | None, n_samples: int, sample: Array | None
) -> list[Any] | None:
    """The image of each row."""
    if images is None:
        return None
    found = list(images)
    if len(found) != n_samples:
        raise ValueError(
            f"images must have one entry for each of the {n_samples:,} samples; got "
            f"{len(found):,}."
        )
    return found if sample is None else [found[row] for row in sample]
