"""What the last validation left behind."""

from dataclasses import dataclass

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.utils.arguments import Array


@dataclass(frozen=True, eq=False)
class Validation:
    """One validation; None stands for what its way of validating does not keep.

    Attributes:
        counts: `Counts` per label.
        histogram: `ScoreHistogram`, of a compiled metric with ranking scores.
        y_true: Truth, shape (n_samples, n_labels), of a pass of our own.
        y_score: Its scores, same shape; probabilities.
        thresholds: The `Thresholds` to go with the model.
    """

    counts: Counts
    histogram: ScoreHistogram | None = None
    y_true: Array | None = None
    y_score: Array | None = None
    thresholds: Thresholds | None = None
