"""
Scores of more data than fits in memory
=======================================

ROC AUC, average precision and thresholds need the scores of all samples,
sorted. For ten million samples of 80 labels that is 3 GB. A `ScoreHistogram`
counts them in bins instead: its size does not grow, and histograms of parts
add up. This lesson shows how it is made, how near it comes to the exact
values, and how far it can be off at most.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import keras_multilabel as kml

# %%
# Scores of a sure network
# ------------------------
# 100,000 samples of 12 labels, float32. Scores of networks crowd near 0 and
# near 1: in the right picture nearly all scores of a rare label are in the
# first of 200 bars.

rng = np.random.default_rng(0)
prevalence = np.geomspace(0.4, 0.001, 12)
y_true = rng.random((100_000, 12)) < prevalence
logit = 2 * np.log(prevalence) + 5 * y_true + rng.normal(0, 2, y_true.shape)
y_score = (1 / (1 + np.exp(-logit))).astype("float32")

figure, axes = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
for ax, column in zip(axes, (0, 9), strict=True):
    ax.hist(y_score[:, column], np.linspace(0, 1, 201), color="#2a6fae")
    ax.set_title(f"a label with {prevalence[column]:.1%} positives")
    ax.set(xlabel="score", ylabel="samples", yscale="log")

# %%
# Batch by batch
# --------------
# Each batch is counted and forgotten. Two histograms add up, as from two files
# or two machines. `MultiLabelScores` in ``compile`` does the same inside the
# model.

halves = []
for half in np.split(np.arange(len(y_true)), 2):
    histogram = kml.ScoreHistogram(12)
    for batch in np.split(half, 50):
        histogram.update(y_true[batch], y_score[batch])
    halves.append(histogram)
whole = halves[0] + halves[1]
print(f"scores and truth: {y_score.nbytes + y_true.nbytes:,} bytes, growing")
print(
    f"histogram:        {whole.nbytes:,} bytes, however many samples there are"
)

# %%
# Its bins
# --------
# They are narrow toward 0 and 1, where the scores are, and wide between. The
# picture has the width of the bin at each score, beside that of 200 even
# thresholds, as ``keras.metrics.AUC`` has them.

edges = whole.thresholds
middle = (edges[1:] + edges[:-1]) / 2
shown = (middle > 1e-7) & (1 - middle > 1e-7)
figure, ax = plt.subplots(figsize=(8, 3.4), layout="constrained")
ax.plot(
    middle[shown],
    np.diff(edges)[shown],
    color="#2a6fae",
    label="ScoreHistogram",
)
ax.axhline(1 / 199, color="#e0812b", label="200 even thresholds")
ax.set(xscale="logit", yscale="log", xlabel="score", ylabel="width of a bin")
ax.set_xticks(
    marks := [1e-6, 1e-4, 0.01, 0.5, 0.99, 0.9999, 1 - 1e-6], map(str, marks)
)
ax.xaxis.set_minor_formatter("")
_ = ax.legend()

# %%
# How near?
# ---------
# ROC AUC and average precision, averaged over labels: exact, from the
# histogram, and ROC AUC from true and false positives at 200 even thresholds.


def auc_of_even_thresholds(y_true, y_score):
    grid = np.linspace(1, 0, 200)
    found = [np.mean(y_score[y_true] >= t) for t in grid]
    false = [np.mean(y_score[~y_true] >= t) for t in grid]
    return np.trapezoid([0, *found], [0, *false])


even = [
    auc_of_even_thresholds(*pair)
    for pair in zip(y_true.T, y_score.T, strict=True)
]
pd.DataFrame(
    {
        "exact": [
            kml.roc_auc_score(y_true, y_score),
            kml.average_precision_score(y_true, y_score),
        ],
        "histogram": [
            kml.roc_auc_score(whole),
            kml.average_precision_score(whole),
        ],
        "200 even thresholds": [np.mean(even), np.nan],
    },
    index=["ROC AUC", "average precision"],
).T.round(4)

# %%
# The histogram is right to three digits and more. Even thresholds are far off,
# because nearly all scores of the rare labels lie between the first two.
#
# How far off at most?
# --------------------
# Within a bin the order of the scores is lost. The best order and the worst
# one give bounds, for each label. Dots are the histogram's error, lines its
# bounds: the exact value cannot be outside. Even for the rarest labels they
# are narrow, and the histogram, which takes the middle, is nearer than they
# promise.

exact = kml.roc_auc_score(y_true, y_score, average=None)
low, high = kml.roc_auc_bounds(whole)
value = kml.roc_auc_score(whole, average=None)
figure, ax = plt.subplots(figsize=(8, 3.4), layout="constrained")
places = np.arange(12)
ax.vlines(
    places, low - exact, high - exact, color="#abcbe8", lw=6, label="bounds"
)
ax.plot(places, value - exact, "o", color="#2a6fae", label="histogram")
ax.axhline(0, color="0.5", lw=1)
ax.set_xticks(places, [f"{share:.1%}" for share in prevalence], rotation=45)
ax.set(xlabel="label, by its share of positives", ylabel="ROC AUC minus exact")
_ = ax.legend()

# %%
# Thresholds
# ----------
# `tune_thresholds` takes the histogram in place of truth and scores. Its
# candidates are the edges of the bins, so it may miss the best threshold by
# the width of one. F1 on these data, per label:

tuned = {
    "exact": kml.tune_thresholds(y_true, y_score, shrinkage=0),
    "histogram": kml.tune_thresholds(whole, shrinkage=0),
}
table = pd.DataFrame(
    {
        f"{what}, {way}": column
        for way, found in tuned.items()
        for what, column in (
            ("threshold", found.values),
            ("F1", kml.f1_score(y_true, found.apply(y_score), average=None)),
        )
    },
    index=[f"{share:.1%}" for share in prevalence],
)
table.round(3)
