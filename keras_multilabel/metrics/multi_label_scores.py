"""`MultiLabelScores`: scores computed in Keras's own passes."""

from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from keras_multilabel.metrics import keras_ops
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.keras_state import counts_of, histogram_of
from keras_multilabel.metrics.ratios import RATIOS, check_score_name
from keras_multilabel.utils.arguments import (
    check_average,
    check_num_labels,
    check_threshold,
    check_zero_division,
)
from keras_multilabel.utils.constructor import constructor_repr
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.options import PooledAverage, ScoreName
from keras_multilabel.utils.precision import round_up

NAME = "multi_label_scores"
FROM_HISTOGRAM: dict[str, Callable[[Any, Any, Any, float], Any]] = {
    "roc_auc": keras_ops.roc_auc,
    "average_precision": keras_ops.average_precision,
}
NAMES = (*RATIOS, *FROM_HISTOGRAM)


@keras.saving.register_keras_serializable(package="keras_multilabel")
class MultiLabelScores(keras.metrics.Metric):
    """Scores from counts that are added up in the passes that Keras makes anyway.

    For ``compile(metrics=[...])``: validation needs no extra pass, and only counts are
    kept, which do not grow with the data and add up over devices. Each score has its
    own key in ``logs``: ``f1_score`` on the training data and ``val_f1_score`` on the
    validation data. With `MultiLabelMetrics` without data among the callbacks, the
    metric is switched off while the model trains.

    The state is 12 int32 or float32 numbers per label, and 4 * 1,679 more if a ranking
    score is asked for; then each step also computes scores from that many bins. Counts
    are exact up to 2^31 samples.

    Args:
        num_labels: Number of labels, the columns of y.
        threshold: A number, or one per label, shape (num_labels,). A label is predicted
            where ``y_pred >= threshold`` (Keras's own metrics use ``>``).
        scores: Names of ``"f1_score"``, ``"precision"``, ``"recall"``, ``"jaccard"``,
            ``"hamming_loss"``, and the ranking scores ``"roc_auc"`` and
            ``"average_precision"`` (each with or without ``_score``), which are
            computed as for a `ScoreHistogram`.
        average: ``"weighted"``, ``"macro"`` or ``"micro"``.
        zero_division: 0.0, 1.0 or NaN: the score of a label where it is 0 / 0. NaN
            leaves it out of averages. (ROC AUC is always NaN there.)
        from_logits: The model's outputs are logits; a sigmoid is applied to them.
        name: Any name but the default is put before the keys, ``<name>_f1_score``: for
            models with such a metric on several outputs.
        dtype: As for every Keras metric. The counts are int32 and float32 regardless.
        label_names: One name per label, for `counts` and `histogram` to carry along.
            Default: the names of `Thresholds` given as ``threshold``.

    Attributes:
        ranks: Whether a ranking score is asked for, so that there is a `histogram`.
        resting: Whether batches are ignored, and no scores returned. Steps that Keras
            has compiled keep the value that they were traced with.

    Raises:
        ValueError: If an option is not as described above, or, when called, a batch
            does not have the shape (batch, ..., num_labels).

    Example:
        >>> import keras, numpy as np
        >>> import keras_multilabel as kml
        >>> x = np.random.default_rng(0).normal(size=(200, 4)).astype("float32")
        >>> y = (x[:, :3] > 0.5).astype("float32")
        >>> model = keras.Sequential([keras.layers.Dense(3, activation="sigmoid")])
        >>> scores = kml.MultiLabelScores(num_labels=3)
        >>> model.compile("adam", "binary_crossentropy", metrics=[scores])
        >>> history = model.fit(
        ...     x[:150], y[:150], validation_data=(x[150:], y[150:]), verbose=0,
        ...     callbacks=[kml.MultiLabelMetrics()],
        ... )
        >>> sorted(history.history)
        ['loss', 'val_f1_score', 'val_loss', 'val_precision', 'val_recall']
        >>> scores.counts.total
        array([50, 50, 50])
    """

    def __init__(
        self,
        num_labels: int,
        threshold: npt.ArrayLike = 0.5,
        scores: ScoreName | Iterable[ScoreName] = ("f1_score", "precision", "recall"),
        average: PooledAverage = "weighted",
        *,
        zero_division: float = 0.0,
        from_logits: bool = False,
        name: str = NAME,
        dtype: Any = None,
        label_names: Iterable[Any] | None = None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.num_labels = check_num_labels(num_labels)
        self.threshold = check_threshold(threshold, self.num_labels)
        self.scores = [scores] if isinstance(scores, str) else list(scores)
        self.average = _check_pooled(average)
        self.zero_division = check_zero_division(zero_division)
        self.from_logits = from_logits
        self.label_names = given_names(label_names, num_labels, threshold)
        self.resting = False
        self._kinds = [_kind(score) for score in self.scores]
        self.ranks = any(kind in FROM_HISTOGRAM for kind in self._kinds)
        self._add_state()

    def _add_state(self) -> None:
        self._invalid = self._zeros((), "int32", "invalid")
        # Sums of weights in pairs: the rounded sum, and the rounding error.
        self._counted = self._zeros((4, self.num_labels), "int32", "counted")
        self._weighted = self._zeros((2, 4, self.num_labels), "float32", "weighted")
        if self.ranks:
            shape = (2 * self.num_labels * keras_ops.N_BINS,)
            self._cells = self._zeros(shape, "int32", "cells")
            self._weighted_cells = self._zeros(shape, "float32", "weighted_cells")

    def _zeros(self, shape: tuple[int, ...], dtype: str, name: str) -> Any:
        return self.add_variable(shape, "zeros", dtype=dtype, name=name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch.

        Args:
            y_true: Multi-hot truth, shape (batch, num_labels), or (batch, ...,
                num_labels) for labels per step or pixel, where each position counts as
                a sample. Any value except 0 and 1, such as -1 and NaN, is unknown and
                left out.
            y_pred: The model's output, same shape.
            sample_weight: Shape (batch,) or (batch, 1), or one per position, (batch,
                ...). A row of weight 2 counts twice. Keras passes it to
                ``weighted_metrics`` only.
        """
        if self.resting:
            return
        y_true, y_pred, weight = keras_ops.as_rows(
            y_true, y_pred, sample_weight, self.num_labels
        )
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        outcomes = keras_ops.masks(y_true, y_pred, round_up(self.threshold, "float32"))
        invalid = keras_ops.count_invalid(y_pred, outcomes[3])
        if weight is None:
            self._counted.assign_add(keras_ops.count(outcomes))
        else:
            self._add_weights(outcomes, weight)
            invalid = invalid + keras_ops.count_invalid_weights(weight)
        self._invalid.assign_add(invalid)
        if self.ranks:
            self._tally(y_pred, outcomes[2], outcomes[3], weight)

    def _add_weights(self, outcomes: list[Any], weight: Any) -> None:
        total, lost = self._weighted[0], self._weighted[1]
        sums = keras_ops.weighted_sums(outcomes, weight)
        total, error = keras_ops.add_exactly(total, sums)
        self._weighted.assign(ops.stack([total, lost + error]))

    def _tally(self, y_pred: Any, positive: Any, known: Any, weight: Any) -> None:
        if weight is None:
            keras_ops.tally(self._cells, y_pred, positive, known)
        else:
            entries = ops.cast(known, "float32") * ops.expand_dims(weight, 1)
            keras_ops.tally(self._weighted_cells, y_pred, positive, entries)

    def result(self) -> dict[str, Any]:
        """The scores by name; none while resting."""
        if self.resting:
            return {}
        values = self._scores_of_counts()
        if self.ranks:
            values |= self._scores_of_histogram()
        prefix = "" if self.name == NAME else f"{self.name}_"
        return {f"{prefix}{score}": values[_kind(score)] for score in self.scores}

    # All scores at once: Keras asks for them after each batch.

    def _scores_of_counts(self) -> dict[str, Any]:
        weighted = self._weighted[0] + self._weighted[1]
        sums = self._pool(ops.cast(self._counted, "float32") + weighted, axis=1)
        counts = keras_ops.Sums(*(sums[row] for row in range(4)))
        pairs = {kind: RATIOS[kind](counts) for kind in self._kinds if kind in RATIOS}
        values = {}
        if "hamming_loss" in pairs:
            wrong, entries = pairs.pop("hamming_loss")
            loss = keras_ops.divide(ops.sum(wrong), ops.sum(entries), np.nan)
            values["hamming_loss"] = loss + self._nan_if_invalid()
        if pairs:
            numerators, denominators = zip(*pairs.values(), strict=True)
            scores = keras_ops.divide(
                ops.stack(numerators), ops.stack(denominators), self.zero_division
            )
            values |= self._averages(pairs, scores, counts.support, counts.total)
        return values

    def _scores_of_histogram(self) -> dict[str, Any]:
        weighted = self._weighted_cells
        cells = ops.cast(self._cells, "float32") + weighted
        cells = ops.reshape(cells, (2, self.num_labels, keras_ops.N_BINS))
        cells = self._pool(cells, axis=1)
        counts, unit = keras_ops.as_counts(cells, ops.any(weighted > 0))
        kinds = [kind for kind in FROM_HISTOGRAM if kind in self._kinds]
        arguments = counts[0], counts[1], unit, self.zero_division
        scores = ops.stack([FROM_HISTOGRAM[kind](*arguments) for kind in kinds])
        sums = ops.sum(cells, axis=2)
        support, known = sums[1], sums[0] + sums[1]
        return self._averages(kinds, scores, support, known)

    def _pool(self, sums: Any, axis: int) -> Any:
        """All labels as one, for the micro average."""
        return ops.sum(sums, axis, keepdims=True) if self.average == "micro" else sums

    def _averages(
        self, kinds: Iterable[str], scores: Any, support: Any, known: Any
    ) -> dict[str, Any]:
        """The average of each row of scores; labels without known entries have none."""
        scores = ops.where(ops.equal(known, 0), np.nan, scores)
        averages = keras_ops.average_scores(scores, support, self.average)
        averages = averages + self._nan_if_invalid()
        return {kind: averages[row] for row, kind in enumerate(kinds)}

    def _nan_if_invalid(self) -> Any:
        """NaN if an output or a weight was invalid, else 0."""
        return ops.where(self._invalid > 0, np.nan, 0.0)

    @property
    def n_invalid(self) -> int:
        """How many outputs were NaN or outside 0 to 1, or weights below 0 or NaN.

        Counted for known entries since the last reset. If there are any, the scores are
        NaN.
        """
        return int(ops.convert_to_numpy(self._invalid))

    @property
    def counts(self) -> Counts:
        """`Counts` per label since the last reset, so of a whole pass at its end.

        Integers, or floats once weights were given.
        """
        return counts_of(self._counted, self._weighted, self.label_names)

    @property
    def histogram(self) -> ScoreHistogram:
        """`ScoreHistogram` since the last reset, if a ranking score is asked for."""
        if not self.ranks:
            raise ValueError(
                "There is a histogram only for ranking scores: add "
                f"{' or '.join(map(repr, FROM_HISTOGRAM))} to scores={self.scores}."
            )
        cells, weighted = self._cells, self._weighted_cells
        return histogram_of(cells, weighted, self.num_labels, self.label_names)

    def reset_state(self) -> None:
        """Start anew, and not resting: as Keras does before each pass."""
        self.resting = False
        super().reset_state()

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that recreate the metric."""
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "threshold": self.threshold.tolist(),
            "scores": list(self.scores),
            "average": self.average,
            "zero_division": self.zero_division,
            "from_logits": self.from_logits,
            "label_names": self.label_names and list(self.label_names),
        }

    def __repr__(self) -> str:
        usual = {"dtype": keras.config.floatx(), "threshold": [0.5] * self.num_labels}
        return constructor_repr(type(self), self.get_config(), usual)


def _check_pooled(average: str) -> str:
    if check_average(average) in (None, "samples"):
        raise ValueError(
            'average must be "micro", "macro" or "weighted": one number per score; '
            f"got {average!r}. For scores per label use `.counts`, for averages "
            "over samples MultiLabelMetrics with data."
        )
    return average


def _kind(score: str) -> str:
    others = "MultiLabelMetrics with data has others."
    return check_score_name(score, NAMES, "scores", others)
