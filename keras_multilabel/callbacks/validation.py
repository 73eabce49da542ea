"""What the last validation left behind, and callbacks that carry it along."""

from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from keras_multilabel.callbacks.reportable import Reportable
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
        report: What a report of it is made of.
    """

    counts: Counts
    histogram: ScoreHistogram | None = None
    y_true: Array | None = None
    y_score: Array | None = None
    thresholds: Thresholds | None = None
    report: Reportable | None = None


class Carrier(keras.callbacks.Callback):
    """A callback that is copied, or pickled, without the model that it is fitted with.

    Tuners of hyperparameters copy the callbacks that they are given.

    Attributes:
        of_fit: Attributes that belong to one ``fit``, which a copy has not seen.
    """

    of_fit: ClassVar[frozenset[str]] = frozenset()

    def __getstate__(self) -> dict[str, Any]:
        left_out = self.of_fit | set(vars(keras.callbacks.Callback()))
        return {key: value for key, value in vars(self).items() if key not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__.update(state)
