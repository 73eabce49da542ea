"""
Labels that are not all known
=============================

Somebody answered "is there a dog?" for one image and "is there a car?" for
another, and no one answered both. Such entries are *unknown*, which is not the
same as *no*. Write -1 for them, and the losses and scores of this package
leave them out. This lesson shows what happens if unknown is taken for no, or
if rows with unknown entries are dropped.
"""

# sphinx_gallery_thumbnail_number = 3
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from sklearn.datasets import load_digits

import keras_multilabel as kml

# %%
# Five questions about a digit
# ----------------------------
# scikit-learn's 1,797 handwritten digits. Each has some of five properties, so
# the problem is multi-label.

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
x = (images / 16).astype("float32")

figure, axes = plt.subplots(1, 6, figsize=(11, 2.2), layout="constrained")
for ax, row in zip(axes, [2, 3, 4, 5, 9, 7], strict=True):
    ax.imshow(images[row].reshape(8, 8), cmap="Greys")
    has = [name for name, yes in zip(names, y[row], strict=True) if yes]
    ax.set_title(",\n".join(has) or "(none)", fontsize=8)
    ax.axis("off")

# %%
# Most answers are missing
# ------------------------
# Half of the digits are to train on. Which of their entries are known is
# random, here three in ten. In the picture, a column per digit: blue is yes,
# pale blue no, white unknown. Hardly any column is complete. The test part is
# known completely, so that the truth can be told.

x_train, x_test, y_train, y_test = kml.multilabel_train_test_split(
    x, y, stratify=y, test_size=0.5, random_state=0
)
rng = np.random.default_rng(0)
chance = rng.random(y_train.shape)


def partial(share):
    return np.where(chance < share, y_train, -1)


figure, ax = plt.subplots(figsize=(9, 2), layout="constrained")
colours = ListedColormap(["white", "#abcbe8", "#2a6fae"])
ax.imshow(partial(0.3)[:60].T, cmap=colours, vmin=-1, vmax=1, aspect="auto")
ax.set_yticks(range(5), names)
_ = ax.set_xlabel("the first 60 training digits")

# %%
# `describe_labels` counts what is known. Shares are those of the known
# entries.

print(kml.describe_labels(partial(0.3), label_names=names))

# %%
# Three ways to train
# -------------------
# - *unknown*: -1 stays, and `WeightedBinaryCrossentropy` leaves those entries
#   out. A row helps with the labels that are known.
# - *no*: what happens where a table is filled with zeros.
# - *complete rows*: rows with an unknown entry are dropped. Where three in ten
#   entries are known, that leaves one row in 400.
#
# (Keras's own ``binary_crossentropy`` takes -1 for a number. Its loss falls
# below 0 as the score goes to 0: unknown pulls harder toward 0 than a no.)


def train(x, y):
    """Scores of the test part, from a network trained with these rows."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(64, "relu"),
            keras.layers.Dense(5, "sigmoid"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.005), kml.WeightedBinaryCrossentropy()
    )
    # As many steps for each, however many rows there are: 20,000 draws.
    drawn = np.random.default_rng(0).integers(len(x), size=20_000)
    model.fit(x[drawn], y[drawn], batch_size=64, verbose=0)
    return model.predict(x_test, verbose=0)


scores = {}
for share in (0.1, 0.3, 0.7):
    y_partial = partial(share)
    complete = (y_partial >= 0).all(1)
    scores["unknown", share] = train(x_train, y_partial)
    scores["no", share] = train(x_train, np.maximum(y_partial, 0))
    if complete.any():
        scores["complete rows", share] = train(
            x_train[complete], y_train[complete]
        )
    print(f"{share:.0%} known: {complete.sum()} complete rows")
scores["all known", 1.0] = train(x_train, y_train)

# %%
# Macro F1 at 0.5, and macro average precision, which needs no threshold. With
# -1 the network does well with one answer in ten. Filled with zeros, F1
# collapses: hardly any score is above 0.5. Average precision hardly falls,
# since the *order* of the scores is still right: lower thresholds would save
# much. Complete rows alone are too few.

figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
macro = {
    "macro F1 at 0.5": lambda score: kml.f1_score(
        y_test, score >= 0.5, average="macro"
    ),
    "macro average precision": lambda score: kml.average_precision_score(
        y_test, score
    ),
}
for ax, (title, value) in zip(axes, macro.items(), strict=True):
    for way, colour in (
        ("unknown", "#0072b2"),
        ("no", "#d55e00"),
        ("complete rows", "#009e73"),
    ):
        shares = [share for name, share in scores if name == way]
        ax.plot(
            shares,
            [value(scores[way, s]) for s in shares],
            "o-",
            color=colour,
            label=way,
        )
    ax.axhline(
        value(scores["all known", 1.0]), color="0.5", ls=":", label="all known"
    )
    ax.set(title=title, xlabel="share of entries known", ylim=(0, 1.02))
_ = axes[1].legend(loc="lower right")

# %%
# Why scores are too low
# ----------------------
# The mean score of each label, beside the share of digits that have it. A
# network learns the frequencies of its targets. If seven in ten positives are
# written as 0, it says 0.3 where it should say 1.

means = pd.DataFrame(
    {
        "truth": y_test.mean(0),
        "unknown": scores["unknown", 0.3].mean(0),
        "no": scores["no", 0.3].mean(0),
    },
    index=names,
)
ax = means.plot.bar(
    rot=0, figsize=(9, 3.2), color=["0.5", "#0072b2", "#d55e00"]
)
_ = ax.set_ylabel("share, and mean score")

# %%
# Scores on data with unknown entries
# -----------------------------------
# The same predictions, scored three times: on the complete truth, on truth of
# which three in ten entries are known and the others -1, and with these taken
# for no. Unknown entries left out, precision and recall are about those of the
# complete truth. Taken for no, each right prediction of an unknown entry
# counts as a false alarm.

y_pred = scores["unknown", 0.3] >= 0.5
y_known = np.where(rng.random(y_test.shape) < 0.3, y_test, -1)
pd.DataFrame(
    {
        name: {
            "precision": kml.precision_score(truth, y_pred, average="macro"),
            "recall": kml.recall_score(truth, y_pred, average="macro"),
            "F1": kml.f1_score(truth, y_pred, average="macro"),
        }
        for name, truth in {
            "complete": y_test,
            "unknown": y_known,
            "no": np.maximum(y_known, 0),
        }.items()
    }
).round(3)

# %%
# Here it is random which entries are known. If annotators answer only where
# they see something, the known entries are not a fair sample, and no encoding
# fixes that.
