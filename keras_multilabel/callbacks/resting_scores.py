"""The `MultiLabelScores` that a model was compiled with, at rest while it trains."""

from collections.abc import Iterator
from typing import Any

import keras

from keras_multilabel.metrics.multi_label_scores import MultiLabelScores


class CompiledScores:
    """Switches the compiled metrics of a model off while it trains.

    A step that Keras compiled keeps the value of a Python attribute that it was traced
    with, so a train step of its own belongs to the resting metrics, and the usual one
    comes back in the end. Both are kept, for the next fit.
    """

    def __init__(self, model: keras.Model):
        self.model = model
        self.metrics = list(_find(model))
        if not self.metrics:
            raise ValueError(
                "MultiLabelMetrics without validation_data reads a metric that the "
                "model is compiled with, and there is none: add "
                "compile(metrics=[kml.MultiLabelScores(num_labels=...)]), or pass "
                "validation_data."
            )

    def begin(self) -> None:
        """Train with a step that leaves the metrics out."""
        usual, resting = self.metrics[0].train_steps
        if self.model.train_function is resting is not None:
            return  # a fit was interrupted
        if self.model.train_function is not usual:
            usual, resting = self.model.train_function, self._make()
            self.metrics[0].train_steps = (usual, resting)
        self.model.train_function = resting

    def _make(self) -> Any:
        """Another train function of the model, which is traced anew."""
        step = self.model.train_step
        replaced = vars(self.model).get("train_step")
        # JAX would take the trace of an equal function: that of the same method.
        self.model.train_step = lambda *arguments: step(*arguments)
        self.model.make_train_function(force=True)
        del self.model.train_step
        if replaced is not None:
            self.model.train_step = replaced
        return self.model.train_function

    def rest(self) -> None:
        """Switch them off until they are reset."""
        for metric in self.metrics:
            metric.resting = True

    def end(self) -> None:
        """Train as usual again."""
        for metric in self.metrics:
            metric.resting = False
        self.model.train_function = self.metrics[0].train_steps[0]


def _find(model: keras.Model) -> Iterator[MultiLabelScores]:
    """Those that ``compile`` was given, or that the model holds itself.

    Keras takes what ``compile`` was given apart at the first batch, which is too late;
    until then it is kept by one of ``model.metrics``.
    """
    found: dict[int, MultiLabelScores] = {}
    for metric in model.metrics:
        for part in keras.tree.flatten([metric, list(vars(metric).values())]):
            if isinstance(part, MultiLabelScores):
                found[id(part)] = part
    yield from found.values()


def refuse_options(given: dict[str, Any]) -> None:
    """Raise if options were given that need data."""
    if given:
        raise ValueError(
            "MultiLabelMetrics without validation_data reads the compiled "
            f"MultiLabelScores, which has the options; got {', '.join(given)} here."
        )
