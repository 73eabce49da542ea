"""Mistakes in the data and in the other arguments of ``fit``."""

from collections.abc import Iterator, Mapping

import numpy as np

from keras_multilabel.checks.findings import Finding
from keras_multilabel.checks.setup import Setup, holds_class_indices
from keras_multilabel.utils.arguments import Array, is_unknown, listed

# Metrics of Keras that compare y with 0 and 1; others take it as numbers.
HARD_METRICS = {
    "AUC",
    "BinaryAccuracy",
    "BinaryIoU",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "MultiLabelScores",
    "Precision",
    "PrecisionAtRecall",
    "Recall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    "TrueNegatives",
    "TruePositives",
    "accuracy",
}


def find_shapes(setup: Setup) -> Iterator[Finding]:
    """Shapes of y and output that differ, and class indices."""
    y, width = setup.y, setup.y_score.shape[-1]
    if holds_class_indices(y, width):
        yield Finding(
            "targets_not_multi_hot",
            "error",
            f"y must have the shape (n_samples, {width}), one column per label; got "
            f"{y.shape}.",
            why="Whole numbers that name a class can say one label per row only.",
            remedy="Lists of labels become columns with y, classes = "
            "encode_labels(rows); class indices with keras.utils.to_categorical(y, "
            f"{width}).",
        )
    elif y.shape[1:] != setup.y_score.shape[1:] and not (y.ndim == 1 and width == 1):
        yield Finding(
            "output_width",
            "error",
            f"The model's output has the shape (batch, {_sizes(setup.y_score)}), "
            f"y (n_samples, {_sizes(y)}).",
            why="Both need one column per label, in the same order.",
            remedy=f"End the model in Dense({_sizes(y)}, activation='sigmoid'), or "
            "give encode_labels the classes that the model was made for.",
        )


def _sizes(array: Array) -> str:
    return ", ".join(map(str, array.shape[1:]))


def find_values(setup: Setup) -> Iterator[Finding]:
    """Numbers that are neither 0, 1 nor unknown."""
    y, width = setup.y, setup.y_score.shape[-1]
    if setup.positive is not None or holds_class_indices(y, width):
        return
    odd = y[~((y == 0) | (y == 1) | is_unknown(y))]
    if not odd.size:
        return
    share = f"{odd.size:,} of {y.size:,} entries are other numbers, {odd[0]:.4g} say."
    if ((odd > 0) & (odd < 1)).all():
        yield from _soft_targets(setup, share)
    else:
        is_ours = setup.loss is not None and setup.loss.knows_unknown
        why = (
            "The loss counts what is above 1 as 1, and leaves out what is below 0; "
            "scores and thresholds need 0 and 1."
            if is_ours
            else "The loss takes them as truth, beyond what a probability can reach, "
            "and it has no minimum."
        )
        yield Finding(
            "targets_not_multi_hot",
            "error",
            "y must hold 0 and 1, and -1 or NaN where the truth is unknown.",
            why=f"{share} {why}",
            remedy="Lists of labels become 0 and 1 with encode_labels(rows); counts "
            "with (y > 0); write another code for unknown as -1.",
        )


def _soft_targets(setup: Setup, share: str) -> Iterator[Finding]:
    """Losses learn from numbers between 0 and 1; these metrics cannot read them."""
    metrics = [m.written for m in setup.metrics if m.kind in HARD_METRICS]
    if metrics:
        yield Finding(
            "soft_targets",
            "warning",
            f"y holds numbers between 0 and 1, and metrics need 0 and 1: "
            f"{listed(metrics)}.",
            why=f"{share} The loss learns from them, but these metrics compare y with "
            "0 or 1, or add it up: what they say of the training data is wrong.",
            remedy="If they are meant (label smoothing, MixUp, CutMix), look at scores "
            "of validation data with 0 and 1 only; if they are votes, round them with "
            "(y >= 0.5).",
        )


def find_label_names(setup: Setup) -> Iterator[Finding]:
    """Names, or weights of our losses, for another number of labels."""
    width = setup.y_score.shape[-1]
    if setup.label_names is not None and len(setup.label_names) != width:
        yield Finding(
            "label_names_width",
            "error",
            f"{len(setup.label_names)} label_names for an output of {width} columns.",
            why="Names beside the wrong columns make every report wrong.",
            remedy="Use the classes that y, classes = encode_labels(rows) gave.",
        )
    loss = setup.loss
    weight = None if loss is None else loss.class_weight
    if loss is not None and weight is not None and len(weight) != width:
        yield Finding(
            "class_weight_width",
            "error",
            f"The class_weight of {loss.name} is for {len(weight)} labels; the output "
            f"has {width} columns.",
            why="The loss raises in fit.",
            remedy="Compute it from this y: compute_class_weight(y).",
        )


def find_sides(setup: Setup) -> Iterator[Finding]:
    """Labels that are never, or always, positive."""
    if setup.positive is None or setup.known is None:
        return
    n_positive, n_known = setup.positive.sum(0), setup.known.sum(0)
    without = np.flatnonzero(n_positive == 0)
    always = np.flatnonzero((n_positive == n_known) & (n_positive > 0))
    if without.size:
        yield Finding(
            "no_positives",
            "warning",
            f"{without.size} of {len(setup.names)} labels have no positive in "
            f"{setup.rows}: {listed([setup.names[label] for label in without])}.",
            why="A label that is never seen is learned as never there, and its recall "
            "is 0 / 0.",
            remedy="Split with multilabel_train_test_split(..., stratify=y), or leave "
            "the labels out.",
        )
    if always.size:
        yield Finding(
            "no_negatives",
            "warning",
            f"{always.size} of {len(setup.names)} labels have no negative in "
            f"{setup.rows}: {listed([setup.names[label] for label in always])}.",
            why="A label without negatives is learned as always there.",
            remedy="Add rows without the labels, or leave the labels out. Where "
            "absence was written as unknown, write 0.",
        )


