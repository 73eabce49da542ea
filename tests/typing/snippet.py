"""A user's code, which `make lint` has mypy and pyright check.

Right uses have the types that they should, and tests/test_typing.py runs them. Each of
the wrong ones is an error to both, or its ``type: ignore`` is.
"""

from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import keras_multilabel as kml

Array = npt.NDArray[Any]

Y_TRUE: Array = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
Y_SCORE: Array = np.array([[0.9, 0.2], [0.6, 0.7], [0.3, 0.8], [0.4, 0.1]])
Y_PRED: Array = kml.apply_thresholds(Y_SCORE, 0.5)
WEIGHT = [1.0, 2.0, 1.0, 0.5]


def scores() -> None:
    """An average is a float, None an array."""
    assert_type(kml.f1_score(Y_TRUE, Y_PRED), float)
    assert_type(kml.f1_score(Y_TRUE.tolist(), Y_PRED, average="micro"), float)
    assert_type(kml.f1_score(Y_TRUE, Y_PRED, average=None), Array)
    assert_type(kml.precision_score(Y_TRUE, Y_PRED, zero_division=np.nan), float)
    assert_type(kml.recall_score(Y_TRUE, Y_PRED, average=None), Array)
    assert_type(kml.fbeta_score(Y_TRUE, Y_PRED, beta=2), float)
    assert_type(kml.fbeta_score(Y_TRUE, Y_PRED, beta=2, average=None), Array)
    assert_type(kml.jaccard_score(Y_TRUE, Y_PRED, average="samples"), float)
    assert_type(kml.hamming_loss(Y_TRUE, Y_PRED, sample_weight=WEIGHT), float)
    assert_type(kml.subset_accuracy_score(Y_TRUE, Y_PRED), float)
    precision, *_, support = kml.precision_recall_fscore_support(Y_TRUE, Y_PRED)
    assert_type(precision, Array)
    assert_type(support, Array)
    recall = kml.precision_recall_fscore_support(Y_TRUE, Y_PRED, average="macro")[1]
    assert_type(recall, float)
    for name in ("micro", "macro"):
        assert_type(kml.f1_score(Y_TRUE, Y_PRED, average=name), float)


def counts_and_histograms() -> None:
    """What is counted once, and scored often."""
    counts = kml.confusion_counts(Y_TRUE, Y_PRED, sample_weight=WEIGHT)
    assert_type(counts + counts, kml.Counts)
    assert_type(kml.f1_score(counts, average="weighted"), float)
    assert_type(kml.multilabel_confusion_matrix(counts), Array)
    histogram = kml.score_histogram(Y_TRUE, Y_SCORE)
    assert_type(kml.roc_auc_score(histogram), float)
    assert_type(kml.roc_auc_score(Y_TRUE, Y_SCORE, average=None), Array)
    assert_type(kml.average_precision_score(histogram, average=None), Array)
    assert_type(kml.ScoreHistogram.from_json(histogram.to_json()), kml.ScoreHistogram)
    assert_type(kml.roc_auc_bounds(histogram), tuple[Array, Array])


def thresholds() -> None:
    """By a name, or by a function of counts."""
    tuned = kml.tune_thresholds(Y_TRUE, Y_SCORE, "f1", shrinkage="auto")
    assert_type(tuned, kml.Thresholds)
    assert_type(tuned.apply(Y_SCORE, at_least_one=True), Array)
    kml.tune_thresholds(Y_TRUE, Y_SCORE, lambda counts: counts.tp - 3 * counts.fp)
    kml.tune_thresholds(kml.score_histogram(Y_TRUE, Y_SCORE), average="micro")
    tuner = kml.ThresholdTuner(objective="recall", min_precision=0.5, average=None)
    assert_type(tuner.fit(Y_SCORE, Y_TRUE), kml.ThresholdTuner)


def reports() -> None:
    """From scores, from predictions, and in scikit-learn's form."""
    report = kml.evaluation_report(Y_TRUE, Y_SCORE, "cv", groups=[0, 1, 2, 3])
    assert_type(report, kml.EvaluationReport)
    assert_type(report.to_dict(), dict[str, Any])
    kml.evaluation_report(Y_TRUE, y_pred=Y_PRED)
    assert_type(kml.classification_report(Y_TRUE, Y_PRED), str)
    scores = kml.classification_report(Y_TRUE, Y_PRED, output_dict=True)
    assert_type(scores["macro avg"]["recall"], float)


