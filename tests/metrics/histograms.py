"""Truth and scores, and histograms of them."""

import numpy as np

import keras_multilabel as kml

# Rows of six labels: counted in blocks of about 130,000 entries.
SEVERAL_BLOCKS = 50_000


def data(rng, n_samples=3000, n_labels=6, scale=1.0):
    """Truth and scores; a higher ``scale`` saturates them."""
    y = rng.random((n_samples, n_labels)) < np.geomspace(0.5, 0.02, n_labels)
    logits = scale * rng.normal(2.0 * y - 1, 1.0)
    return y.astype(np.int8), (1 / (1 + np.exp(-logits))).astype(np.float32)


def histogram_of(y_true, y_score, sample_weight=None, **options):
    histogram = kml.ScoreHistogram(np.shape(y_score)[1], **options)
    histogram.update(y_true, y_score, sample_weight)
    return histogram
