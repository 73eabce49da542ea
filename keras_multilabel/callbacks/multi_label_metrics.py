"""`MultiLabelMetrics`: honest validation metrics in the logs of any fit."""

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.base import clone

from keras_multilabel.callbacks.resting_scores import CompiledScores, refuse_options
from keras_multilabel.inference.scoring_pass import PassResult, ScoringPass
from keras_multilabel.inference.sources import check_source
from keras_multilabel.metrics import classification as count_scores
from keras_multilabel.metrics import ranking
from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.metrics.counts import Counts, confusion_counts
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.thresholds.tuner import ThresholdTuner
from keras_multilabel.utils.arguments import (
    Array,
    check_average,
    check_label_names,
    check_matrix,
    check_pair,
    check_rows,
    check_sample_weight,
    check_scores,
    check_targets,
    check_threshold,
    check_zero_division,
    listed,
)

# Parts to cross-fit tuned thresholds on.
FOLDS = 5

Callables = Mapping[str, Callable[[Array, Array], Any]]


@dataclass(frozen=True, eq=False)
class _Evaluation:
    """One pass, ready to score."""

    y_true: Array
    y_pred: Array
    y_score: Array
    sample_weight: Array | None
    zero_division: float

    @cached_property
    def counts(self) -> Counts:
        return self._count(0)

    @cached_property
    def sample_counts(self) -> Counts:
        return self._count(1)

    def _count(self, axis: int) -> Counts:
        return confusion_counts(
            self.y_true, self.y_pred, sample_weight=self.sample_weight, axis=axis
        )


@dataclass(frozen=True)
class _Metric:
    """How to score an evaluation for an average; not all have a value per label."""

    score: Callable[[_Evaluation, str | None], Any]
    by_label: bool = False


def _from_counts(function: Callable[..., Any]) -> _Metric:
    def score(evaluation: _Evaluation, average: str | None) -> Any:
        samples = average == "samples"
        return function(
            evaluation.sample_counts if samples else evaluation.counts,
            average=average,
            sample_weight=evaluation.sample_weight,
            zero_division=evaluation.zero_division,
        )

    return _Metric(score, by_label=True)


def _average_precision(evaluation: _Evaluation, average: str | None) -> Any:
    return ranking.average_precision_score(
        evaluation.y_true,
        evaluation.y_score,
        average=average,
        sample_weight=evaluation.sample_weight,
        zero_division=evaluation.zero_division,
    )


def _roc_auc(evaluation: _Evaluation, average: str | None) -> Any:
    return ranking.roc_auc_score(
        evaluation.y_true,
        evaluation.y_score,
        average=average,
        sample_weight=evaluation.sample_weight,
    )


def _subset_accuracy(evaluation: _Evaluation, _: str | None) -> float:
    return count_scores.subset_accuracy_score(
        evaluation.sample_counts, sample_weight=evaluation.sample_weight
    )


METRICS = {
    "f1": _from_counts(count_scores.f1_score),
    "precision": _from_counts(count_scores.precision_score),
    "recall": _from_counts(count_scores.recall_score),
    "jaccard": _from_counts(count_scores.jaccard_score),
    "average_precision": _Metric(_average_precision, by_label=True),
    "roc_auc": _Metric(_roc_auc, by_label=True),
    "hamming_loss": _Metric(lambda e, _: count_scores.hamming_loss(e.counts)),
    "subset_accuracy": _Metric(_subset_accuracy),
}


def _check_metrics(
    metrics: str | Iterable[str] | Callables, score_metrics: Callables
) -> dict[str, _Metric]:
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


def _named(name: str) -> _Metric:
    metric = METRICS.get(name.removesuffix("_score") if isinstance(name, str) else name)
    if metric is None:
        raise ValueError(
            f"metrics must be names of {', '.join(METRICS)}, or "
            f'{{"name": callable(y_true, y_pred)}}; got {name!r}.'
        )
    return metric


def _on_decisions(name: str, function: Callable[[Array, Array], Any]) -> _Metric:
    _check_callable(name, function)
    return _Metric(lambda e, _: function(e.y_true, e.y_pred.astype(np.int8)))


def _on_scores(name: str, function: Callable[[Array, Array], Any]) -> _Metric:
    _check_callable(name, function)
    return _Metric(lambda e, _: function(e.y_true, e.y_score))


def _check_callable(name: str, function: Any) -> None:
    if not callable(function):
        raise TypeError(f"The metric {name!r} must be callable; got {function!r}.")


