"""
Two kinds of imbalance, and the lever for each
==============================================

Multi-label data is unbalanced in two ways that are easily mixed up. *Between
labels*: one label has a hundred times the positives of another. *Within a
label*: it has far more negatives than positives. Each has its own lever, and
pulling the wrong one changes nothing, or the wrong thing.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import keras_multilabel as kml

rng = np.random.default_rng(0)
classes = ["person", "chair", "car", "dog", "bottle", "boat", "cow", "sheep"]
prevalence = np.geomspace(0.5, 0.01, len(classes))
y = (rng.random((5000, len(classes))) < prevalence).astype("int8")

# %%
# What it looks like
# ------------------
# Left, between labels: the bars differ in height. Right, within each label:
# the negatives, in grey, outnumber the positives, of all labels but the first
# by far.

figure, (between, within) = plt.subplots(
    1, 2, figsize=(9, 3.6), layout="constrained"
)
positives = y.sum(0)
between.bar(classes, positives, color="C0")
between.set(title="Between labels: positives", ylabel="samples")
within.bar(classes, positives, color="C0", label="positives")
within.bar(
    classes,
    len(y) - positives,
    bottom=positives,
    color="0.8",
    label="negatives",
)
within.set(
    title="Within a label: positives and negatives", ylim=(0, 1.3 * len(y))
)
within.legend(loc="upper right")
for ax in (between, within):
    ax.tick_params(axis="x", rotation=45)

# %%
# Within a label: class weights, in the loss
# ------------------------------------------
# A label's few positives are outvoted by its many negatives, and the network
# says "no" to be safe. `compute_class_weight` gives a weight to both sides of
# each label, and a loss that takes ``class_weight`` uses them entry by entry.
# (Keras's own ``fit(class_weight=...)`` cannot: it reads a multi-hot row as
# one class.)
#
# The bars are the total weight of each side of each label in the loss, all its
# samples together:

schemes = {
    "no weights": np.ones((len(classes), 2)),
    "sqrt": kml.compute_class_weight(y, "sqrt"),
    "balanced": kml.compute_class_weight(y, "balanced"),
    "effective": kml.compute_class_weight(y, "effective"),
}
figure, axes = plt.subplots(
    1, 4, figsize=(11, 3.4), sharey=True, layout="constrained"
)
places = np.arange(len(classes))
for ax, (name, weight) in zip(axes, schemes.items(), strict=True):
    ax.bar(
        places - 0.2,
        positives * weight[:, 1],
        0.4,
        color="C0",
        label="positives",
    )
    negatives = (len(y) - positives) * weight[:, 0]
    ax.bar(places + 0.2, negatives, 0.4, color="0.75", label="negatives")
    ax.set_xticks(places, classes, rotation=60)
    ax.set_title(name)
axes[0].set_ylabel("total weight")
_ = axes[2].legend()

# %%
# "balanced" gives both sides of every label the same weight, and with that
# every label too. The effect is strong: scores stop being probabilities, and
# precision falls. The square root goes half the way. If scores are only
# ranked, or thresholds are tuned, compare with no weights at all: see below.
#
# Between labels: sample weights
# ------------------------------
# A picture with a sheep is worth more than one more picture with a person.
# That is a weight for the whole sample, all its labels together, and it goes
# where Keras takes it, into ``sample_weight``:

shares = {"no weights": y.mean(0)}
for reduce in ("mean", "max"):
    weight = kml.compute_sample_weight(y, "sqrt", reduce)
    shares[reduce] = (y * weight[:, None]).sum(0) / weight.sum()
print(pd.DataFrame(shares, classes).T.round(3).to_string())

# %%
# The numbers are the share of the training weight that has each label: the
# rare ones gain. But a picture of a sheep often shows a person too, and both
# get the same weight. Sample weights shift the balance between labels a
# little; they cannot set it, and they do nothing about negatives within a
# label. For a tf.data or PyDataset that does not fit in memory,
# ``kml.weighted(dataset)`` adds the same column.

# %%
# What it is worth
# ----------------
# Macro F1 of the rarer half of the labels on a test part, mean and standard
# deviation over 5 seeds (``python benchmarks/imbalance.py --scene FILE``).
# First a long tail: a small network on the features of 2,000 scenes of
# handwritten digits, of which the five rarer labels have 43 to 132 positives
# among the 1,000 to train on. The features are those of a network trained on
# 4,000 other scenes.
#
# =================================  =============  ===================
# trained with                       at 0.5         at tuned thresholds
# =================================  =============  ===================
# binary cross-entropy               0.630 ± 0.012  0.752 ± 0.014
# class weights, ``"balanced"``      0.718 ± 0.016  0.752 ± 0.019
# class weights, ``"sqrt"``          0.751 ± 0.012  0.757 ± 0.018
# class weights, ``"effective"``     0.746 ± 0.012  0.753 ± 0.023
# class weights, ``"pos_weight"``    0.724 ± 0.014  0.753 ± 0.016
# sample weights, ``"balanced"``     0.715 ± 0.013  0.751 ± 0.015
# ``AsymmetricLoss``                 0.726 ± 0.013  0.733 ± 0.013
# ``DistributionBalancedLoss``       0.690 ± 0.022  0.740 ± 0.015
# ``ZLPRLoss``                       0.650 ± 0.017  0.739 ± 0.006
# ``MultiLabelSoftmaxCrossentropy``  0.364 ± 0.010  0.737 ± 0.010
# ``TwoWayLoss``                     0.695 ± 0.012  0.743 ± 0.015
# =================================  =============  ===================
#
# At 0.5 every weight helps, and ``"sqrt"`` most: by 0.12, which is ten
# standard deviations. But tuned thresholds give the plain loss the same, and
# then no scheme is above it by more than the spread; five losses are a little
# below. What weights do here is to move the scores across the threshold. (The
# scores of a softmax add up to 1: 0.5 is not made for them where labels occur
# together.)
#
# Next Mulan's scene data, which has no tail: 2,407 scenes, 6 labels of 14 to
# 22 %.
#
# =================================  =============  ===================
# trained with                       at 0.5         at tuned thresholds
# =================================  =============  ===================
# binary cross-entropy               0.798 ± 0.013  0.805 ± 0.011
# class weights, ``"balanced"``      0.814 ± 0.008  0.808 ± 0.013
# class weights, ``"sqrt"``          0.809 ± 0.009  0.808 ± 0.005
# class weights, ``"effective"``     0.814 ± 0.005  0.807 ± 0.016
# class weights, ``"pos_weight"``    0.814 ± 0.005  0.805 ± 0.016
# sample weights, ``"balanced"``     0.799 ± 0.016  0.805 ± 0.013
# ``AsymmetricLoss``                 0.807 ± 0.008  0.803 ± 0.012
# ``DistributionBalancedLoss``       0.811 ± 0.013  0.802 ± 0.011
# ``ZLPRLoss``                       0.803 ± 0.010  0.810 ± 0.008
# ``MultiLabelSoftmaxCrossentropy``  0.824 ± 0.010  0.822 ± 0.017
# ``TwoWayLoss``                     0.806 ± 0.009  0.820 ± 0.013
# =================================  =============  ===================
#
# At 0.5 every class weight helps by one or two hundredths; at tuned thresholds
# little is left between them. The two-way loss stands out by one standard
# deviation, and so does the softmax, at 0.5 too: nearly all of these scenes
# have one label only.
#
# So: if you may tune thresholds, do that first, and add weights only where you
# have seen them help. If the threshold must stay at 0.5, ``"sqrt"`` is a good
# first choice.
