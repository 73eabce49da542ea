"""Decision thresholds, one per label: tune, keep, apply (floor 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel._checks import (
    Array,
    check_label_names,
    check_matrix,
    check_scores,
    check_threshold,
)
from keras_multilabel.averages import divide
from keras_multilabel.ranking import SortedScores, map_labels

# What a label without known positives gets: the data says nothing about it.
DEFAULT = 0.5


@dataclass(frozen=True, eq=False)
class Thresholds:
    """One decision threshold per label.

    Attributes:
        values: The thresholds, shape (n_labels,): a label is decided where
            ``y_score >= values``.
        label_names: The labels' names, in the order of the columns.
        score: The objective on the data that they were tuned on. It flatters:
            measure the score to report on other data.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [1, 1], [0, 1], [0, 0]]
        >>> y_score = [[0.4, 0.1], [0.3, 0.9], [0.2, 0.8], [0.1, 0.6]]
        >>> thresholds = kml.tune_thresholds(y_true, y_score)
        >>> thresholds.values
        array([0.25, 0.7 ])
        >>> thresholds.apply(y_score).tolist()
        [[1, 0], [1, 1], [0, 1], [0, 0]]
    """

    values: Array
    label_names: list[str]
    score: float

    def apply(self, y_score: npt.ArrayLike) -> Array:
        """Decide: uint8, 1 where a score reaches its label's threshold."""
        return apply_thresholds(y_score, self.values)


def tune_thresholds(
    y_true: npt.ArrayLike,
    y_score: npt.ArrayLike,
    objective: str = "f1",
    *,
    label_names: Iterable[Any] | None = None,
    sample_weight: npt.ArrayLike | None = None,
) -> Thresholds:
    """Find for each label the threshold with the best F1, over all candidates.

    The optimum is exact: F1 can only be best at a positive's score, and all of
    these are tried. Among equally good ones the highest is taken, and it is put
    half-way to the next score below, where the decisions are the same. Tune on
    validation data, not on training data, and report scores from neither.

    Args:
        y_true: Multi-hot truth, shape (n_samples, n_labels): 0 and 1, and -1 or
            NaN where unknown (left out).
        y_score: Scores of any scale, same shape.
        objective: ``"f1"``.
        label_names: One name per label, to carry along.
        sample_weight: Shape (n_samples,).

    Returns:
        `Thresholds`; its ``score`` is the macro F1 reached. A label without known
        positives has no best threshold; it gets 0.5, and F1 0.

    Raises:
        TypeError: If an argument does not hold numbers.
        ValueError: If shapes differ, scores are NaN, truth is not 0, 1 or
            unknown, there are no samples, or ``objective`` is unknown.

    References:
        Z. C. Lipton, C. Elkan and B. Naryanaswamy, "Optimal Thresholding of
        Classifiers to Maximize F1 Measure", ECML PKDD 2014.

    Example:
        >>> import keras_multilabel as kml
        >>> thresholds = kml.tune_thresholds([[1], [0], [1]], [[0.2], [0.1], [0.4]])
        >>> round(float(thresholds.values[0]), 3), thresholds.score
        (0.15, 1.0)
    """
    if objective != "f1":
        raise ValueError(f'objective must be "f1"; got {objective!r}.')
    tuned = map_labels(_best_f1, y_true, y_score, sample_weight)
    # NaN: a label of which nothing is known.
    values = np.array([pair[0] if pair else DEFAULT for pair in tuned])
    scores = np.array([pair[1] for pair in tuned if pair])
    return Thresholds(
        values,
        check_label_names(label_names, len(values)),
        float(scores.mean()) if len(scores) else np.nan,
    )


def apply_thresholds(y_score: npt.ArrayLike, thresholds: npt.ArrayLike) -> Array:
    """Turn scores into decisions: 1 where ``y_score >= thresholds``.

    Args:
        y_score: Scores, shape (n_samples, n_labels).
        thresholds: A number, or one per label, shape (n_labels,).

    Returns:
        uint8, 0 and 1, the shape of ``y_score``.

    Raises:
        TypeError: If ``y_score`` does not hold numbers.
        ValueError: If scores or thresholds are NaN, or there is not one threshold
            per label.

    Example:
        >>> import keras_multilabel as kml
        >>> kml.apply_thresholds([[0.3, 0.7], [0.5, 0.5]], [0.5, 0.6]).tolist()
        [[0, 1], [1, 0]]
    """
    scores = check_scores(check_matrix(y_score, "y_score"))
    values = check_threshold(thresholds, scores.shape[1])
    return (scores >= values).view(np.uint8)


def _best_f1(scores: SortedScores) -> tuple[float, float]:
    """The threshold with the highest F1 of one label, and that F1."""
    if scores.positives == 0:
        return DEFAULT, 0.0
    tp, fp = scores.tp(), scores.fp()
    f1 = divide(2 * tp, scores.positives + tp + fp, 0.0)
    # The last of the best: the highest threshold.
    best = len(f1) - 1 - int(np.argmax(f1[::-1]))
    return _lowered(scores, best), float(f1[best])


def _lowered(scores: SortedScores, index: int) -> float:
    """Half-way from a positive's score to the next score below it, if any."""
    score = scores.above[index]
    parts = (scores.above, scores.below)
    ends = [np.searchsorted(part, score, "left") for part in parts]
    below = [part[end - 1] for part, end in zip(parts, ends, strict=True) if end]
    if not below:
        return float(score)
    middle = (float(score) + float(max(below))) / 2
    # Neighbouring floats have no number between them.
    return middle if max(below) < middle <= score else float(score)