def find_unknown(setup: Setup) -> Iterator[Finding]:
    """Unknown entries that the loss takes as truth."""
    loss = setup.loss
    if setup.known is None or setup.known.all():
        return
    if loss is None or loss.knows_unknown is not False:
        return
    n_nan = int(np.isnan(setup.y).sum()) if setup.y.dtype.kind == "f" else 0
    n_unknown = int((~setup.known).sum())
    if n_nan:
        why = f"{n_nan:,} are NaN: each batch that holds one has the loss NaN."
    elif loss.kind == "binary":
        why = (
            "Cross-entropy at -1 is finite, and where p = 0.5 it pulls down three "
            "times as hard as a certain 0 (p + 1 against p). On torch it may raise."
        )
    elif loss.kind == "categorical":
        why = "Cross-entropy at -1 is log(p), which falls without end as p goes to 0."
    else:
        why = "The loss takes -1 as a number to come near to."
    yield Finding(
        "unknown_targets",
        "error",
        f"{n_unknown:,} of the {setup.known.size:,} entries of y are unknown (-1 or "
        f"NaN), and the loss {loss.name} takes them as truth.",
        why=why,
        remedy="WeightedBinaryCrossentropy() leaves unknown entries out, with and "
        "without class weights.",
    )


IN_THE_LOSS = (
    "Put the weights into the loss: WeightedBinaryCrossentropy(class_weight) with "
    "class_weight of shape (n_labels, 2), as compute_class_weight(y) gives it; leave "
    "fit(class_weight=...) out."
)


def find_class_weight(setup: Setup) -> Iterator[Finding]:
    """Weights of which ``fit`` would use the argmax of each row, or nothing."""
    weight = setup.class_weight
    if weight is None:
        return
    if not isinstance(weight, Mapping):
        yield Finding(
            "class_weight_format",
            "error",
            f"fit(class_weight=...) takes a dict; got {type(weight).__name__}.",
            why="Keras raises, or takes it for something else.",
            remedy=IN_THE_LOSS,
        )
        return
    n_labels = len(setup.names)
    columns = range(2 if n_labels == 1 else n_labels)
    ignored = [key for key in weight if key not in columns]
    if ignored:
        yield Finding(
            "class_weight_keys",
            "error",
            f"fit(class_weight=...) has keys that are no columns: {listed(ignored)}.",
            why=f"Keras ignores them: {len(ignored)} of {len(weight)} "
            "weights have no effect.",
            remedy=IN_THE_LOSS,
        )
    if setup.exclude_each_other or len(ignored) == len(weight):
        return
    yield _argmax_finding(setup)


def _argmax_finding(setup: Setup) -> Finding:
    """How many of its positives the weight of each label reaches."""
    positive = np.asarray(setup.positive)
    argmax = np.argmax(setup.y, axis=1)
    reached = positive[np.arange(len(argmax)), argmax]
    n_reached = np.bincount(argmax[reached], minlength=positive.shape[1])
    n_positive = positive.sum(0)
    n_missed = n_positive - n_reached
    # The worst of the labels with a weight of their own.
    order = sorted(
        range(len(setup.names)),
        key=lambda label: (setup.class_weight.get(label, 1) == 1, -n_missed[label]),
    )
    worst = order[0]
    n_empty = int((positive.sum(1) == 0).sum())
    empty = (
        f" Rows without labels ({n_empty:,}) get the weight of {setup.names[0]!r}."
        if n_empty
        else ""
    )
    return Finding(
        "class_weight_argmax",
        "error",
        "fit(class_weight=...) reads each row of y as one class, its argmax.",
        why=f"Label {setup.names[worst]!r} is positive in {n_positive[worst]:,} rows; "
        f"class_weight reaches {n_reached[worst]:,} of them.{empty}",
        remedy=IN_THE_LOSS,
    )


def find_sample_weight(setup: Setup) -> Iterator[Finding]:
    """Weights that are not one per row, and whether Keras would notice."""
    if setup.sample_weight is None:
        return
    shape, n = np.shape(setup.sample_weight), len(setup.y)
    if shape in ((n,), (n, 1)) or (setup.is_part and len(shape) == 1):
        return
    n_labels = len(setup.names)
    per_entry = len(shape) == 2 and shape[1] == n_labels
    yield Finding(
        "sample_weight_shape",
        "error",
        f"sample_weight must have the shape ({n},), one weight per row; got {shape}.",
        why="Keras's losses give one number per row, and rows x labels weights do not "
        f"fit them: fit raises, except where a batch has {n_labels} rows or 1."
        if per_entry
        else "Keras raises, or broadcasts the weights over the wrong axis.",
        remedy="One weight per row: compute_sample_weight(y). Weights per label: "
        "WeightedBinaryCrossentropy(class_weight). To leave entries out, write -1 into "
        "y and use WeightedBinaryCrossentropy.",
    )
    if per_entry and setup.batch_size == n_labels:
        yield Finding(
            "batch_size_equals_labels",
            "warning",
            f"A batch has {setup.batch_size} rows, as many as there are labels.",
            why="Here Keras does not notice that sample_weight has the wrong shape: "
            "each row's loss is multiplied by the weights of all rows of its batch, "
            "and it trains on in silence.",
            remedy="Fix sample_weight; until then take another batch_size, so that "
            "fit raises.",
        )
