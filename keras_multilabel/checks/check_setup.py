"""`check_setup`: common mistakes in a compiled model and its data."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras

from keras_multilabel.checks import data as data_checks
from keras_multilabel.checks import model as model_checks
from keras_multilabel.checks.findings import Finding, Findings
from keras_multilabel.checks.setup import Setup, read_setup

# In the order in which they are reported.
CHECKS: tuple[Callable[[Setup], Iterator[Finding]], ...] = (
    data_checks.find_shapes,
    data_checks.find_values,
    data_checks.find_label_names,
    data_checks.find_class_weight,
    data_checks.find_sample_weight,
    model_checks.find_head,
    model_checks.find_logits,
    data_checks.find_unknown,
    model_checks.find_metrics,
    data_checks.find_sides,
    model_checks.find_bias,
)


def check_setup(
    model: keras.Model,
    data: Any,
    *,
    class_weight: Any = None,
    sample_weight: Any = None,
    label_names: Iterable[Any] | None = None,
    batch_size: int | None = None,
    output_name: str | None = None,
) -> list[Finding]:
    """Find common multi-label mistakes in a compiled model and its training data.

    Keras keeps training silently if a multi-label set-up is wrong. Call this before
    ``fit``, with the same arguments:

    - ``class_weight`` on multi-hot rows, of which Keras only reads the argmax;
    - ``sample_weight`` with one weight per entry, and the batch size at which Keras
      does not notice;
    - ``metrics=["accuracy"]`` and ``F1Score()``, which score one label per row;
    - a softmax head, or a categorical loss, if labels do not exclude each other;
    - logits read as probabilities, and probabilities read as logits;
    - different widths of output, y, label names and class weights;
    - labels without positives or without negatives;
    - unknown entries (-1 or NaN) under a loss that does not handle them;
    - y that is not multi-hot;
    - a final bias of zero if labels are so rare that two thirds of the first loss go
      into learning how rare they are.

    Arrays are read whole. From a dataset, loader or iterable up to 10,000 rows are
    read, and findings say "the first ... rows" if that may not be all. The model
    predicts one batch in inference mode; its weights and state do not change, but a
    model that is not built yet is built, as ``fit`` would do. If one of the metrics
    cannot be serialized (a ``functools.partial``) none is checked, which is a warning.
    Nothing is reported about whether your own loss handles unknown entries.

    Args:
        model: A compiled model.
        data: Training data: ``(x, y)`` or ``(x, y, sample_weight)`` arrays, a
            tf.data.Dataset, ``keras.utils.PyDataset``, torch or grain loader, an
            iterable of batches, or a callable that returns a new one.
        class_weight: The argument of ``fit(class_weight=...)``.
        sample_weight: The argument of ``fit(sample_weight=...)``.
        label_names: One name per label, in the order of the columns.
        batch_size: The argument of ``fit(batch_size=...)``. Default 32, as in Keras;
            batches of a dataset have their own.
        output_name: Which output to check, for a model with several.

    Returns:
        The findings, errors first; an empty list if there are none. ``str()`` turns it
        into readable text.

    Raises:
        TypeError: If ``model`` is not a Keras model, or Keras cannot read the data.
        ValueError: If the model is not compiled, ``data`` is empty, an iterator or
            without y, names repeat, or ``output_name`` is missing or wrong.

    Example:
        >>> import keras, numpy as np
        >>> import keras_multilabel as kml
        >>> x = np.zeros((4, 2), "float32")
        >>> y = np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 1]])
        >>> model = keras.Sequential([keras.layers.Dense(3, activation="sigmoid")])
        >>> model.compile("adam", "binary_crossentropy")
        >>> print(kml.check_setup(model, (x, y), class_weight={0: 1, 1: 10, 2: 100}))
        error: fit(class_weight=...) reads each row of y as one class, its argmax.
          [class_weight_argmax]
          Why:  Label 'label 2' is positive in 3 rows; class_weight reaches 0 of them.
                Rows without labels (1) get the weight of 'label 0'.
          Fix:  Put the weights into the loss:
                WeightedBinaryCrossentropy(class_weight) with class_weight of shape
                (n_labels, 2), as compute_class_weight(y) gives it; leave
                fit(class_weight=...) out.
        >>> kml.check_setup(model, (x, y))
        []
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a Keras model; got {type(model).__name__}.")
    if not model.compiled:
        raise ValueError(
            "The model must be compiled, since its loss and metrics are checked: call "
            "model.compile(optimizer, loss) first."
        )
    setup = read_setup(
        model,
        data,
        class_weight=class_weight,
        sample_weight=sample_weight,
        label_names=label_names,
        batch_size=batch_size,
        output_name=output_name,
    )
    found = [finding for find in CHECKS for finding in find(setup)]
    return Findings(sorted(found, key=lambda finding: finding.severity != "error"))