def _as_number(name: str, value: Any) -> float:
    if np.ndim(value) != 0:
        raise ValueError(
            f"The metric {name!r} must return one number; got shape {np.shape(value)}."
        )
    return float(value)


def _check_probabilities(threshold: npt.ArrayLike) -> Array:
    values = np.asarray(threshold)
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f'threshold must be numbers, "tune" or a ThresholdTuner; got {threshold!r}.'
        )
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            "threshold must be from 0 to 1, as the probabilities are that it is "
            f"compared with; got {threshold!r}."
        )
    return values


def _check_tuner(threshold: Any, average: str | None) -> ThresholdTuner | None:
    """Return the tuner of each epoch's thresholds; None where they are fixed."""
    if isinstance(threshold, str) and threshold == "tune":
        threshold = ThresholdTuner(average=average or "macro")
    if not isinstance(threshold, ThresholdTuner):
        return None
    tuner = clone(threshold)
    # The same parts in each epoch, so that scores differ by the model alone.
    seed = 0 if tuner.random_state is None else tuner.random_state
    return tuner.set_params(cv=tuner.cv or FOLDS, random_state=seed)


def _not_default(arguments: dict[str, Any]) -> dict[str, Any]:
    """Those of the callback's arguments that were given another value."""
    parameters = inspect.signature(MultiLabelMetrics.__init__).parameters
    return {
        name: arguments[name]
        for name, parameter in parameters.items()
        if name != "self" and arguments[name] is not parameter.default
    }


