"""
Keras's own metrics, side by side
=================================

Keras has metrics that take multi-hot targets. Some answer a different question
than their name suggests. This lesson trains one network with Keras's metrics
and with ours on the same validation data, and explains each number that
differs.
"""

# sphinx_gallery_thumbnail_number = 2
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sklearn.metrics

import keras_multilabel as kml

keras.utils.set_random_seed(0)

# %%
# Data and network
# ----------------
# Eight labels, from half of the samples down to one in two hundred.

names = ["person", "chair", "car", "dog", "bottle", "boat", "cow", "sheep"]
rng = np.random.default_rng(0)
x = rng.normal(size=(6000, 16)).astype("float32")
weights = rng.normal(size=(16, 8)) / 4
offset = np.array([0.0, -1.0, -2.5, -3.0, -4.5, -5.5, -6.0, -7.0])
logit = 3 * x @ weights + offset + rng.logistic(size=(6000, 8))
y = (logit > 0).astype("float32")
train, val = slice(0, 3000), slice(3000, None)

model = keras.Sequential(
    [
        keras.Input((16,)),
        keras.layers.Dense(32, "relu"),
        keras.layers.Dense(8, "sigmoid"),
    ]
)
_ = kml.plot_label_counts(y[val].astype(int), label_names=names)

# %%
# Both in one fit
# ---------------
# Keras's metrics go into ``compile``, in the forms that are found in most
# scripts. Ours is a callback with the same validation data.

model.compile(
    keras.optimizers.Adam(0.005),
    "binary_crossentropy",
    metrics=[
        "accuracy",
        keras.metrics.BinaryAccuracy(name="binary_accuracy"),
        keras.metrics.Precision(name="keras_precision"),
        keras.metrics.Recall(name="keras_recall"),
        keras.metrics.AUC(multi_label=True, num_labels=8, name="keras_auc"),
        keras.metrics.F1Score("macro", threshold=0.5, name="keras_f1"),
        keras.metrics.F1Score("macro", name="keras_f1_argmax"),
    ],
)
metrics = kml.MultiLabelMetrics(
    (x[val], y[val]),
    metrics=("f1_score", "precision", "recall", "roc_auc", "subset_accuracy"),
    average="macro",
    label_names=names,
)
history = model.fit(
    x[train],
    y[train],
    validation_data=(x[val], y[val]),
    batch_size=64,
    epochs=8,
    verbose=0,
    callbacks=[metrics],
).history
last = {name: float(np.mean(values[-1])) for name, values in history.items()}

# %%
# `check_setup` looks at a compiled model and its data, before training too,
# and names two of these metrics.

for found in kml.check_setup(model, (x[train], y[train])):
    print(found)

# %%
# The numbers
# -----------
# All are of the same predictions, after the last epoch.

rows = [
    (
        "accuracy",
        last["val_accuracy"],
        "subset_accuracy",
        last["val_subset_accuracy"],
    ),
    (
        "BinaryAccuracy",
        last["val_binary_accuracy"],
        "macro F1",
        last["val_f1_score"],
    ),
    (
        "Precision",
        last["val_keras_precision"],
        "macro precision",
        last["val_precision"],
    ),
    ("Recall", last["val_keras_recall"], "macro recall", last["val_recall"]),
    ("F1Score", last["val_keras_f1_argmax"], "macro F1", last["val_f1_score"]),
    (
        "F1Score(threshold)",
        last["val_keras_f1"],
        "macro F1",
        last["val_f1_score"],
    ),
    ("AUC", last["val_keras_auc"], "macro ROC AUC", last["val_roc_auc"]),
]
pd.DataFrame(rows, columns=["Keras", "value", "ours", "value "]).round(4)

