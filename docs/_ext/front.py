"""The picture of the front page: scenes with their labels, and F1 at two thresholds."""

import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

import keras_multilabel as kml

SIZE = (64, 64)


def trained():
    """A small network, thresholds of its validation data, and scores of test data."""
    keras.utils.set_random_seed(0)
    root = kml.datasets.digit_scenes(tempfile.mkdtemp() + "/scenes", n_scenes=2000)
    # The digits of "val" were written by other hands than those of "train".
    table, test = kml.read_voc(root, "train"), kml.read_voc(root, "val")
    train, val = kml.image_dataset_from_dataframe(
        table, image_size=SIZE, validation_split=0.2, seed=0, cache="memory"
    )
    classes = train.class_names
    data = kml.image_dataset_from_dataframe(
        test, classes=classes, image_size=SIZE, shuffle=False
    )
    layers = [
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(16, 5, strides=2, activation="relu"),
        keras.layers.Conv2D(32, 3, strides=2, activation="relu"),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.GlobalMaxPooling2D(),
        keras.layers.Dense(len(classes), activation="sigmoid"),
    ]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.002), "binary_crossentropy")
    metrics = kml.MultiLabelMetrics(val, threshold="tune", average="macro")
    model.fit(train, epochs=15, shuffle=False, verbose=0, callbacks=[metrics])
    y_true, _ = kml.encode_labels(test["labels"], classes)
    return test, y_true, model.predict(data, verbose=0), metrics.thresholds


def draw():
    test, y_true, y_score, thresholds = trained()
    figure = plt.figure(figsize=(10.5, 4.3), layout="constrained")
    scenes, bars = figure.subfigures(1, 2, width_ratios=[1, 1.25])
    draw_scenes(scenes, test)
    draw_bars(bars.subplots(), y_true, y_score, thresholds)


def draw_scenes(figure, test):
    """Six scenes of one to three labels each."""
    figure.suptitle("Pictures with any number of labels")
    several = test[test["labels"].map(len).between(1, 3)].iloc[:6]
    axes = figure.subplots(2, 3).flat
    for ax, (_, row) in zip(axes, several.iterrows(), strict=True):
        with Image.open(f"{test.attrs['directory']}/{row['filename']}") as image:
            ax.imshow(np.asarray(image.convert("RGB")))
        ax.set_xlabel(", ".join(sorted(set(row["labels"]))), fontsize=9)
        ax.set(xticks=[], yticks=[])


def draw_bars(ax, y_true, y_score, thresholds):
    """F1 of each label, the frequent ones above."""
    half = kml.f1_score(y_true, y_score >= 0.5, average=None)
    tuned = kml.f1_score(y_true, thresholds.apply(y_score), average=None)
    order = np.argsort(y_true.sum(0))
    places = np.arange(len(order))
    for name, score, shift, colour in [
        (f"at 0.5 (mean {half.mean():.2f})", half, 0.2, "#b4bac2"),
        (f"at tuned thresholds (mean {tuned.mean():.2f})", tuned, -0.2, "#2a6fbb"),
    ]:
        ax.barh(places + shift, score[order], 0.4, color=colour, label=name)
    names = [thresholds.label_names[at] for at in order]
    support = y_true.sum(0)[order]
    ax.set_yticks(places, [f"{n} ({s})" for n, s in zip(names, support, strict=True)])
    ax.set_title("F1 of each label on test data, positives in brackets")
    ax.set_xlim(0, 1)
    ax.legend(loc="lower right", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
