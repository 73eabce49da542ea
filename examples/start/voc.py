"""
Images: from VOC annotations to a file to deploy
================================================

The whole story: read annotations in XML, look at images and labels, split,
weight rare labels, train with F1, precision and recall after every epoch, tune
a threshold per label, look at one confusion matrix per label, and save one
file that gives the names of what it sees.

The images are scenes of scikit-learn's handwritten digits, written on the spot
as a real PASCAL VOC folder. With a folder of photographs all lines but the
network stay as they are. ``examples/demo.py`` is the same as a command, with a
ResNet50 for photographs: ``python examples/demo.py --voc VOCdevkit/VOC2012``.
"""

import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import keras_multilabel as kml

keras.utils.set_random_seed(0)

# %%
# Annotations
# -----------
# One row per image: its file, the labels in it, and its size. An object that
# its annotators marked "difficult" says neither yes nor no about its label.
# ``difficult="unknown"`` keeps it out of the loss and of every score.

root = kml.datasets.digit_scenes(n_scenes=3000)
table = kml.read_voc(root, "trainval", difficult="unknown")
table[["filename", "labels", "unknown", "width", "height"]].head()

# %%
# Look at some images before anything else: are the labels right? The faint
# digits are the difficult ones, with a question mark here. A scene without any
# digit is data too.

figure, axes = plt.subplots(2, 5, figsize=(10, 4.6), layout="constrained")
for ax, (_, row) in zip(axes.flat, table.iloc[:10].iterrows(), strict=True):
    ax.imshow(plt.imread(root / "JPEGImages" / row["filename"]))
    asked = [f"{label}?" for label in row["unknown"]]
    ax.set_title(
        ", ".join([*row["labels"], *asked]) or "(no label)", fontsize=9
    )
    ax.axis("off")

# %%
# Targets
# -------
# 1, 0, and -1 for unknown, one column per label. The longest bar is ten times
# the shortest: *zero* is in nearly every second scene, *nine* in one of
# twenty.

y, classes = kml.encode_labels(table["labels"], unknown=table["unknown"])
_ = kml.plot_label_counts(y, label_names=classes)

# %%
# Three parts
# -----------
# Which images may be in different parts? Not two scenes with the same
# handwritten digit: the network would know it by heart. ``digit_scenes`` sees
# to that, and its list ``val`` has the scenes with other handwriting. With
# photographs, keep those of one place or one patient together
# (`MultilabelStratifiedGroupKFold`).
#
# Half of ``val`` is for early stopping and thresholds, half for the test. This
# split is stratified, so that each half has its share of the rare labels.

held_out = table["filename"].isin(kml.read_voc(root, "val")["filename"])
train = np.flatnonzero(~held_out)
rest = np.flatnonzero(held_out)
val, test = kml.multilabel_train_test_split(
    rest, stratify=y[rest], test_size=0.5, random_state=0
)
parts = {"train": train, "validation": val, "test": test}
pd.DataFrame(
    {name: (y[rows] == 1).sum(0) for name, rows in parts.items()}, classes
).transpose()

# %%
# Datasets
# --------
# They read the files while the network trains. ``cache="memory"`` keeps the
# decoded images for the next epochs. What comes out is what the network will
# see:


def dataset(rows, shuffle=False):
    return kml.image_dataset_from_dataframe(
        table.iloc[rows],
        unknown_col="unknown",
        classes=classes,
        image_size=(48, 48),
        color_mode="grayscale",
        cache="memory",
        shuffle=shuffle,
        seed=0,
    )


train_data, val_data, test_data = (
    dataset(train, shuffle=True),
    dataset(val),
    dataset(test),
)
images, labels = next(iter(train_data))
print("images", tuple(images.shape), "labels", tuple(labels.shape))

# %%
# A network and a loss
# --------------------
# The network is small. For photographs, take one of ``keras.applications``. It
# ends in one sigmoid per label, since labels do not exclude each other.
#
# The loss weights the positives of rare labels more. The square root of the
# full "balanced" ratio is a common compromise. (Keras's own ``class_weight``
# cannot do this: it reads a multi-hot row as one class.)


def block(x, filters):
    x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return keras.layers.ReLU()(
        keras.layers.BatchNormalization(momentum=0.9)(x)
    )


