"""Reports to be shown, and data for them."""

import numpy as np

import keras_multilabel as kml


def report_of(y_true, y_score, thresholds=0.5, *, names=None, weight=None, **options):
    """`evaluation_report`, with short names; without scores ``y_pred`` is needed."""
    if y_score is not None:
        options["thresholds"] = thresholds
    return kml.evaluation_report(
        y_true, y_score, label_names=names, sample_weight=weight, **options
    )


def population(n_samples, n_labels, seed=0):
    """Truth and scores of labels from frequent to rare."""
    rng = np.random.default_rng(seed)
    share = np.maximum(0.4 / np.arange(1, n_labels + 1) ** 0.9, 3 / n_samples)
    y_true = (rng.random((n_samples, n_labels)) < share).astype(np.int8)
    x = rng.standard_normal(y_true.shape, np.float32) + 2.4 * y_true - 1.2
    logit = np.log(share / (1 - share)) + 2.4 * x
    return y_true, (1 / (1 + np.exp(-logit))).astype(np.float32)
