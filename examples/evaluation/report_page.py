"""
The report, as a page
=====================

One call evaluates a model on a data set: every score of every label with its
interval, and what the thresholds were tuned on. It prints, goes into a data
frame, and writes one interactive page that you can send to somebody who has no
Python. That page is in this lesson: try it.
"""

import html
import tempfile
from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_digits

import keras_multilabel as kml

keras.utils.set_random_seed(0)

# %%
# Two models
# ----------
# Digits with noise, and five of their properties as labels. The second model,
# with 8 hidden units, is there to be compared.

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


def scores_of(units):
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(units, "relu"),
            keras.layers.Dense(5, "sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x_train, y_train, epochs=12, verbose=0)
    return model.predict(x_test, verbose=0)


y_score, other_score = scores_of(64), scores_of(8)

# %%
# The report
# ----------
# ``"cv"`` tunes a threshold per label on these rows and predicts each row by
# thresholds of other rows, so that the scores hold for new data. After a
# ``fit`` with `MultiLabelMetrics`, ``metrics.report()`` gives the same of the
# validation data.
#
# Each row has F1 with its interval. A label with a good ``AP`` and a poor F1
# would have a threshold problem, not a model problem.

pictures = 255 * x_test.clip(0, 1).reshape(-1, 8, 8)
pictures = np.kron(pictures, np.ones((8, 8))).astype("uint8")
report = kml.evaluation_report(
    y_test,
    y_score,
    "cv",
    label_names=names,
    images=list(pictures),
    random_state=0,
)
print(report)

# %%
# As a data frame, for what you want to do with it:

frame = report.to_frame()
frame[
    ["f1_score", "f1_score_low", "f1_score_high", "average_precision"]
].round(3)

# %%
# In one picture: F1 of each label with its interval, recall and precision.

_ = kml.plot_label_scores(report)

# %%
# The page
# --------
# ``to_html`` writes one file that needs no network. Given ``images``, it shows
# the worst misses and false alarms; given a comparison, the second model
# beside the labels. Here the page is embedded. What to try:
#
# - sort the table by a column, and filter it by a name;
# - click a label, and move its threshold: counts, precision and recall follow;
# - look at the images that the model is surest about and wrong.

comparison = kml.compare_models(
    y_test,
    report.y_pred,
    other_score >= 0.5,
    label_names=names,
    random_state=0,
)
page = report.to_html(Path(tempfile.mkdtemp(), "report.html"), comparison)


class Embedded:
    """A page in a page, here and in a notebook."""

    def __init__(self, file):
        self.text = Path(file).read_text(encoding="utf-8")

    def _repr_html_(self):
        return (
            '<iframe style="width: 100%; height: 900px; border: 1px solid" '
            f'title="Report" srcdoc="{html.escape(self.text)}"></iframe>'
        )


Embedded(page)
