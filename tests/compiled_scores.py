"""Models compiled with MultiLabelScores, their fits, and what the scores must be."""

import keras
import numpy as np

import keras_multilabel as kml
from tests import fits
from tests.fits import ready

N_LABELS = 5
# One of each kind of state.
BOTH = ["f1_score", "roc_auc"]


def make_data(n=77, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6)).astype("float32")
    y = (x[:, :N_LABELS] + rng.normal(size=(n, N_LABELS)) > 0.4).astype("float32")
    return x, y


def make_model(metric, loss="binary_crossentropy", head="sigmoid", **options):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(N_LABELS, head)
    model = keras.Sequential([keras.layers.Input((6,)), dense])
    # The graph of Adam takes three times as long to trace.
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=[metric], **options)
    return model


TRAIN, VALIDATION = ready(*make_data()), ready(*make_data(seed=1))


def fit(
    model,
    callbacks=(),
    epochs=2,
    train=TRAIN,
    validation_data=VALIDATION,
):
    return fits.fit(
        list(callbacks), model, epochs, train, validation_data=validation_data
    )


def expected_scores(metric, y, s, weight=None):
    """By the functions of the package, of ``metric.scores``."""
    options = {"average": metric.average, "zero_division": metric.zero_division}
    cells = kml.score_histogram(y, s, sample_weight=weight)
    # In the graph nothing is known of a bin but its counts.
    histogram = kml.ScoreHistogram.of_bins(cells.negatives, cells.positives)
    counts = kml.confusion_counts(y, s >= metric.threshold, sample_weight=weight)
    with np.errstate(all="ignore"):
        values = {
            "f1_score": kml.f1_score(counts, **options),
            "precision": kml.precision_score(counts, **options),
            "recall": kml.recall_score(counts, **options),
            "jaccard": kml.jaccard_score(counts, **options),
            "hamming_loss": kml.hamming_loss(counts),
            "roc_auc": kml.roc_auc_score(histogram, average=metric.average),
            "average_precision": kml.average_precision_score(histogram, **options),
        }
    return {name: values[name] for name in metric.scores}


def assert_same_counts(actual, expected):
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(actual, name), getattr(expected, name))


def assert_same_histogram(actual, expected):
    np.testing.assert_array_equal(actual.positives, expected.positives)
    np.testing.assert_array_equal(actual.negatives, expected.negatives)
