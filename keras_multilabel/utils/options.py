"""The words that options take, for type checkers and for checks at run time."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np

# Averages that give one number, from counts that are added up; None: one per label.
PooledAverage = Literal["micro", "macro", "weighted"]
Average = Literal[PooledAverage, "samples"]

# Scores of callback and compiled metric; and one that needs the samples.
ScoreName = Literal[
    "f1",
    "f1_score",
    "precision",
    "precision_score",
    "recall",
    "recall_score",
    "jaccard",
    "jaccard_score",
    "hamming_loss",
    "roc_auc",
    "roc_auc_score",
    "average_precision",
    "average_precision_score",
]
MetricName = Literal[ScoreName, "subset_accuracy", "subset_accuracy_score"]

ObjectiveName = Literal[
    "f1",
    "f1_score",
    "jaccard",
    "jaccard_score",
    "balanced_accuracy",
    "balanced_accuracy_score",
    "youden_j",
    "matthews",
    "prevalence",
    "fbeta",
    "recall",
    "precision",
    "cost",
]

# The counts that thresholds are searched in: of the truth, or expected ones.
ThresholdMethod = Literal["counts", "expected"]

# The metrics for comparing two models, and corrections of the labels' p-values.
ComparedMetric = Literal[
    "f1",
    "f1_score",
    "precision",
    "precision_score",
    "recall",
    "recall_score",
    "jaccard",
    "jaccard_score",
    "average_precision",
    "average_precision_score",
    "roc_auc",
    "roc_auc_score",
]
Correction = Literal["holm", "fdr_bh"]
# How intervals are computed.
IntervalMethod = Literal["analytic", "bootstrap"]

# Weights of classes, and how a sample's weights are combined.
Scheme = Literal["balanced", "sqrt", "pos_weight", "effective"]
Reduce = Literal["mean", "max", "sum", "geometric"]

# Keras's own reductions of a loss.
Reduction = (
    Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
    | None
)

OnUnseen = Literal["error", "ignore"]
# What to do with rows that cannot be used; and with labels that are not classes.
Policy = Literal["error", "drop"]
OnUnseenLabel = Literal[Policy, "ignore"]
Resize = Literal["stretch", "crop", "pad", "bucket"]
Interpolation = Literal["area", "bilinear", "antialias"]
ColorMode = Literal["rgb", "grayscale"]
PixelType = Literal["float32", "uint8"]
DatasetFormat = Literal["tf", "pydataset"]
# The meaning of a doubtful entry of a data set; and of an empty cell.
Doubt = Literal["positive", "unknown", "negative"]
Blank = Literal["error", "unknown", "negative"]
Severity = Literal["error", "warning"]


class SupportsArray(Protocol):
    """Values that NumPy reads as an array."""

    def __array__(self) -> np.ndarray[Any, Any]:
        """The array."""


# A number, or several: as `numpy.typing.ArrayLike`, but no strings.
Numbers = float | Sequence[float] | SupportsArray
