"""
Scores that mean probabilities
==============================

Of the samples with a score of 0.3, three in ten should have the label.
Networks that train for long on few data are too sure of themselves. This
lesson shows how that looks, corrects it with two numbers per label, and shows
what it is good for.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import keras_multilabel as kml

keras.utils.set_random_seed(0)

# %%
# A network that is too sure
# --------------------------
# Three labels depend on ten features, with much chance left. 400 rows are few
# for a network of 64 units, and 30 epochs are many.

names = ["common", "medium", "rare"]
rng = np.random.default_rng(0)
x = rng.normal(size=(6400, 10)).astype("float32")
weights = rng.normal(size=(10, 3)) / np.sqrt(10)
logit = 2 * x @ weights + [0.0, -1.5, -3.0]
y = (rng.random(logit.shape) < 1 / (1 + np.exp(-logit))).astype("int8")
train, val, test = slice(0, 400), slice(400, 1400), slice(1400, None)

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(3, "sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x[train], y[train], batch_size=25, epochs=30, verbose=0)
val_score = model.predict(x[val], verbose=0)
test_score = model.predict(x[test], verbose=0)

# %%
# The reliability diagram
# -----------------------
# Samples are put into bins by their score. A dot is the share of positives in
# a bin, the bars below are how many samples it holds. If scores were
# probabilities, the dots would lie on the diagonal. Their line is too flat: of
# the samples that get more than 0.9, far fewer than nine in ten are positive,
# and more of those that get less than 0.1 are positive than one in twenty. The
# outer bins hold most samples: the network is sure, and often wrong.

_ = kml.plot_reliability(y[test], test_score, label_names=names)

# %%
# Two numbers per label
# ---------------------
# `LabelCalibrator` fits a slope and an intercept per label to the logits of
# the validation part, which the network was not trained on. Slopes below 1 say
# that the logits are too large.

calibrator = kml.LabelCalibrator().fit(val_score, y[val])
calibrated = calibrator.predict_proba(test_score)
pd.DataFrame(
    {"slope": calibrator.coef_[0], "intercept": calibrator.intercept_},
    index=names,
).round(2)

# %%
# The same diagram, of calibrated scores. The dots lie along the diagonal, and
# fewer samples are in the outer bins. Hardly any score of the rare label is
# above 0.5 now: the network never knew that much about it.

_ = kml.plot_reliability(y[test], calibrated, label_names=names)

# %%
# What it changes, and what not
# -----------------------------
# Log loss and Brier score, which are lowest for the true probabilities, fall,
# and so does the calibration error. ROC AUC and average precision stay as they
# are: the order of the samples is the same. So calibration does not make a
# better classifier. It makes scores that can be read.

truth = 1 / (1 + np.exp(-logit[test]))
scores = {
    "network": test_score,
    "calibrated": calibrated,
    "true probability": truth,
}
pd.DataFrame(
    {
        name: {
            "log loss": kml.log_loss(y[test], score),
            "Brier score": kml.brier_score(y[test], score),
            "calibration error": kml.calibration_error(y[test], score),
            "ROC AUC": kml.roc_auc_score(y[test], score),
            "average precision": kml.average_precision_score(y[test], score),
        }
        for name, score in scores.items()
    }
).round(3)

# %%
# A short list
# ------------
# Take the 200 test samples with the highest scores of a label, as one does for
# a campaign or a review. The sum of their probabilities is the number of
# positives to expect. The network promises too many, most of all of the rare
# label. The calibrated scores promise about what is there. The list is the
# same in both cases.


def on_the_list(values):
    top = np.argsort(-test_score, axis=0)[:200]
    return np.take_along_axis(values, top, axis=0).sum(0)


figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
bars = {
    "promised by the network": (test_score, "#e0812b"),
    "promised when calibrated": (calibrated, "#2a6fae"),
    "positives": (y[test], "0.4"),
}
for place, (name, (values, colour)) in enumerate(bars.items()):
    places = np.arange(3) + 0.27 * (place - 1)
    drawn = ax.bar(places, on_the_list(values), 0.25, label=name, color=colour)
    ax.bar_label(drawn, fmt="%.0f")
ax.set_xticks(range(3), names)
ax.set(ylabel="of 200 samples", ylim=(0, 260))
_ = ax.legend(ncols=3, loc="upper center")

# %%
# Into the model
# --------------
# Thresholds are tuned on calibrated scores. `with_decisions` puts calibrator
# and thresholds behind the network, in one file. With probabilities, the
# thresholds can also be those that are best in expectation:
# ``method="expected"``.

thresholds = kml.tune_thresholds(
    y[val],
    calibrator.predict_proba(val_score),
    method="expected",
    label_names=names,
)
deployed = kml.with_decisions(model, thresholds, calibrator=calibrator)
outputs = deployed.predict(x[test][:3], verbose=0)
print(thresholds)
print(np.asarray(outputs["scores"]).round(2))
print(np.asarray(outputs["decisions"]))
