"""Validation by Keras's own pass, read from the metric that the model is compiled with.

That metric rests while the model trains. An attribute says so, and a step that Keras
has compiled keeps the value of a Python attribute that it was traced with, so the
resting metric needs its own train function. The attribute chooses between the two at
every step, and Keras resets the metric, which wakes it, before each epoch and each
evaluation. However a fit ends, the next one starts with the usual function.
"""

import warnings
from typing import Any

import keras

from keras_multilabel.callbacks.validation import Carrier, Validation
from keras_multilabel.metrics.multi_label_scores import MultiLabelScores
from keras_multilabel.utils import keras_internals


class KerasPass(Carrier):
    """The callback behind `MultiLabelMetrics` without data.

    Attributes:
        last: The last `Validation`; None before the first.
    """

    of_fit = frozenset({"_metrics"})

    def __init__(self) -> None:
        super().__init__()
        self.last: Validation | None = None
        self._training = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Train with a step that leaves the metrics out."""
        self._validated = self._warned = False
        self._training = True
        self._metrics = _find(self.model)
        first = self._metrics[0]
        keras_internals.add_train_function(self.model, lambda: first.resting)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Switch the metrics off, until Keras resets them before an evaluation.

        (If a callback has batch hooks, Keras waits for the logs of each batch.)
        """
        for metric in self._metrics:
            metric.resting = True

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Read the counts of the first of the metrics."""
        if not self._training:
            return
        self._validated = True
        metric = self._metrics[0]
        for each in self._metrics:
            self._warn_of_invalid(each)
        self.last = Validation(
            metric.counts, histogram=metric.histogram if metric.ranks else None
        )

    def _warn_of_invalid(self, metric: MultiLabelScores) -> None:
        if self._warned or not metric.n_invalid:
            return
        self._warned = True
        logits = "" if metric.from_logits else "logits need from_logits=True; "
        warnings.warn(
            f"{metric.n_invalid:,} of the model's outputs are NaN or outside 0 to 1, "
            f"or sample weights below 0 or NaN: the scores of {metric.name} are NaN "
            f"({logits}a network whose loss became NaN gives such outputs).",
            stacklevel=2,
        )

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Train as usual again."""
        if not self._training:
            return
        for metric in self._metrics:
            metric.resting = False
        self._training = False
        if not self._validated:
            warnings.warn(
                "MultiLabelMetrics without validation_data found no validation: pass "
                "fit(validation_data=...).",
                stacklevel=2,
            )


def _find(model: keras.Model) -> list[MultiLabelScores]:
    """The metrics given to ``compile``, or held by the model itself; at least one.

    Keras unpacks the metrics of ``compile`` at the first batch, which is too late here.
    """
    found = {
        id(part): part
        for metric in model.metrics
        for part in keras_internals.metrics_inside(metric)
        if isinstance(part, MultiLabelScores)
    }
    if not found:
        raise ValueError(
            "MultiLabelMetrics without validation_data reads a metric that the model "
            "is compiled with, and there is none: add "
            "compile(metrics=[kml.MultiLabelScores(num_labels=...)]), or pass "
            "validation_data."
        )
    return list(found.values())
