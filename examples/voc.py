"""
The whole story: a VOC folder in, an honest multi-label classifier out
======================================================================

Read the annotations, look at the label counts, weigh the imbalance, split, train
with weighted F1, precision and recall after every epoch, tune a threshold per
label, and look at one confusion matrix per label.

Without arguments the pictures are scenes of scikit-learn's bundled handwritten
digits, made on the spot as a real PASCAL VOC folder. Your own VOC folder goes
through the same lines, with a ResNet50 in place of the small network::

    python examples/voc.py                        # about two minutes on two cores
    python examples/voc.py --quick                # a few seconds, to see it run
    python examples/voc.py --voc VOCdevkit/VOC2012 --weights imagenet
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import pandas as pd

import keras_multilabel as kml

parser = argparse.ArgumentParser(description="A VOC folder in, a classifier out.")
parser.add_argument("--voc", type=Path, metavar="ROOT", help="a PASCAL VOC folder")
parser.add_argument("--weights", choices=["imagenet", "none"], default="imagenet")
parser.add_argument("--epochs", type=int, help="at most this many")
parser.add_argument("--quick", action="store_true", help="little data, two epochs")
parser.add_argument("--out", type=Path, default=Path("keras_multilabel_output"))
options = parser.parse_args()

options.out.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(0)
print(f"Keras {keras.__version__} on {keras.backend.backend()}", flush=True)

# %%
# Annotations
# -----------
# One row per picture. An object that its annotators marked "difficult" says
# neither yes nor no about its label: ``difficult="unknown"`` keeps it out of the
# loss and of every score.

root = options.voc or kml.datasets.digit_scenes(n_scenes=400 if options.quick else 4000)
table = kml.read_voc(root, difficult="unknown")
print(f"{len(table)} pictures in {root}")
table.head()

# %%
# Label counts
# ------------
# Multi-hot targets in a fixed order of labels: 1, 0, and -1 for unknown.

y, classes = kml.encode_labels(table["labels"], unknown=table["unknown"])
ax = kml.plot_label_counts(y, label_names=classes)
ax.figure.savefig(options.out / "label_counts.png", dpi=120, bbox_inches="tight")
print(table[["width", "height", "n_objects"]].describe().loc[["min", "50%", "max"]])

# %%
# Three parts
# -----------
# Each label is as frequent in one part as in the others, the rare ones too. The
# thresholds will be tuned on the validation part, so what they are worth is read
# off the test part, which nothing was chosen on.

train, rest = kml.multilabel_train_test_split(
    np.arange(len(table)), stratify=y, test_size=0.3, random_state=0
)
val, test = kml.multilabel_train_test_split(
    rest, stratify=y[rest], test_size=0.5, random_state=0
)
parts = pd.DataFrame(
    {
        name: (y[rows] == 1).sum(0)
        for name, rows in {"train": train, "validation": val, "test": test}.items()
    },
    index=classes,
)
print(parts.T.to_string())

# %%
# Weights
# -------
# A label's rare positives weigh more than its many negatives. The full "balanced"
# ratio would make the network see a "nine" in every shadow; its square root is a
# common compromise. Keras's own ``class_weight`` cannot say any of this: on
# multi-hot targets it reads each row as one class.

class_weight = np.sqrt(kml.compute_class_weight(y[train]))
print(pd.DataFrame(class_weight.round(2), classes, ["negative", "positive"]).T)

# %%
# Pictures
# --------


def dataset(rows, *, shuffle=False):
    return kml.image_dataset_from_dataframe(
        table.iloc[rows],
        unknown_col="unknown",
        classes=classes,
        image_size=(224, 224) if options.voc else (64, 64),
        shuffle=shuffle,
        seed=0,
    )


train_data, val_data, test_data = (
    dataset(train, shuffle=True),
    dataset(val),
    dataset(test),
)

# %%
# A network
# ---------
# Small for the digits; a ResNet50 for photographs. Both end in one sigmoid per
# label: labels do not exclude each other.


def small_network():
    def block(x, filters, size=3, **conv):
        x = keras.layers.Conv2D(filters, size, padding="same", use_bias=False, **conv)(
            x
        )
        return keras.layers.ReLU()(keras.layers.BatchNormalization()(x))

    inputs = keras.Input((64, 64, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    x = block(x, 16, size=5, strides=2)
    for filters in (32, 64):
        x = keras.layers.MaxPooling2D()(block(x, filters))
    x = keras.layers.GlobalMaxPooling2D()(block(x, 96))
    return keras.Model(inputs, keras.layers.Dense(len(classes), "sigmoid")(x))


def resnet50():
    weights = None if options.weights == "none" else options.weights
    try:
        base = keras.applications.ResNet50(
            weights=weights, include_top=False, pooling="avg"
        )
    except Exception as error:  # Keras raises bare Exceptions where a download fails.
        raise SystemExit(
            f"The ImageNet weights could not be loaded ({error}). Connect to the "
            "internet once, or start from random weights with --weights none."
        ) from error
    inputs = keras.Input((224, 224, 3))
    x = keras.layers.RandomFlip("horizontal")(inputs)
    x = base(keras.applications.resnet50.preprocess_input(x))
    return keras.Model(inputs, keras.layers.Dense(len(classes), "sigmoid")(x))


model = resnet50() if options.voc else small_network()
model.compile(
    keras.optimizers.Adam(1e-4 if options.voc else 2e-3),
    loss=kml.WeightedBinaryCrossentropy(class_weight),
)
print(f"{model.count_params():,} parameters")

# %%
# Training
# --------
# One pass over the validation data after each epoch gives ``val_loss``,
# ``val_f1_score``, ``val_precision`` and ``val_recall``. Callbacks that use them
# stand after it in the list, and need ``mode="max"``.

history = model.fit(
    train_data,
    epochs=options.epochs or (2 if options.quick else 8),
    shuffle=False,  # the dataset shuffles
    verbose=2,
    callbacks=[
        kml.MultiLabelMetrics(val_data, label_names=classes),
        keras.callbacks.EarlyStopping(
            "val_f1_score", mode="max", patience=3, restore_best_weights=True
        ),
        keras.callbacks.CSVLogger(str(options.out / "history.csv")),
    ],
).history

figure = kml.plot_history(history)
figure.savefig(options.out / "history.png", dpi=120)

# %%
# Thresholds
# ----------
# 0.5 is nobody's optimum. Per label, the threshold with the best F1 on the
# validation part, rare labels pulled toward the median. ``cv=5`` also says what
# they are worth on other data. Then the test part has its say.


def truth_and_scores(data):
    y_true = np.concatenate([labels for _, labels in data])
    return y_true, model.predict(data, verbose=0)


val_true, val_score = truth_and_scores(val_data)
thresholds = kml.tune_thresholds(
    val_true, val_score, label_names=classes, cv=5, random_state=0
)
print(thresholds)

test_true, test_score = truth_and_scores(test_data)
at_half = kml.confusion_counts(test_true, test_score >= 0.5)
tuned = kml.confusion_counts(
    test_true, thresholds.apply(test_score), label_names=classes
)

results = pd.DataFrame(
    {
        "support": tuned.support,
        "F1 at 0.5": kml.f1_score(at_half, average=None),
        "threshold": thresholds.values,
        "F1": kml.f1_score(tuned, average=None),
        "precision": kml.precision_score(tuned, average=None),
        "recall": kml.recall_score(tuned, average=None),
        "AP": kml.average_precision_score(test_true, test_score, average=None),
    },
    index=classes,
)
results.to_csv(options.out / "results.csv")
print(results.round(3).to_string())

val_half = kml.confusion_counts(val_true, val_score >= 0.5)
val_tuned = kml.confusion_counts(val_true, thresholds.apply(val_score))
summary = pd.DataFrame(
    {
        "at 0.5": [
            kml.f1_score(counts, average=average)
            for counts in (val_half, at_half)
            for average in ("weighted", "macro")
        ],
        "tuned": [
            kml.f1_score(counts, average=average)
            for counts in (val_tuned, tuned)
            for average in ("weighted", "macro")
        ],
    },
    index=[
        "validation, weighted F1",
        "validation, macro F1",
        "test, weighted F1",
        "test, macro F1",
    ],
)
print(summary.round(3).to_string())

# %%
# What is missed, what is found, and the false alarms
# ---------------------------------------------------

ax = kml.plot_label_outcomes(tuned)
ax.figure.savefig(options.out / "label_outcomes.png", dpi=120)

# %%
# One confusion matrix per label
# ------------------------------

pages = kml.plot_confusion_matrices(tuned)
for number, page in enumerate(pages, 1):
    page.savefig(options.out / f"confusion_matrices_{number}.png", dpi=120)

# %%
# One file to deploy
# ------------------
# The thresholds go inside the model, which gives scores and decisions.

deployed = kml.with_decisions(model, thresholds)
deployed.save(options.out / "model.keras")
print(f"Wrote pictures, tables and the model to {options.out.resolve()}")
