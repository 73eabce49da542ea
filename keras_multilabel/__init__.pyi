from . import datasets as datasets
from ._version import __version__ as __version__
from .balanced_losses import DistributionBalancedLoss as DistributionBalancedLoss
from .callbacks import MultiLabelMetrics as MultiLabelMetrics
from .counts import Counts as Counts
from .counts import confusion_counts as confusion_counts
from .estimators import ThresholdTuner as ThresholdTuner
from .findings import Finding as Finding
from .histogram_scores import average_precision_bounds as average_precision_bounds
from .histogram_scores import roc_auc_bounds as roc_auc_bounds
from .histograms import ScoreHistogram as ScoreHistogram
from .histograms import score_histogram as score_histogram
from .images import image_dataset_from_dataframe as image_dataset_from_dataframe
from .joint_losses import (
    MultiLabelSoftmaxCrossentropy as MultiLabelSoftmaxCrossentropy,
)
from .joint_losses import TwoWayLoss as TwoWayLoss
from .joint_losses import ZLPRLoss as ZLPRLoss
from .label_counts import LabelCounts as LabelCounts
from .label_counts import count_labels as count_labels
from .labels import decode_labels as decode_labels
from .labels import encode_labels as encode_labels
from .layers import ThresholdDecision as ThresholdDecision
from .layers import with_decisions as with_decisions
from .losses import AsymmetricLoss as AsymmetricLoss
from .losses import WeightedBinaryCrossentropy as WeightedBinaryCrossentropy
from .metrics import f1_score as f1_score
from .metrics import fbeta_score as fbeta_score
from .metrics import hamming_loss as hamming_loss
from .metrics import jaccard_score as jaccard_score
from .metrics import label_confusion_matrix as label_confusion_matrix
from .metrics import multilabel_confusion_matrix as multilabel_confusion_matrix
from .metrics import (
    precision_recall_fscore_support as precision_recall_fscore_support,
)
from .metrics import precision_score as precision_score
from .metrics import recall_score as recall_score
from .metrics import subset_accuracy_score as subset_accuracy_score
from .plots import plot_confusion_matrices as plot_confusion_matrices
from .plots import plot_label_counts as plot_label_counts
from .ranking import average_precision_score as average_precision_score
from .ranking import roc_auc_score as roc_auc_score
from .scores import MultiLabelScores as MultiLabelScores
from .setup_checks import check_setup as check_setup
from .splits import multilabel_train_test_split as multilabel_train_test_split
from .thresholds import Thresholds as Thresholds
from .thresholds import apply_thresholds as apply_thresholds
from .tuning import tune_thresholds as tune_thresholds
from .voc import read_voc as read_voc
from .weighted_data import weighted as weighted
from .weights import compute_class_weight as compute_class_weight
from .weights import compute_sample_weight as compute_sample_weight

__all__: list[str]
