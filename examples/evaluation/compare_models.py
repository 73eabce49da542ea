"""
Is the new model better?
========================

Macro F1 rose from 0.80 to 0.84 on 600 test samples. Is that more than chance?
Both models saw the same samples, and what is hard for one is mostly hard for
the other. A comparison that knows this is far sharper than two intervals side
by side. This lesson compares two networks, and then the same network with
other seeds.
"""

# sphinx_gallery_thumbnail_number = 4
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

import keras_multilabel as kml

# %%
# Two networks
# ------------
# Digits with much noise, and five of their properties as labels. Network *a*
# has 64 hidden units, *b* has 8. Each is trained three times, with other
# seeds.

images, digits = load_digits(return_X_y=True)
properties = {
    "even": [0, 2, 4, 6, 8],
    "prime": [2, 3, 5, 7],
    "square": [0, 1, 4, 9],
    "power of two": [1, 2, 4, 8],
    "multiple of five": [0, 5],
}
names = list(properties)
y = np.stack(
    [np.isin(digits, few) for few in properties.values()], axis=1
).astype("int8")
rng = np.random.default_rng(0)
x = (images / 16 + rng.normal(0, 0.4, images.shape)).astype("float32")
x_train, x_test, y_train, y_test = kml.multilabel_train_test_split(
    x, y, stratify=y, test_size=600, random_state=0
)

figure, axes = plt.subplots(1, 6, figsize=(11, 2.1), layout="constrained")
for ax, image, row in zip(axes, x_test, y_test, strict=False):
    ax.imshow(image.reshape(8, 8), cmap="Greys")
    ax.set_title(",\n".join(kml.decode_labels([row], names)[0]), fontsize=8)
    ax.axis("off")


# %%
def scores_of(units, seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(units, "relu"),
            keras.layers.Dense(5, "sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    # The same as 15 epochs, in one.
    drawn = np.random.default_rng(seed).integers(
        len(x_train), size=15 * len(x_train)
    )
    model.fit(x_train[drawn], y_train[drawn], verbose=0)
    return model.predict(x_test, verbose=0)


SEEDS = (0, 1, 2)
scores = {
    name: [scores_of(units, seed) for seed in SEEDS]
    for name, units in {"a": 64, "b": 8}.items()
}
pd.DataFrame(
    {
        f"macro F1 of {name}": [
            kml.f1_score(y_test, score >= 0.5, average="macro")
            for score in several
        ]
        for name, several in scores.items()
    },
    index=[f"seed {seed}" for seed in SEEDS],
).round(3)

# %%
# Two intervals side by side
# --------------------------
# The networks of seed 0: F1 of each label, *a* above and *b* below. Nearly all
# intervals of *b* overlap with those of *a*. That does not mean that there is
# no difference: each interval is as wide as the luck of drawing these 600
# samples, and both models had the same luck.

figure, axes = plt.subplots(2, 1, figsize=(9, 5), layout="constrained")
for ax, name in zip(axes, "ab", strict=True):
    kml.plot_label_scores(
        y_test, scores[name][0] >= 0.5, label_names=names, sort=None, ax=ax
    )
    ax.set_title(f"network {name}", loc="right")

# %%
# One interval of the difference
# ------------------------------
# `compare_models` puts the interval around the *difference*. The second line
# is macro F1. An interval without 0, and a small p-value, say that *a* is
# better by more than chance. The last column corrects the p-values for the
# number of labels: among five, one is easily below 0.05 by chance.


def compare(score, other):
    return kml.compare_models(
        y_test, score >= 0.5, other >= 0.5, label_names=names, random_state=0
    )


better = compare(scores["a"][0], scores["b"][0])
print(better)

# %%
# In a picture: what is right of 0 is better in *a*. The orange diamond is
# macro F1.

labels = better.per_label
figure, ax = plt.subplots(figsize=(8, 3), layout="constrained")
places = np.arange(1, 6)
ax.hlines(places, labels.low, labels.high, color="#abcbe8", lw=5)
ax.plot(labels.difference, places, "o", color="#2a6fae")
ax.hlines(0, better.low, better.high, color="#f3cfa8", lw=5)
ax.plot(better.difference, 0, "D", color="#e0812b")
ax.axvline(0, color="0.5", lw=1)
ax.set_yticks(range(6), ["macro", *names])
_ = ax.set_xlabel("F1 of a - F1 of b")

# %%
# What a test cannot know
# -----------------------
# It compares *these two trained networks*. Trained again, each will be another
# one. The picture has macro F1 of *a* minus *b* for the three seeds, in blue,
# and of *a* minus *a* with another seed, in grey. The seed alone can change it
# by as much as 0.02, and a pair of seeds can even differ significantly: they
# are different networks. So to say that 64 units are better than 8, compare
# several seeds of each. Here *a* is better with all three, by more than seeds
# differ.

pairs = {f"a - b, seed {k}": (scores["a"][k], scores["b"][k]) for k in SEEDS}
for one, other in ((0, 1), (0, 2), (1, 2)):
    pairs[f"a - a, seeds {one} and {other}"] = (
        scores["a"][one],
        scores["a"][other],
    )
found = [compare(*pair) for pair in pairs.values()]
figure, ax = plt.subplots(figsize=(8, 3), layout="constrained")
for place, comparison in enumerate(found):
    pale, colour = ("#abcbe8", "#2a6fae") if place < 3 else ("0.8", "0.4")
    ax.hlines(-place, comparison.low, comparison.high, color=pale, lw=5)
    ax.plot(comparison.difference, -place, "D", color=colour)
ax.axvline(0, color="0.5", lw=1)
ax.set_yticks(-np.arange(len(pairs)), pairs)
_ = ax.set_xlabel("difference in macro F1")

# %%
# How much sharper?
# -----------------
# The width of three intervals: of each macro F1 alone, of the difference as if
# the two models had been tested on different samples, and of the difference as
# it is.


def width(score):
    found = kml.score_intervals(y_test, score >= 0.5).averages["macro"][
        "f1_score"
    ]
    return found.high - found.low


a, b = width(scores["a"][0]), width(scores["b"][0])
pd.Series(
    {
        "macro F1 of a": a,
        "macro F1 of b": b,
        "difference, other samples": np.hypot(a, b),
        "difference, same samples": better.high - better.low,
    }
).round(3).to_frame("width")

# %%
# Without thresholds
# ------------------
# A difference in F1 may be one of thresholds: perhaps 0.5 suits one network
# and not the other. Average precision needs none, so it compares the scores
# themselves.

print(
    kml.compare_models(
        y_test,
        scores["a"][0],
        scores["b"][0],
        metric="average_precision",
        label_names=names,
        random_state=0,
    )
)

# %%
# If several samples come from one patient or one place, pass ``groups=``: they
# are not independent observations.
