from types import SimpleNamespace

import numpy as np

import keras_multilabel as kml
from keras_multilabel.evaluation.page.effective import effective_shares

Z = 1.959963984540054


def wilson(hits, rows):
    with np.errstate(divide="ignore", invalid="ignore"):
        share, t = hits / rows, Z**2 / rows
        half = np.sqrt(t * share * (1 - share) + t**2 / 4) / (1 + t)
        centre = (share + t / 2) / (1 + t)
    return share, centre - half, centre + half


def of_f1(counts):
    parts = wilson(counts.tp, counts.tp + counts.fp + counts.fn)
    return tuple(2 * part / (1 + part) for part in parts)


def intervals_of(counts):
    per_label = {
        "precision": wilson(counts.tp, counts.predicted),
        "recall": wilson(counts.tp, counts.support),
        "f1_score": of_f1(counts),
    }
    return SimpleNamespace(per_label=per_label, confidence=0.95)


def test_rows_of_which_four_make_one():
    counts = kml.Counts([40, 12, 0], [8, 0, 8], [20, 40, 12], [100, 100, 100])
    fourth = kml.Counts([10, 3, 0], [2, 0, 2], [5, 10, 3], [25, 25, 25])
    for share in effective_shares(intervals_of(fourth), counts):
        np.testing.assert_allclose(share, 0.25)


def test_where_nothing_is_known_the_usual_share_is_taken():
    counts = kml.Counts([0, 8], [0, 4], [0, 4], [4, 4])
    half = kml.Counts([0, 4], [0, 2], [0, 2], [2, 2])
    for share in effective_shares(intervals_of(half), counts):
        np.testing.assert_allclose(share, 0.5)