def data() -> None:
    """Weights, labels and splits."""
    assert_type(kml.compute_class_weight(Y_TRUE, "effective", beta=0.9), Array)
    assert_type(kml.compute_sample_weight(Y_TRUE, "sqrt", "max"), Array)
    rows = [["cat"], ["dog"]]
    multi_hot, classes = kml.encode_labels(rows, ["cat", "dog"], on_unseen="ignore")
    assert_type(multi_hot, Array)
    assert_type(classes, list[Any])
    assert_type(kml.decode_labels(multi_hot, classes), list[list[Any]])
    assert_type(kml.count_labels(Y_TRUE), kml.LabelCounts)


def training() -> None:
    """What a model is compiled and fitted with."""
    kml.MultiLabelScores(2, 0.3, ["f1", "roc_auc_score"], average="macro")
    kml.MultiLabelMetrics((Y_TRUE, Y_TRUE), metrics="f1_score", threshold="tune")
    kml.MultiLabelMetrics((Y_TRUE, Y_TRUE), threshold=[0.3, 0.4])
    kml.MultiLabelMetrics(
        (Y_TRUE, Y_TRUE),
        metrics={"mine": lambda y_true, y_pred: (y_true == y_pred).mean()},
        threshold=np.array([0.3, 0.4]),
        average=None,
        label_names=["cat", "dog"],
    )
    kml.WeightedBinaryCrossentropy([[1.0, 2.0]], reduction="sum")
    finding = kml.Finding("name", "warning", "problem", why="why", remedy="remedy")
    assert_type(finding.severity == "error", bool)


RIGHT = (scores, counts_and_histograms, thresholds, reports, data, training)


def wrong() -> None:
    """Each line is an error."""
    kml.f1_score(Y_TRUE, Y_PRED, average="makro")  # type: ignore[call-overload]
    kml.fbeta_score(Y_TRUE, Y_PRED)  # type: ignore[call-overload]
    kml.f1_score(Y_TRUE, Y_PRED, averag="macro")  # type: ignore[call-overload]
    kml.roc_auc_score(Y_TRUE, Y_SCORE, average="all")  # type: ignore[call-overload]
    kml.f1_score(Y_TRUE, Y_PRED).mean()  # type: ignore[attr-defined]
    kml.hamming_loss(Y_TRUE, Y_PRED, average="macro")  # type: ignore[call-arg]
    kml.tune_thresholds(Y_TRUE, Y_SCORE, "f2")  # type: ignore[arg-type]
    kml.tune_thresholds(Y_TRUE, Y_SCORE, average="max")  # type: ignore[arg-type]
    kml.tune_thresholds(Y_TRUE, Y_SCORE, shrinkage="none")  # type: ignore[arg-type]
    kml.ThresholdTuner(objective="f2")  # type: ignore[arg-type]
    kml.ThresholdTuner("f1", average="max")  # type: ignore[arg-type]
    kml.MultiLabelScores(2, scores="f2")  # type: ignore[arg-type]
    kml.MultiLabelScores(2, scores=["f1", "f2"])  # type: ignore[list-item]
    kml.MultiLabelScores(2, average="samples")  # type: ignore[arg-type]
    kml.MultiLabelMetrics(metrics=["f2"])  # type: ignore[list-item]
    kml.MultiLabelMetrics(average="makro")  # type: ignore[arg-type]
    kml.MultiLabelMetrics(threshold="tuned")  # type: ignore[arg-type]
    kml.compute_class_weight(Y_TRUE, "inverse")  # type: ignore[arg-type]
    kml.compute_sample_weight(Y_TRUE, reduce="median")  # type: ignore[arg-type]
    kml.weighted([], "inverse")  # type: ignore[arg-type]
    kml.encode_labels([["a"]], on_unseen="drop")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], resize="fit")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], on_unseen_label="x")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], on_missing_file="x")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], interpolation="x")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], color_mode="rgba")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], dtype="int8")  # type: ignore[arg-type]
    kml.image_dataset_from_dataframe([], format="torch")  # type: ignore[arg-type]
    kml.read_voc(".", difficult="maybe")  # type: ignore[arg-type]
    kml.read_coco(".", crowd="maybe")  # type: ignore[arg-type]
    kml.read_one_hot(".", blank="positive")  # type: ignore[arg-type]
    kml.read_one_hot(".", uncertain={"a": "maybe"})  # type: ignore[dict-item]
    kml.read_label_strings(".")  # type: ignore[call-arg]
    kml.ZLPRLoss(reduction="average")  # type: ignore[arg-type]
    kml.Finding("name", "fatal", "", "", "")  # type: ignore[arg-type]
    kml.Thresholds.from_json(0.5)  # type: ignore[arg-type]
    kml.f2_score(Y_TRUE, Y_PRED)  # type: ignore[attr-defined]
