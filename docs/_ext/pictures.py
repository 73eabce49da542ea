"""A figure for the page of each plot."""

DATA = """\
import numpy as np
import keras_multilabel as kml

names = ["person", "car", "dog", "cat", "tv/monitor", "boat", "cow"]
rng = np.random.default_rng(0)
hidden = rng.normal(size=(1000, 3)) @ rng.normal(size=(3, 7))
hidden += rng.normal(size=(1000, 7))
shares = [0.45, 0.2, 0.14, 0.12, 0.1, 0.06, 0.03]
cuts = np.array([np.quantile(h, 1 - share) for h, share in zip(hidden.T, shares)])
y_true = (hidden > cuts).astype(int)
y_score = 1 / (1 + np.exp(2 * (cuts - hidden - rng.normal(size=(1000, 7)))))
"""

FIGURES = {
    "plot_label_counts": "kml.plot_label_counts(y_true, label_names=names)",
    "plot_cooccurrence": "kml.plot_cooccurrence(y_true, label_names=names)",
    "plot_image_sizes": """\
import pandas as pd

sizes = pd.DataFrame({"width": rng.choice([500, 375, 333], 400, p=[0.7, 0.2, 0.1])})
sizes["height"] = rng.choice([375, 500, 333], 400, p=[0.7, 0.2, 0.1])
kml.plot_image_sizes(sizes)""",
    "plot_history": """\
logs = {
    "loss": [0.6, 0.42, 0.33, 0.27, 0.22],
    "val_loss": [0.55, 0.43, 0.39, 0.38, 0.4],
    "val_f1_score": [0.2, 0.48, 0.58, 0.63, 0.61],
    "val_precision": [0.6, 0.62, 0.61, 0.66, 0.7],
    "val_recall": [0.12, 0.4, 0.56, 0.6, 0.55],
}
kml.plot_history(logs)""",
    "plot_confusion_matrices": """\
counts = kml.confusion_counts(y_true, y_score >= 0.5, label_names=names)
kml.plot_confusion_matrices(counts)""",
    "plot_label_outcomes": """\
counts = kml.confusion_counts(y_true, y_score >= 0.5, label_names=names)
kml.plot_label_outcomes(counts)""",
    "plot_label_scores": """\
kml.plot_label_scores(y_true, y_score >= 0.5, label_names=names)""",
    "plot_label_confusion": """\
kml.plot_label_confusion(y_true, y_score >= 0.5, label_names=names)""",
    "plot_precision_recall": """\
kml.plot_precision_recall(y_true, y_score, label_names=names)""",
    "plot_roc": "kml.plot_roc(y_true, y_score, label_names=names)",
    "plot_thresholds": """\
thresholds = kml.tune_thresholds(y_true, y_score, label_names=names)
kml.plot_thresholds(y_true, y_score, thresholds=thresholds)""",
    "plot_reliability": "kml.plot_reliability(y_true, y_score, label_names=names)",
}