# %%
# - **accuracy** is read as the accuracy of *one* class of eight: is the
#   highest score of a row at the place of the first 1? A row without labels
#   counts as its first label. The share of rows with no label wrong is another
#   number.
# - **BinaryAccuracy** counts every entry, and most are easy zeros. It is high
#   for any network, also for one that never finds a rare label: see the
#   picture below.
# - **Precision** and **Recall** pool the entries of all labels (what
#   scikit-learn calls micro). The frequent labels dominate. The macro average
#   counts each label the same.
# - **F1Score** without a threshold takes the highest score of each row as its
#   one prediction, whatever it is. With ``threshold=0.5`` it agrees with ours.
# - **AUC** has 200 thresholds between 0 and 1, at even distances. It is a
#   little off here, and more where scores crowd near 0: the last section.
#
# ``average=None``, the default of ``F1Score``, logs one value per label in an
# array, which `keras.callbacks.EarlyStopping` cannot compare.
#
# What BinaryAccuracy does not see
# --------------------------------
# In grey the accuracy of each label, in orange that of a network that always
# says no, in blue F1. For the rare labels the first two are the same to the
# eye, however little is found.

counts = metrics.counts
accuracy = (counts.tp + counts.tn) / counts.total
always_no = (counts.fp + counts.tn) / counts.total
figure, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
places = np.arange(8)
for shift, values, colour, name in (
    (-0.27, always_no, "#e0812b", "accuracy of always no"),
    (0, accuracy, "0.6", "accuracy"),
    (0.27, kml.f1_score(counts, average=None), "#2a6fae", "F1"),
):
    ax.bar(places + shift, values, 0.25, color=colour, label=name)
ax.set_xticks(places, names)
_ = ax.legend(ncols=3, loc="lower left", framealpha=1)

# %%
# While it trains
# ---------------
# The values that Keras logs *without* ``val_`` are means over the batches of
# an epoch, each of the network as it was at that batch. So training scores lag
# behind: the dotted line starts below the validation scores, since most of its
# first epoch was predicted by a network that knew little. In validation,
# Keras's ``F1Score(threshold=0.5)`` and ours are the same line.

figure, ax = plt.subplots(figsize=(8, 3.4), layout="constrained")
epochs = np.arange(1, 9)
ax.plot(
    epochs, history["keras_f1"], ":", color="#0072b2", label="training, Keras"
)
ax.plot(
    epochs,
    history["val_keras_f1"],
    color="#d55e00",
    lw=5,
    alpha=0.4,
    label="validation, Keras",
)
ax.plot(
    epochs, history["val_f1_score"], color="#0072b2", label="validation, ours"
)
ax.set(xlabel="epoch", ylabel="macro F1", ylim=(0, None))
_ = ax.legend()

# %%
# Where 200 thresholds are too few
# --------------------------------
# A label that one sample in five hundred has gets low scores, even from a good
# network. Here nearly all are below 0.02. Keras's thresholds are the grey
# lines: between the first two are most of the negatives and of the positives,
# which it cannot tell apart. The exact value needs no thresholds, and a
# `ScoreHistogram` has bins that are finer toward 0 and 1.

positive = rng.random((100_000, 1)) < 0.002
low_score = 1 / (1 + np.exp(-(rng.normal(-8, 1, (100_000, 1)) + 2 * positive)))
figure, ax = plt.subplots(figsize=(8, 2.8), layout="constrained")
edges = np.linspace(0, 0.02, 120)
for chosen, name in ((~positive, "negatives"), (positive, "positives")):
    ax.hist(low_score[chosen], edges, density=True, alpha=0.6, label=name)
for threshold in np.arange(200) / 199:
    ax.axvline(threshold, color="0.5", lw=1)
ax.set(xlim=(0, 0.02), xlabel="score", yticks=[])
_ = ax.legend()

# %%
keras_auc = keras.metrics.AUC(multi_label=True, num_labels=1)
keras_auc.update_state(positive, low_score.astype("float32"))
histogram = kml.ScoreHistogram(1)
histogram.update(positive, low_score)
pd.Series(
    {
        "scikit-learn": sklearn.metrics.roc_auc_score(positive, low_score),
        "roc_auc_score": kml.roc_auc_score(positive, low_score),
        "ScoreHistogram": kml.roc_auc_score(histogram),
        "keras.metrics.AUC": float(keras_auc.result()),
    }
).round(4).to_frame("ROC AUC")

# %%
# One more difference, which is seldom seen: Keras predicts a label where the
# score is *above* the threshold, we do where it is the threshold or above, so
# that a threshold can be one of the scores.
