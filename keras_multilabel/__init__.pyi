from . import datasets as datasets
from ._version import __version__ as __version__
from .calibration.label_calibrator import LabelCalibrator as LabelCalibrator
from .callbacks.multi_label_metrics import MultiLabelMetrics as MultiLabelMetrics
from .checks.check_setup import check_setup as check_setup
from .checks.findings import Finding as Finding
from .evaluation.classification_report import (
    classification_report as classification_report,
)
from .evaluation.compare_models import compare_models as compare_models
from .evaluation.comparison import Comparison as Comparison
from .evaluation.evaluation_report import evaluation_report as evaluation_report
from .evaluation.interval import Interval as Interval
from .evaluation.intervals import score_intervals as score_intervals
from .evaluation.report import EvaluationReport as EvaluationReport
from .evaluation.score_intervals import ScoreIntervals as ScoreIntervals
from .images.dataset import image_dataset_from_dataframe as image_dataset_from_dataframe
from .images.describe import ImageSummary as ImageSummary
from .images.describe import describe_images as describe_images
from .labels.counting import LabelCounts as LabelCounts
from .labels.counting import count_labels as count_labels
from .labels.describe import LabelSummary as LabelSummary
from .labels.describe import describe_labels as describe_labels
from .labels.encoding import decode_labels as decode_labels
from .labels.encoding import encode_labels as encode_labels
from .layers.label_names import label_names as label_names
from .layers.threshold_decision import ThresholdDecision as ThresholdDecision
from .layers.with_decisions import with_decisions as with_decisions
from .losses.asymmetric import AsymmetricLoss as AsymmetricLoss
from .losses.distribution_balanced import (
    DistributionBalancedLoss as DistributionBalancedLoss,
)
from .losses.softmax_crossentropy import (
    MultiLabelSoftmaxCrossentropy as MultiLabelSoftmaxCrossentropy,
)
from .losses.two_way import TwoWayLoss as TwoWayLoss
from .losses.weighted_binary_crossentropy import (
    WeightedBinaryCrossentropy as WeightedBinaryCrossentropy,
)
from .losses.zlpr import ZLPRLoss as ZLPRLoss
from .metrics.accuracy import hamming_loss as hamming_loss
from .metrics.accuracy import subset_accuracy_score as subset_accuracy_score
from .metrics.calibration import calibration_error as calibration_error
from .metrics.classification import f1_score as f1_score
from .metrics.classification import fbeta_score as fbeta_score
from .metrics.classification import jaccard_score as jaccard_score
from .metrics.classification import (
    precision_recall_fscore_support as precision_recall_fscore_support,
)
from .metrics.classification import precision_score as precision_score
from .metrics.classification import recall_score as recall_score
from .metrics.confusion_counts import confusion_counts as confusion_counts
from .metrics.confusion_matrix import label_confusion_matrix as label_confusion_matrix
from .metrics.confusion_matrix import (
    multilabel_confusion_matrix as multilabel_confusion_matrix,
)
from .metrics.counts import Counts as Counts
from .metrics.histogram import ScoreHistogram as ScoreHistogram
from .metrics.histogram_ranking import (
    average_precision_bounds as average_precision_bounds,
)
from .metrics.histogram_ranking import roc_auc_bounds as roc_auc_bounds
from .metrics.multi_label_scores import MultiLabelScores as MultiLabelScores
from .metrics.probabilities import brier_score as brier_score
from .metrics.probabilities import log_loss as log_loss
from .metrics.ranking import average_precision_score as average_precision_score
from .metrics.ranking import roc_auc_score as roc_auc_score
from .metrics.score_histogram import score_histogram as score_histogram
from .metrics.sorted_scores import SortedScores as SortedScores
from .model_selection.coverage import FoldCoverage as FoldCoverage
from .model_selection.coverage import fold_coverage as fold_coverage
from .model_selection.split import (
    multilabel_train_test_split as multilabel_train_test_split,
)
from .model_selection.splitters import (
    MultilabelStratifiedGroupKFold as MultilabelStratifiedGroupKFold,
)
from .model_selection.splitters import (
    MultilabelStratifiedKFold as MultilabelStratifiedKFold,
)
from .model_selection.splitters import (
    MultilabelStratifiedShuffleSplit as MultilabelStratifiedShuffleSplit,
)
from .plots.confusion import plot_confusion_matrices as plot_confusion_matrices
from .plots.cooccurrence import plot_cooccurrence as plot_cooccurrence
from .plots.history import plot_history as plot_history
from .plots.image_sizes import plot_image_sizes as plot_image_sizes
from .plots.label_confusion import plot_label_confusion as plot_label_confusion
from .plots.label_counts import plot_label_counts as plot_label_counts
from .plots.label_outcomes import plot_label_outcomes as plot_label_outcomes
from .plots.label_scores import plot_label_scores as plot_label_scores
from .plots.precision_recall import plot_precision_recall as plot_precision_recall
from .plots.reliability import plot_reliability as plot_reliability
from .plots.roc import plot_roc as plot_roc
from .plots.thresholds import plot_thresholds as plot_thresholds
from .readers.coco import read_coco as read_coco
from .readers.label_folders import read_label_folders as read_label_folders
from .readers.label_strings import read_label_strings as read_label_strings
from .readers.one_hot import read_one_hot as read_one_hot
from .readers.voc import read_voc as read_voc
from .thresholds.thresholds import Thresholds as Thresholds
from .thresholds.thresholds import apply_thresholds as apply_thresholds
from .thresholds.tuner import ThresholdTuner as ThresholdTuner
from .thresholds.tuning import tune_thresholds as tune_thresholds
from .weights.class_weight import compute_class_weight as compute_class_weight
from .weights.sample_weight import compute_sample_weight as compute_sample_weight
from .weights.weighted import weighted as weighted

__all__: list[str]
