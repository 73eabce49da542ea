"""Results of the last validation, and callbacks that carry them along."""

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
    """One validation; None for results that its way of validating does not keep.

    Attributes:
        counts: `Counts` per label.
        histogram: `ScoreHistogram`, of a compiled metric with ranking scores.
        y_true: Truth, shape (n_samples, n_labels), of our own pass.
        y_score: Its scores, same shape; probabilities.
        thresholds: The `Thresholds` to go with the model.
        report: The parts that its report needs.
    """

    counts: Counts
    histogram: ScoreHistogram | None = None
    y_true: Array | None = None
    y_score: Array | None = None
    thresholds: Thresholds | None = None
    report: Reportable | None = None


class Carrier(keras.callbacks.Callback):
    """A callback that is copied, or pickled, without the model that it is fitted with.

    Hyperparameter tuners copy the callbacks that they are given.

    Attributes:
        of_fit: Attributes that belong to one ``fit``, and are not copied.
    """

    of_fit: ClassVar[frozenset[str]] = frozenset()

    def __getstate__(self) -> dict[str, Any]:
        left_out = self.of_fit | set(vars(keras.callbacks.Callback()))
        return {key: value for key, value in vars(self).items() if key not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__.update(state)
