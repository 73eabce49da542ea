"""Validation by our own pass over the validation data."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.base import clone

from keras_multilabel.callbacks.averaged_weights import AveragedWeights
from keras_multilabel.callbacks.evaluation import (
    Callables,
    Evaluation,
    check_metrics,
    keys_of,
    values_of,
)
from keras_multilabel.callbacks.reportable import Reportable
from keras_multilabel.callbacks.validation import Carrier, Validation
from keras_multilabel.evaluation.predicted import Predicted, cross_fitted, told_of
from keras_multilabel.inference.scoring_pass import PassResult, ScoringPass
from keras_multilabel.inference.sources import check_source
from keras_multilabel.metrics.averages import average_scores
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.cross_fitting import check_folds
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.thresholds.tuner import ThresholdTuner
from keras_multilabel.utils.arguments import (
    Array,
    are_probabilities,
    blank_unknown,
    check_average,
    check_label_names,
    check_matrix,
    check_probabilities,
    check_targets,
    check_threshold,
    check_zero_division,
    is_unknown,
    listed,
)
from keras_multilabel.utils.label_names import given_names
from keras_multilabel.utils.options import Average

# Number of parts for cross-fitting tuned thresholds.
FOLDS = 5


class OwnPass(Carrier):
    """The callback behind `MultiLabelMetrics` with data, with the same options.

    Attributes:
        last: The last `Validation`; None before the first.
    """

    of_fit = frozenset({"_pass", "_averaged"})

    def __init__(
        self,
        validation_data: Any,
        *,
        validation_steps: int | None,
        metrics: str | Iterable[str] | Callables,
        score_metrics: Callables | None,
        average: Average | None,
        threshold: npt.ArrayLike | ThresholdTuner,
        label_names: Iterable[Any] | None,
        per_label: bool,
        zero_division: float,
        from_logits: bool,
        use_sample_weight: bool,
        batch_size: int | None,
        output_name: str | None,
        name: str | None,
        frequency: int,
    ):
        super().__init__()
        if not isinstance(frequency, (int, np.integer)) or frequency < 1:
            raise ValueError(f"frequency must be 1 or more epochs; got {frequency!r}.")
        if not isinstance(name, str | None):
            raise TypeError(f"name must be text; got {name!r}.")
        self.last: Validation | None = None
        self._source = check_source(validation_data, validation_steps, batch_size)
        self._metrics = check_metrics(metrics, score_metrics or {})
        self._tuner = _check_tuner(threshold, average)
        self._threshold = _check_thresholds(0.5 if self._tuner else threshold)
        if label_names is None:
            label_names = getattr(threshold, "label_names", None)
        self._label_names: list[Any] | None = (
            None if label_names is None else list(label_names)
        )
        self._class_names = getattr(validation_data, "class_names", None) or []
        self._average = check_average(average)
        self._per_label = per_label or average is None
        self._zero_division = check_zero_division(zero_division)
        self._from_logits = from_logits
        self._use_sample_weight = use_sample_weight
        self._batch_size = batch_size
        self._output_name = output_name
        self._prefix = f"val_{name}_" if name else "val_"
        self._frequency = frequency
        if isinstance(validation_data, (tuple, list)):
            self._check_truth(validation_data[1])

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Prepare the pass for the model as it is compiled now."""
        self._pass = ScoringPass(self.model, self._source, self._output_name)
        self._averaged = AveragedWeights(self)
        self._warned: set[str] = set()
        self._best: Thresholds | None = None
        self._best_score = -np.inf

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Pass over the validation data and write the values into ``logs``."""
        if (epoch + 1) % self._frequency:
            return
        with self._averaged.in_model(epoch):
            result = self._pass.run(self._batch_size)
        names, thresholds = self._names_and_thresholds(result.y_score.shape[1])
        keys = keys_of(self._metrics, self._average, names if self._per_label else None)
        values = self._evaluate(result, names, thresholds)
        if logs is None:
            return
        if result.loss is not None:
            logs.setdefault("val_loss", result.loss)
        for (name, label), value in zip(keys, values, strict=False):
            score = name if label is None else f"{name}/{label}"
            if (key := self._prefix + score) in logs:
                self._warn_once(
                    "key",
                    f"{key} is in logs already, from Keras or another callback, and is "
                    f"replaced. To keep both, name='tags' writes val_tags_{score}.",
                )
            logs[key] = value

    def _evaluate(
        self, result: PassResult, names: list[str], fixed: Array
    ) -> Iterable[float]:
        """The values of a pass; all NaN if the model gave NaN."""
        n_nan = int((np.isnan(result.y_score) & ~is_unknown(result.y_true)).sum())
        if n_nan:
            self._warn_once(
                "nan",
                f"The model gave {n_nan:,} NaN scores of {result.y_score.size:,}: the "
                "values of this epoch are NaN. A network whose loss became NaN gives "
                "such scores.",
            )
            return repeat(np.nan)
        y_true, samples = self._samples_of(result)
        predicted, thresholds = self._predict(samples, fixed)
        evaluation = Evaluation(y_true, samples, predicted.y_pred, self._zero_division)
        values = list(
            values_of(
                evaluation,
                self._metrics,
                self._average,
                names if self._per_label else None,
            )
        )
        self._warn_without_positives(evaluation.counts, names)
        self.last = Validation(
            replace(evaluation.counts, label_names=self._label_names),
            y_true=y_true,
            y_score=samples.y_score,
            thresholds=thresholds,
            report=Reportable(
                samples,
                predicted,
                self._label_names,
                self._zero_division,
                result.n_samples,
            ),
        )
        return values

    def _samples_of(self, result: PassResult) -> tuple[Array, Samples]:
        """The rows with known entries, if rows are positions; checked."""
        y_true, y_score = result.y_true, result.y_score
        weight = result.sample_weight if self._use_sample_weight else None
        sample = result.sample
        if sample is not None:
            known = ~is_unknown(y_true).all(1)
            y_true, y_score, sample = y_true[known], y_score[known], sample[known]
            weight = None if weight is None else weight[known]
        samples = self._with_probabilities(Samples.of(y_true, y_score, weight))
        return y_true, replace(samples, sample=sample)

    def _with_probabilities(self, samples: Samples) -> Samples:
        y_score = samples.y_score
        if self._from_logits:
            return replace(samples, y_score=expit(y_score))
        if not are_probabilities(y_score):
            y_score = blank_unknown(y_score, samples.truth)
        check_probabilities(
            y_score,
            "The model's output",
            "If it gives logits, pass from_logits=True.",
        )
        return replace(samples, y_score=y_score)

    def _predict(self, samples: Samples, fixed: Array) -> tuple[Predicted, Thresholds]:
        """Predictions, cross-fitted if tuned, and the thresholds of the best epoch."""
        if self._tuner is None:
            y_pred = samples.predict(fixed).view(np.uint8)
            thresholds = Thresholds(fixed, self._label_names)
            return Predicted(y_pred, fixed, told_of(fixed)), thresholds
        tuner = self._tuner.set_params(label_names=self._label_names)
        groups, cv = samples.sample, tuner.cv
        if groups is not None and not hasattr(tuner.cv, "split"):
            # The positions of a sample stay together.
            seed = tuner.random_state
            folds = check_folds(tuner.cv, samples.truth, seed, groups)
            tuner, groups = clone(tuner).set_params(cv=folds), None
        tuner.fit(samples.y_score, samples.truth, samples.weight, groups=groups)
        tuned = tuner.thresholds_
        # An average of None gives a score per label.
        score = average_scores(np.atleast_1d(tuned.cv_score), "macro", support=None)
        # A NaN score is replaced by any other, and is never best.
        if self._best is None or np.isnan(self._best_score) or score > self._best_score:
            self._best_score, self._best = score, tuned
        told = cross_fitted(cv if isinstance(cv, int) else None)
        y_pred = np.asarray(tuned.cv_pred)
        return Predicted(y_pred, tuned.values, told), self._best

    def _check_truth(self, y_true: Any) -> None:
        """Raise if names or thresholds do not fit the truth that was given."""
        if isinstance(y_true, dict):
            y_true = y_true.get(self._output_name)
        if isinstance(y_true, (list, tuple)) or y_true is None:
            return
        if len(getattr(y_true, "shape", ())) > 2:
            y_true = np.reshape(y_true, (-1, y_true.shape[-1]))
        truth = check_matrix(y_true, "y_true")
        check_targets(truth)
        n_labels = truth.shape[1]
        self._label_names = given_names(self._label_names, n_labels, y_true)
        self._names_and_thresholds(n_labels)

    def _names_and_thresholds(self, n_labels: int) -> tuple[list[str], Array]:
        # Names of data with one class per row, say, do not fit.
        if self._label_names is None and len(self._class_names) == n_labels:
            self._label_names = list(self._class_names)
        names = check_label_names(self._label_names, n_labels)
        return names, check_threshold(self._threshold, n_labels)

    def _warn_without_positives(self, counts: Counts, names: list[str]) -> None:
        empty = [names[label] for label in np.flatnonzero(counts.support == 0)]
        if not empty or self._average not in ("macro", None):
            return
        self._warn_once(
            "no positives",
            f"The validation data has no positive of {listed(empty)}: "
            f"{len(empty)} of {len(names)} labels. Their recall is 0 / 0, and their "
            "F1 too if nothing is predicted: zero_division=nan leaves that out of the "
            f"averages, zero_division={self._zero_division} is used now.",
        )

    def _warn_once(self, kind: str, message: str) -> None:
        """Warn once in each fit."""
        if kind not in self._warned:
            self._warned.add(kind)
            warnings.warn(message, stacklevel=3)


def _check_thresholds(threshold: Any) -> Array:
    """Return fixed thresholds, if they are numbers from 0 to 1."""
    values = np.asarray(threshold)
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f'threshold must be numbers, "tune" or a ThresholdTuner; got {threshold!r}.'
        )
    if not are_probabilities(values):
        raise ValueError(
            "threshold must be from 0 to 1, as the probabilities are that it is "
            f"compared with; got {threshold!r}."
        )
    return values


def _check_tuner(threshold: Any, average: Average | None) -> ThresholdTuner | None:
    """Return the tuner of each epoch's thresholds; None where they are fixed."""
    if isinstance(threshold, str) and threshold == "tune":
        threshold = ThresholdTuner(average=average or "macro")
    if not isinstance(threshold, ThresholdTuner):
        return None
    if threshold.estimator is not None:
        raise ValueError(
            "threshold must be a ThresholdTuner without an estimator, because the "
            "scores of the model in training are tuned; got one with "
            f"estimator={threshold.estimator!r}. Leave the estimator out."
        )
    tuner = clone(threshold)
    # The same parts in each epoch, so that only the model changes the scores.
    seed = 0 if tuner.random_state is None else tuner.random_state
    return tuner.set_params(cv=tuner.cv or FOLDS, random_state=seed)
