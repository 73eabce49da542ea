"""
Images that are not square
==========================

Batches need images of one shape. Squashing a panorama into a square deforms
what is on it, and padding wastes most of the square. ``resize="bucket"`` sorts
images of like shape into batches of their own. This lesson shows what each way
does to the pixels, and trains one network with each.
"""

# sphinx_gallery_thumbnail_number = 2
import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import PIL.Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import keras_multilabel as kml

# %%
# Strips of digits
# ----------------
# Each image is a row or a column of one to four of scikit-learn's handwritten
# digits, so that some are four times as wide as high. Its labels are the
# digits on it. Digits on test images come from other handwriting than those on
# training images.

NAMES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
]
rng = np.random.default_rng(0)
folder = Path(tempfile.mkdtemp())
pixels, digit = load_digits(return_X_y=True)
handwriting = np.kron(pixels.reshape(-1, 8, 8) * 15, np.ones((3, 3))).astype(
    "uint8"
)
for_train, for_test = train_test_split(
    np.arange(len(digit)), test_size=0.3, random_state=0
)


def strips(number, pool, prefix):
    """Write images of digits from the pool, and list them."""
    rows = []
    for i in range(number):
        chosen = rng.choice(pool, rng.integers(1, 5))
        tiles = [np.pad(handwriting[k], 4) for k in chosen]
        strip = np.concatenate(tiles, axis=int(rng.integers(2)))
        noisy = strip + rng.normal(60, 15, strip.shape)
        name = f"{prefix}{i:04}.jpg"
        PIL.Image.fromarray(noisy.clip(0, 255).astype("uint8")).save(
            folder / name
        )
        rows.append((name, sorted({NAMES[digit[k]] for k in chosen})))
    table = pd.DataFrame(rows, columns=["filename", "labels"])
    table.attrs["directory"] = str(folder)
    return table


train, test = strips(1000, for_train, "train"), strips(300, for_test, "test")
train.head()

# %%
# Look at the sizes first
# -----------------------
# Aspect ratios go from 1:4 to 4:1. The memory of a batch depends on the size
# that all images get.

_ = kml.plot_image_sizes(kml.describe_images(train, image_size=(32, 32)))

# %%
# What each way does to the pixels
# --------------------------------
# Four long images with ``image_size=(32, 32)``. Stretched, digits on long
# strips are squashed to a quarter of their width. Cropped, they are cut off,
# and their labels stay: the network is told to find what it cannot see.
# Padded, three quarters of the square are black, and digits small. In buckets,
# each shape has about the area of the square, and digits keep their form.

WAYS = ("stretch", "crop", "pad", "bucket")


def dataset(table, way, shuffle=False, batch_size=32):
    return kml.image_dataset_from_dataframe(
        table,
        classes=NAMES,
        image_size=(32, 32),
        resize=way,
        n_shapes=7,
        shape_multiple=8,
        color_mode="grayscale",
        cache="memory",
        shuffle=shuffle,
        batch_size=batch_size,
        seed=0,
    )


sizes = kml.describe_images(train, image_size=(32, 32))
long = np.flatnonzero(np.max([sizes.width, sizes.height], axis=0) >= 96)[:4]
figure, axes = plt.subplots(4, 4, figsize=(8, 7), layout="constrained")
for line, way in zip(axes, WAYS, strict=True):
    for ax, row in zip(line, long, strict=True):
        image = next(iter(dataset(train.iloc[[row]], way)))[0][0]
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        ax.set_xlabel(f"{image.shape[1]} x {image.shape[0]}", fontsize=8)
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(way)

# %%
# One network, four datasets
# --------------------------
# A network for buckets takes images of any size: ``Input((None, None, 1))``,
# and global pooling in place of ``Flatten``. Each shape is compiled once.


def train_network(way):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, None, 1))
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    for filters, stride in ((16, 2), (32, 1), (64, 2)):
        x = keras.layers.Conv2D(
            filters, 3, strides=stride, padding="same", use_bias=False
        )(x)
        x = keras.layers.BatchNormalization(momentum=0.9)(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.GlobalMaxPooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(10, "sigmoid")(x))
    model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
    data = dataset(train, way, shuffle=True)
    model.fit(data, epochs=5, shuffle=False, verbose=0)
    test_data = dataset(test, way, batch_size=100)
    y_true = np.concatenate([np.asarray(labels) for _, labels in test_data])
    y_score = model.predict(test_data, verbose=0)
    return {
        "macro F1": kml.f1_score(y_true, y_score >= 0.5, average="macro"),
        "average precision": kml.average_precision_score(y_true, y_score),
        "shapes": len(data.shapes) if way == "bucket" else 1,
    }


results = pd.DataFrame({way: train_network(way) for way in WAYS}).T
results.round(3)

# %%
# The order is that of the pictures: cropped images are worst, since their
# labels name what is not there; stretched and padded ones are between; and
# buckets are best, for as many pixels per image. The gain is this large
# because these strips are long: photographs are mostly 3:2 or 4:3, where
# buckets save less. ``pad`` wastes memory and time where sizes differ;
# ``dataset.padding`` says how many pixels of the buckets pad:

buckets = dataset(train, "bucket")
print(
    "shapes:",
    ", ".join(f"{height} x {width}" for height, width in buckets.shapes),
)
print(f"padding: {buckets.padding:.1%} of the pixels")
ax = results[["macro F1", "average precision"]].plot.bar(
    rot=0, figsize=(8, 3.2), color=["#2a6fae", "#abcbe8"], ylim=(0, 1)
)
_ = ax.legend(loc="upper left")
