"""Which pages of the guide, and which other names, stand below a name's page."""

GUIDES = {
    "guide/readers": "read_voc read_coco read_one_hot read_label_strings "
    "read_label_folders encode_labels decode_labels datasets.digit_scenes digit_scenes",
    "guide/images": "image_dataset_from_dataframe describe_images ImageSummary "
    "describe_labels LabelSummary plot_image_sizes",
    "guide/unknown": "encode_labels WeightedBinaryCrossentropy Counts",
    "guide/validation": "MultiLabelMetrics MultiLabelScores check_setup Finding "
    "plot_history",
    "guide/averages": "precision_score recall_score f1_score fbeta_score jaccard_score "
    "precision_recall_fscore_support hamming_loss subset_accuracy_score Counts "
    "confusion_counts MultiLabelMetrics MultiLabelScores average_precision_score "
    "roc_auc_score",
    "guide/imbalance": "compute_class_weight compute_sample_weight weighted "
    "WeightedBinaryCrossentropy AsymmetricLoss DistributionBalancedLoss ZLPRLoss "
    "MultiLabelSoftmaxCrossentropy TwoWayLoss describe_labels plot_label_counts",
    "guide/thresholds": "tune_thresholds Thresholds apply_thresholds ThresholdTuner "
    "plot_thresholds SortedScores",
    "guide/calibration": "LabelCalibrator calibration_error brier_score log_loss "
    "plot_reliability",
    "guide/deploying": "with_decisions ThresholdDecision label_names Thresholds",
    "guide/pictures": "plot_label_counts plot_cooccurrence plot_image_sizes "
    "plot_history plot_confusion_matrices plot_label_outcomes plot_label_scores "
    "plot_label_confusion plot_precision_recall plot_roc plot_thresholds "
    "plot_reliability",
    "guide/report": "evaluation_report EvaluationReport classification_report",
    "guide/intervals": "score_intervals ScoreIntervals Interval compare_models "
    "Comparison plot_label_scores",
    "guide/large_data": "MultiLabelScores ScoreHistogram score_histogram "
    "roc_auc_bounds average_precision_bounds",
    "guide/devices": "MultiLabelScores",
    "guide/distributed": "score_histogram ScoreHistogram count_labels LabelCounts "
    "confusion_counts",
    "guide/scikit_learn": "ThresholdTuner MultilabelStratifiedKFold fold_coverage "
    "MultilabelStratifiedGroupKFold MultilabelStratifiedShuffleSplit FoldCoverage "
    "multilabel_train_test_split",
    "guide/steps": "tune_thresholds",
    "guide/traps": "check_setup Finding",
}

RELATED = (
    "describe_labels LabelSummary plot_label_counts plot_cooccurrence",
    "describe_images ImageSummary plot_image_sizes",
    "check_setup Finding",
    "MultiLabelMetrics MultiLabelScores",
    "MultiLabelMetrics plot_history check_setup",
    "Counts confusion_counts multilabel_confusion_matrix plot_confusion_matrices",
    "LabelCounts count_labels compute_class_weight",
    "label_confusion_matrix plot_label_confusion",
    "precision_score recall_score f1_score fbeta_score jaccard_score "
    "precision_recall_fscore_support",
    "hamming_loss subset_accuracy_score",
    "average_precision_score roc_auc_score",
    "average_precision_score plot_precision_recall",
    "roc_auc_score plot_roc",
    "evaluation_report EvaluationReport classification_report",
    "score_intervals ScoreIntervals Interval plot_label_scores",
    "compare_models Comparison",
    "ScoreHistogram score_histogram roc_auc_bounds average_precision_bounds",
    "MultiLabelScores ScoreHistogram",
    "SortedScores tune_thresholds average_precision_score roc_auc_score",
    "tune_thresholds Thresholds apply_thresholds ThresholdTuner plot_thresholds",
    "ThresholdDecision with_decisions label_names",
    "Thresholds with_decisions",
    "LabelCalibrator calibration_error plot_reliability",
    "brier_score log_loss calibration_error",
    "compute_class_weight compute_sample_weight weighted WeightedBinaryCrossentropy",
    "WeightedBinaryCrossentropy AsymmetricLoss DistributionBalancedLoss ZLPRLoss "
    "MultiLabelSoftmaxCrossentropy TwoWayLoss",
    "encode_labels decode_labels count_labels",
    "read_voc read_coco read_one_hot read_label_strings read_label_folders "
    "image_dataset_from_dataframe",
    "multilabel_train_test_split MultilabelStratifiedKFold "
    "MultilabelStratifiedGroupKFold MultilabelStratifiedShuffleSplit fold_coverage",
    "fold_coverage FoldCoverage",
    "plot_confusion_matrices plot_label_outcomes plot_label_scores "
    "plot_label_confusion",
    "plot_precision_recall plot_roc plot_thresholds plot_reliability",
)
