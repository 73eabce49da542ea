"""`MultiLabelMetrics`: correct validation metrics in the logs of any fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy.typing as npt
from sklearn.exceptions import NotFittedError

from keras_multilabel.callbacks.evaluation import Callables
from keras_multilabel.callbacks.keras_pass import KerasPass
from keras_multilabel.callbacks.own_pass import OwnPass
from keras_multilabel.callbacks.validation import Carrier
from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.thresholds.thresholds import Thresholds
from keras_multilabel.thresholds.tuner import ThresholdTuner
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.constructor import constructor_repr
from keras_multilabel.utils.defaults import default, given, resolved
from keras_multilabel.utils.options import Average, MetricName, Numbers

if TYPE_CHECKING:
    from keras_multilabel.evaluation.report import EvaluationReport


class MultiLabelMetrics(Carrier):
    """Validation metrics after each epoch, from one pass over the validation data.

    Each batch gives x, y and the prediction together, so truth and scores stay aligned
    whatever the data source does. Counts are added over the whole data and ratios
    computed once. The values go into ``logs`` as Python floats under ``val_<name>``,
    where History, the progress bar, CSVLogger, TensorBoard, EarlyStopping,
    ReduceLROnPlateau and ModelCheckpoint find them if they come **after** this callback
    in the list. They need ``mode="max"``: Keras does not guess the direction of names
    that it does not know.

    If the model outputs NaN, the values of that epoch are NaN, with a warning, and
    training goes on unless another callback stops it. If
    `keras.callbacks.SwapEMAWeights` puts averaged weights into the model for
    evaluation, this pass uses them too.

    ``val_loss`` is reported too, as ``fit(validation_data=...)`` reports it, so the
    data need not be passed to ``fit`` as well. If it is, Keras's own ``val_loss``
    stays.

    Without data there is no extra pass: ``fit(validation_data=...)`` evaluates the
    model, and the `MultiLabelScores` that it is compiled with gives the scores, to
    callbacks anywhere in the list. This callback switches that metric off during
    training, where it would cost time, and keeps its counts afterwards. Then set the
    options on `MultiLabelScores`; passing them here raises ValueError.

    Args:
        validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` arrays; a
            tf.data.Dataset, ``keras.utils.PyDataset``, torch DataLoader or grain
            loader; an iterable or iterator of batches (an iterator needs
            ``validation_steps``, and that many new batches are drawn each time); or a
            callable that returns a new one of these. y is multi-hot, shape (n_samples,
            n_labels): 0 and 1, and -1 or NaN where unknown (left out of the metrics;
            the loss must handle them too). With labels per step or pixel, shape
            (n_samples, ..., n_labels), each position counts as a row; rows without
            known entries, such as padding, are left out. For a model with several
            outputs, structures of these, as for ``fit``. None: read the compiled
            `MultiLabelScores` instead.
        validation_steps: Number of batches of one pass. Default: all.
        metrics: Names of ``"f1_score"``, ``"precision"``, ``"recall"``,
            ``"jaccard"``, ``"hamming_loss"``, ``"subset_accuracy"``,
            ``"average_precision"``, ``"roc_auc"`` (each with or without
            ``_score``), or ``{"name": callable(y_true, y_pred)}``.
        score_metrics: ``{"name": callable(y_true, y_score)}``, for example
            scikit-learn's ranking metrics.
        average: ``"weighted"``, ``"macro"``, ``"micro"``, ``"samples"``, or None
            for values per label only.
        threshold: A number, or one per label, shape (n_labels,), from 0 to 1. A label
            is predicted where ``y_score >= threshold`` (Keras's own metrics use ``>``).
            ``"tune"``: tuned after each epoch for the F1 of ``average``, and
            cross-fitted: each sample is predicted with thresholds tuned on other
            samples, so the values estimate the score on new data. Or a `ThresholdTuner`
            without an estimator, for another objective or number of parts (5 if its
            ``cv`` is None).
        label_names: One name per label, in the order of the columns, for `counts` and
            `thresholds` to carry along. Default: the names of ``threshold``; or those
            of the columns of y, if ``validation_data`` are arrays and y is a data
            frame; or the ``class_names`` of a dataset that has one per label, such as
            `image_dataset_from_dataframe` returns (``map``, ``batch`` and the like drop
            them).
        per_label: Also report ``val_<name>/<label>``.
        zero_division: 0.0, 1.0 or NaN: the score of a label where it is 0 / 0. NaN
            leaves it out of averages. (ROC AUC is always NaN there.)
        from_logits: The model's outputs are logits; a sigmoid is applied to them.
        use_sample_weight: Weight the metrics by the data's sample weights. The loss
            always uses them.
        batch_size: Rows per batch, for arrays. Default 32, as in Keras.
        output_name: Which output to evaluate, for a model with several.
        name: Put before the names of metrics, ``val_<name>_f1_score``: for several
            callbacks, of several outputs or data sets, in one ``fit``. ``val_loss`` has
            no name before it: it is that of the first callback's data.
        frequency: Evaluate every this many epochs.

    Raises:
        TypeError: If Keras cannot read data of this kind, or ``name`` is not text.
        ValueError: If an option or the data is not as described above; for arrays at
            once, for other sources in the pass that finds it. If there is neither data
            nor a compiled `MultiLabelScores`, when training begins.
        sklearn.exceptions.NotFittedError: If a result of the last validation is read
            before there was one.

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
        validation_steps: int | None = default(None),
        *,
        metrics: MetricName | Iterable[MetricName] | Callables = default(
            ("f1_score", "precision", "recall")
        ),
        score_metrics: Callables | None = default(None),
        average: Average | None = default("weighted"),
        threshold: Numbers | Literal["tune"] | ThresholdTuner = default(0.5),
        label_names: Iterable[Any] | None = default(None),
        per_label: bool = default(False),
        zero_division: float = default(0.0),
        from_logits: bool = default(False),
        use_sample_weight: bool = default(False),
        batch_size: int | None = default(None),
        output_name: str | None = default(None),
        name: str | None = default(None),
        frequency: int = default(1),
    ):
        super().__init__()
        options: dict[str, Any] = {
            "validation_steps": validation_steps,
            "metrics": metrics,
            "score_metrics": score_metrics,
            "average": average,
            "threshold": threshold,
            "label_names": label_names,
            "per_label": per_label,
            "zero_division": zero_division,
            "from_logits": from_logits,
            "use_sample_weight": use_sample_weight,
            "batch_size": batch_size,
            "output_name": output_name,
            "name": name,
            "frequency": frequency,
        }
        # Written now: options, if kept, might be iterators, which cannot be copied.
        self._repr = constructor_repr(
            type(self), {"validation_data": validation_data, **resolved(options)}
        )
        self._way: OwnPass | KerasPass
        if validation_data is not None:
            self._way = OwnPass(validation_data, **resolved(options))
        elif passed := given(options):
            raise ValueError(
                "MultiLabelMetrics without validation_data reads the compiled "
                f"MultiLabelScores, which has the options; got {', '.join(passed)} "
                "here."
            )
        else:
            self._way = KerasPass()

    def set_model(self, model: keras.Model) -> None:
        """Called by Keras before training."""
        super().set_model(model)
        self._way.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Called by Keras before training."""
        super().set_params(params)
        self._way.set_params(params)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Prepare for the model as it is compiled now."""
        self._way.on_train_begin(logs)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Switch a compiled `MultiLabelScores` off during training."""
        self._way.on_epoch_begin(epoch, logs)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Read the counts of a compiled `MultiLabelScores`."""
        self._way.on_test_end(logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the values of our own pass into ``logs``."""
        self._way.on_epoch_end(epoch, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Switch a compiled `MultiLabelScores` on during training again."""
        self._way.on_train_end(logs)

    def __repr__(self) -> str:
        return self._repr

    def _last(self, name: str) -> Any:
        last = self._way.last
        if last is None:
            raise NotFittedError(
                f"MultiLabelMetrics has no {name} yet: they are those of the last "
                "validation in fit, and there was none. (What a copy of the callback "
                "sees stays with the copy.)"
            )
        value = getattr(last, name)
        if value is None:
            kept = [field for field, kept in vars(last).items() if kept is not None]
            raise NotFittedError(
                f"MultiLabelMetrics keeps no {name} where it validates like this; it "
                f"has {', '.join(kept)}."
            )
        return value

    @property
    def counts(self) -> Counts:
        """`Counts` per label of the last validation.

        With several compiled metrics, those of the first; each has its own.
        """
        return self._last("counts")

    @property
    def histogram(self) -> ScoreHistogram:
        """Its `ScoreHistogram`, if a compiled metric has ranking scores."""
        return self._last("histogram")

    @property
    def y_true(self) -> Array:
        """Its truth, shape (n_samples, n_labels); only with ``validation_data``."""
        return self._last("y_true")

    @property
    def y_score(self) -> Array:
        """Its scores, same shape: probabilities; only with ``validation_data``."""
        return self._last("y_score")

    @property
    def thresholds(self) -> Thresholds:
        """The `Thresholds`; only with ``validation_data``.

        If they are tuned, those of the epoch with the best ``cv_score``: tuned on all
        scores of that epoch, to go with the weights that ``restore_best_weights`` or a
        checkpoint keeps.
        """
        return self._last("thresholds")

    def report(
        self,
        *,
        groups: npt.ArrayLike | None = None,
        images: Iterable[Any] | None = None,
        confidence: float = 0.95,
    ) -> EvaluationReport:
        """An `EvaluationReport` of the last validation; only with ``validation_data``.

        Its numbers are those in ``logs``, with intervals. If thresholds are tuned, the
        predictions are cross-fitted, and the thresholds those of the last epoch.

        Args:
            groups: Which rows belong together, as in `evaluation_report`.
            images: The image of each row, as in `evaluation_report`.
            confidence: Confidence level of the intervals.
        """
        return self._last("report").report(groups, images, confidence)