inputs = keras.Input((48, 48, 1))
x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
x = keras.layers.Conv2D(16, 5, strides=2, padding="same", activation="relu")(x)
for filters in (32, 48):
    x = keras.layers.MaxPooling2D()(block(x, filters))
x = keras.layers.GlobalMaxPooling2D()(block(x, 96))
model = keras.Model(inputs, keras.layers.Dense(len(classes), "sigmoid")(x))

class_weight = kml.compute_class_weight(y[train], "sqrt")
model.compile(
    keras.optimizers.Adam(3e-3),
    loss=kml.WeightedBinaryCrossentropy(class_weight),
)
pd.DataFrame(class_weight, classes, ["negative", "positive"]).round(
    2
).transpose()

# %%
# Training
# --------
# One pass over the validation data after each epoch gives ``val_loss``,
# ``val_f1_score``, ``val_precision`` and ``val_recall``.

history = model.fit(
    train_data,
    epochs=6,
    shuffle=False,  # the dataset shuffles
    verbose=2,
    callbacks=[
        kml.MultiLabelMetrics(val_data),
        keras.callbacks.EarlyStopping(
            "val_f1_score", mode="max", patience=3, restore_best_weights=True
        ),
    ],
)
_ = kml.plot_history(history)

# %%
# Thresholds
# ----------
# Per label, the threshold with the best F1 on the validation part. Labels with
# few positives are pulled toward the median of all, so that they do not follow
# chance. ``cv=5`` adds the score to expect on other data, "cross-fitted".


def truth_and_scores(data):
    y_true = np.concatenate([np.asarray(labels) for _, labels in data])
    return y_true, model.predict(data, verbose=0)


thresholds = kml.tune_thresholds(
    *truth_and_scores(val_data), label_names=classes, cv=5, random_state=0
)
print(thresholds)

# %%
# The test
# --------
# Nothing was chosen on the test part, so its scores are what to expect of new
# images. Tuned thresholds gain 0.01 to 0.03 here, with three seeds: little,
# since the weights in the loss have moved the scores of rare labels up
# already.

y_true, y_score = truth_and_scores(test_data)
at_half = kml.confusion_counts(y_true, y_score >= 0.5, label_names=classes)
tuned = kml.confusion_counts(
    y_true, thresholds.apply(y_score), label_names=classes
)
pd.DataFrame(
    {
        f"{average} F1": {
            "at 0.5": kml.f1_score(at_half, average=average),
            "tuned": kml.f1_score(tuned, average=average),
        }
        for average in ("weighted", "macro")
    }
).round(3)

# %%
# What is missed is left of the line, what is predicted is right of it. A label
# with much orange is predicted too often; one with a long pale bar is seldom
# found.

_ = kml.plot_label_outcomes(tuned)

# %%
# One confusion matrix per label, with counts and shares of each row, the best
# label first. A rare label has few images in its lower row and many in the
# upper one: 2 % of false alarms look like nothing there, and can be half as
# many images as were found. The precision (P) above each matrix tells.

_ = kml.plot_confusion_matrices(tuned, sort="f1")

# %%
# The mistakes themselves teach most. Six test images with the labels that were
# missed (-) and those falsely predicted (+):

wrong = (thresholds.apply(y_score) != y_true) & (y_true >= 0)
worst = np.argsort(-wrong.sum(1), kind="stable")[:6]
figure, axes = plt.subplots(1, 6, figsize=(11, 2.4), layout="constrained")
for ax, row in zip(axes, worst, strict=True):
    ax.imshow(
        plt.imread(root / "JPEGImages" / table["filename"].iloc[test[row]])
    )
    found = [
        ("-" if y_true[row, k] else "+") + classes[k]
        for k in np.flatnonzero(wrong[row])
    ]
    ax.set_title("\n".join(found), fontsize=9)
    ax.axis("off")

# %%
# One file to deploy
# ------------------
# The thresholds and the names of the labels go inside the model. The file
# loads where only Keras is installed.

file = Path(tempfile.mkdtemp(), "digits.keras")
kml.with_decisions(model, thresholds).save(file)

served = keras.saving.load_model(file)
image = next(iter(test_data))[0][:1]
predicted = served.predict(image, verbose=0)
print("scores   ", predicted["scores"].round(2)[0])
print("decisions", predicted["decisions"][0])
print(
    "names    ",
    kml.decode_labels(predicted["decisions"], kml.label_names(served))[0],
)