class MultiLabelMetrics(keras.callbacks.Callback):
    """Validation metrics after each epoch, from one pass over the validation data.

    Each batch gives x, y and the prediction together, so the rows of truth and
    scores belong together whatever the data source does. Counts are added over
    the whole data and ratios taken once. The values go into ``logs`` as Python
    floats under ``val_<name>``, where History, the progress bar, CSVLogger,
    TensorBoard, EarlyStopping, ReduceLROnPlateau and ModelCheckpoint find them if
    they stand **after** this callback in the list. They need ``mode="max"``:
    Keras does not guess the direction of names that it does not know.

    ``val_loss`` is reported too, as ``fit(validation_data=...)`` reports it, so
    the data need not be passed to ``fit`` as well. Where it is, Keras's own
    ``val_loss`` stays.

    Without data there is no pass of its own: ``fit(validation_data=...)`` evaluates
    the model, and a `MultiLabelScores` that it is compiled with gives the scores, to
    callbacks anywhere in the list. This callback keeps that metric out of training,
    where it would cost time, and has its counts afterwards. Options are the metric's
    then, and any of the others below an error.

    Args:
        validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` arrays; a
            tf.data.Dataset, ``keras.utils.PyDataset``, torch DataLoader or grain
            loader; an iterable or iterator of batches (an iterator needs
            ``validation_steps`` and gives that many fresh batches each time); or a
            callable that makes any of these afresh. y is multi-hot, shape
            (n_samples, n_labels): 0 and 1, and -1 or NaN where unknown (left out
            of the metrics; the loss must know them too). For a model with several
            outputs, structures of these, as for ``fit``. None: read the compiled
            `MultiLabelScores` instead.
        validation_steps: Number of batches of one pass. Default: all.
        metrics: Names of ``"f1_score"``, ``"precision"``, ``"recall"``,
            ``"jaccard"``, ``"hamming_loss"``, ``"subset_accuracy"``,
            ``"average_precision"``, ``"roc_auc"`` (each with or without
            ``_score``), or ``{"name": callable(y_true, y_pred)}``.
        score_metrics: ``{"name": callable(y_true, y_score)}``, scikit-learn's
            ranking metrics, say.
        average: ``"weighted"``, ``"macro"``, ``"micro"``, ``"samples"``, or None
            for values per label only.
        threshold: A number, or one per label, shape (n_labels,), from 0 to 1. A
            label is decided where ``y_score >= threshold`` (Keras's own metrics
            use ``>``). ``"tune"``: tuned after each epoch for the F1 of ``average``,
            and cross-fitted: each sample is decided by thresholds tuned on others,
            so the values are what such thresholds are worth on other data. Or a
            `ThresholdTuner`, for another objective or number of parts (5 if its
            ``cv`` is None).
        label_names: One name per label, in the order of the columns.
        per_label: Also report ``val_<name>/<label>``.
        zero_division: 0.0, 1.0 or NaN: the score of a label where it is 0 / 0. NaN
            leaves it out of averages. (ROC AUC is always NaN there.)
        from_logits: The model gives logits; they are put through a sigmoid.
        use_sample_weight: Weigh the metrics by the data's sample weights. The loss
            always honours them.
        batch_size: Rows per batch, for arrays. Default 32, as in Keras.
        output_name: Which output to evaluate, for a model with several.
        frequency: Evaluate every this many epochs.

    Attributes:
        counts: `Counts` per label of the last pass. (Of several compiled metrics, of
            the first; each has its own.)
        histogram: Its `ScoreHistogram`, where a compiled metric has ranking scores.
        y_true: Its truth, shape (n_samples, n_labels).
        y_score: Its scores, same shape; probabilities.
        thresholds: The `Thresholds`. Where they are tuned, those of the epoch with
            the best ``cv_score``: tuned on all of that epoch's scores, to go with the
            weights that ``restore_best_weights`` or a checkpoint keeps.

    Raises:
        TypeError: If the data is of no kind that Keras reads.
        ValueError: If an option or the data is not as described above; for arrays
            at once, for other sources in the pass that finds it. If there is neither
            data nor a compiled `MultiLabelScores`, when training begins.

    Example:
        >>> import keras, numpy as np
        >>> import keras_multilabel as kml
        >>> rng = np.random.default_rng(0)
        >>> x = rng.normal(size=(200, 4)).astype("float32")
        >>> y = (x[:, :3] > 0.5).astype("float32")
        >>> model = keras.Sequential([keras.layers.Dense(3, activation="sigmoid")])
        >>> model.compile("adam", "binary_crossentropy")
        >>> history = model.fit(
        ...     x[:150], y[:150], epochs=2, verbose=0,
        ...     callbacks=[
        ...         kml.MultiLabelMetrics((x[150:], y[150:])),
        ...         keras.callbacks.EarlyStopping("val_f1_score", mode="max"),
        ...     ],
        ... )
        >>> sorted(history.history)
        ['loss', 'val_f1_score', 'val_loss', 'val_precision', 'val_recall']
    """

    def __init__(
        self,
        validation_data: Any = None,
        validation_steps: int | None = None,
        *,
        metrics: str | Iterable[str] | Callables = ("f1_score", "precision", "recall"),
        score_metrics: Callables | None = None,
        average: str | None = "weighted",
        threshold: npt.ArrayLike | ThresholdTuner = 0.5,
        label_names: Iterable[Any] | None = None,
        per_label: bool = False,
        zero_division: float = 0.0,
        from_logits: bool = False,
        use_sample_weight: bool = False,
        batch_size: int | None = None,
        output_name: str | None = None,
        frequency: int = 1,
    ):
        given = _not_default(locals())
        super().__init__()
        self._compiled: CompiledScores | None = None
        self._without_data = validation_data is None
        if self._without_data:
            refuse_options(given)
            return
        if not isinstance(frequency, (int, np.integer)) or frequency < 1:
            raise ValueError(f"frequency must be 1 or more epochs; got {frequency!r}.")
        self._source = check_source(validation_data, validation_steps, batch_size)
        self._metrics = _check_metrics(metrics, score_metrics or {})
        self._tuner = _check_tuner(threshold, average)
        self._threshold = _check_probabilities(0.5 if self._tuner else threshold)
        self._label_names = None if label_names is None else list(label_names)
        self.average = check_average(average)
        self.per_label = per_label or average is None
        self.zero_division = check_zero_division(zero_division)
        self.from_logits = from_logits
        self.use_sample_weight = use_sample_weight
        self.batch_size = batch_size
        self.output_name = output_name
        self.frequency = frequency
        if isinstance(validation_data, (tuple, list)):
            self._check_truth(validation_data[1])

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Prepare the pass for the model as it is compiled now."""
        if self._without_data:
            self._validated = False
            self._compiled = CompiledScores(self.model)
            self._compiled.begin()
            return
        self._pass = ScoringPass(self.model, self.output_name)
        self._warned = False
        self._best_score = -np.inf

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep a compiled `MultiLabelScores` out of training, until it is reset.

        Keras does that before each evaluation. (Where a callback has anything to say to
        batches, it waits for the logs of each.)
        """
        if self._compiled is not None:
            self._compiled.rest()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Take what a compiled `MultiLabelScores` counted."""
        if self._compiled is not None:
            self._validated = True
            metric = self._compiled.metrics[0]
            self.counts = metric.counts
            if metric.ranks:
                self.histogram = metric.histogram

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Let a compiled `MultiLabelScores` take part in training again."""
        if self._compiled is None:
            return
        self._compiled.end()
        self._compiled = None
        if not self._validated:
            warnings.warn(
                "MultiLabelMetrics without validation_data found no validation: pass "
                "fit(validation_data=...).",
                stacklevel=2,
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Pass over the validation data and write the values into ``logs``."""
        if self._without_data:
            return
        if (epoch + 1) % self.frequency:
            return
        result = self._pass.run(self._source, self.batch_size)
        values = self._evaluate(result)
        if logs is None:
            return
        if result.loss is not None:
            logs.setdefault("val_loss", result.loss)
        logs.update(values)

    def _evaluate(self, result: PassResult) -> dict[str, float]:
        y_true, y_score = check_pair(result.y_true, result.y_score, "y_score")
        y_score = self._probabilities(check_scores(y_score))
        names, values = self._check_truth(check_rows(y_true))
        weight = result.sample_weight if self.use_sample_weight else None
        weight = check_sample_weight(weight, len(y_true))
        if self._tuner is None:
            y_pred, self.thresholds = y_score >= values, Thresholds(values, names)
        else:
            y_pred = self._tune(
                self._tuner.set_params(label_names=names), y_true, y_score, weight
            )
        evaluation = _Evaluation(
            y_true=y_true,
            y_pred=y_pred,
            y_score=y_score,
            sample_weight=weight,
            zero_division=self.zero_division,
        )
        logs = dict(self._values(evaluation, names))
        self._warn_without_positives(evaluation.counts, names)
        self.y_true, self.y_score, self.counts = y_true, y_score, evaluation.counts
        return logs

    def _tune(
        self,
        tuner: ThresholdTuner,
        y_true: Array,
        y_score: Array,
        weight: Array | None,
    ) -> Array:
        """Keep the thresholds if they are the best so far; return the decisions."""
        tuned = tuner.fit(y_score, y_true, weight).thresholds_
        # An average of None gives a score per label.
        score = average_scores(np.atleast_1d(tuned.cv_score), "macro", support=None)
        if score > self._best_score or self._best_score == -np.inf:
            self._best_score, self.thresholds = score, tuned
        return np.asarray(tuned.cv_pred)

    def _values(
        self, evaluation: "_Evaluation", names: list[str]
    ) -> Iterator[tuple[str, float]]:
        for name, metric in self._metrics.items():
            if self.average is not None or not metric.by_label:
                value = metric.score(evaluation, self.average)
                yield f"val_{name}", _as_number(name, value)
            if self.per_label and metric.by_label:
                scores = metric.score(evaluation, None).tolist()
                for label, value in zip(names, scores, strict=True):
                    yield f"val_{name}/{label}", value

    def _probabilities(self, y_score: Array) -> Array:
        if self.from_logits:
            return expit(y_score)
        low, high = y_score.min(initial=0), y_score.max(initial=1)
        if low < 0 or high > 1 + 1e-6:
            raise ValueError(
                "The model's output must be probabilities, from 0 to 1; got "
                f"{low if low < 0 else high:.6g}. If it gives logits, pass "
                "from_logits=True."
            )
        return y_score

    def _check_truth(self, y_true: Any) -> tuple[list[str], Array]:
        """Names and thresholds of the labels, if ``y_true`` allows them."""
        if isinstance(y_true, dict):
            y_true = y_true.get(self.output_name)
        if isinstance(y_true, (list, tuple)) or y_true is None:
            return [], np.empty(0)
        y_true = check_matrix(y_true, "y_true")
        check_targets(y_true)
        n_labels = y_true.shape[1]
        names = check_label_names(self._label_names, n_labels)
        return names, check_threshold(self._threshold, n_labels)

    def _warn_without_positives(self, counts: Counts, names: list[str]) -> None:
        empty = [
            name
            for name, support in zip(names, counts.support, strict=True)
            if support == 0
        ]
        if self._warned or not empty or self.average not in ("macro", None):
            return
        self._warned = True
        warnings.warn(
            f"The validation data has no positive of {listed(empty)}: "
            f"{len(empty)} of {len(names)} labels. Their recall is 0 / 0, and their "
            "F1 too if nothing is decided: zero_division=nan leaves that out of the "
            f"averages, zero_division={self.zero_division} stands for it now.",
            stacklevel=2,
        )
