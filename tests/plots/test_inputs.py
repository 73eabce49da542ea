"""Pictures of reports and of fitted callbacks: the same as of their data."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import keras_multilabel as kml
from tests.plots.figures import figures_of, scores, visible_texts

NAMES = ["ant", "bee", "cat"]
OF_COUNTS = ["plot_confusion_matrices", "plot_label_outcomes", "plot_label_counts"]
OF_SCORES = ["plot_precision_recall", "plot_roc", "plot_thresholds", "plot_reliability"]
OF_SAMPLES = ["plot_label_confusion", "plot_cooccurrence"]


@pytest.fixture(scope="module")
def validated():
    """Callbacks that have validated: on data of its own, and by a compiled metric."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 4)).astype("float32")
    y = (x[:, :3] + rng.normal(size=(80, 3)) > [0, 0.5, 1]).astype("float32")
    model = keras.Sequential([keras.layers.Dense(3, activation="sigmoid")])
    compiled = kml.MultiLabelScores(3, scores=("f1", "roc_auc"))
    model.compile("sgd", "binary_crossentropy", metrics=[compiled])
    own = kml.MultiLabelMetrics((x, y), label_names=NAMES, threshold=[0.5, 0.4, 0.3])
    of_metric = kml.MultiLabelMetrics()
    callbacks = [own, of_metric]
    model.fit(x, y, validation_data=(x, y), epochs=1, verbose=0, callbacks=callbacks)
    return own, of_metric


@pytest.fixture
def fitted(validated):
    """The callback with the data and thresholds."""
    return validated[0]


def written(drawn):
    return [text.get_text() for f in figures_of(drawn) for text, _ in visible_texts(f)]


@pytest.mark.keras
@pytest.mark.parametrize(
    "name", [*OF_COUNTS, "plot_label_scores", *OF_SCORES, *OF_SAMPLES]
)
def test_a_fitted_callback_is_drawn_as_its_data(fitted, name):
    y_true, y_score, thresholds = fitted.y_true, fitted.y_score, fitted.thresholds
    drawn = getattr(kml, name)
    named = {"label_names": NAMES}
    if name in (*OF_COUNTS, "plot_label_scores"):
        expected = drawn(fitted.counts)
    elif name in OF_SAMPLES[1:]:
        expected = drawn(y_true, **named)
    elif name in OF_SAMPLES:
        expected = drawn(y_true, thresholds.apply(y_score), **named)
    elif name == "plot_reliability":
        expected = drawn(y_true, y_score, **named)
    else:
        expected = drawn(y_true, y_score, thresholds=thresholds)
    assert written(drawn(fitted)) == written(expected)
    assert "ant" in written(expected)


@pytest.mark.keras
def test_a_callback_that_reads_a_compiled_metric_has_a_histogram(validated):
    metrics = validated[1]
    for name in OF_SCORES:
        drawn = getattr(kml, name)
        assert written(drawn(metrics)) == written(drawn(metrics.histogram))
    with pytest.raises(NotFittedError, match="keeps no y_"):
        kml.plot_label_confusion(metrics)


@pytest.mark.keras
@pytest.mark.parametrize("name", [*OF_COUNTS, *OF_SCORES, *OF_SAMPLES])
def test_a_callback_that_is_not_fitted_says_so(name):
    metrics = kml.MultiLabelMetrics((np.zeros((1, 1)), np.ones((1, 1))))
    with pytest.raises(NotFittedError, match=r"MultiLabelMetrics has no .* yet"):
        getattr(kml, name)(metrics)


@pytest.mark.parametrize("name", [*OF_COUNTS, *OF_SCORES, *OF_SAMPLES])
def test_a_report_is_drawn_as_its_data(rng, name):
    y_true, y_score = scores(rng, 3)
    y_pred = y_score >= 0.4
    report = SimpleNamespace(
        y_true=y_true,
        y_score=y_score,
        y_pred=y_pred,
        thresholds=np.full(3, 0.4),
        counts=kml.confusion_counts(y_true, y_pred, label_names=NAMES),
        sample_weight=None,
        label_names=NAMES,
    )
    drawn = getattr(kml, name)
    named = {"label_names": NAMES}
    if name in (OF_COUNTS[2], OF_SAMPLES[1]):
        expected = drawn(report.counts if name in OF_COUNTS else y_true, **named)
    elif name in (*OF_COUNTS, *OF_SAMPLES):
        expected = drawn(y_true, y_pred, **named)
    elif name == "plot_reliability":
        expected = drawn(y_true, y_score, **named)
    else:
        expected = drawn(y_true, y_score, thresholds=0.4, **named)
    assert written(drawn(report)) == written(expected)


def test_weights_of_a_report_count(rng):
    y_true, y_score = scores(rng, 2)
    weight = rng.integers(1, 4, len(y_true))
    report = SimpleNamespace(y_true=y_true, y_score=y_score, sample_weight=weight)
    rows = np.repeat(np.arange(len(y_true)), weight)
    for name in ("plot_precision_recall", "plot_roc"):
        drawn = getattr(kml, name)
        assert written(drawn(report)) == written(drawn(y_true[rows], y_score[rows]))


def test_a_histogram_has_no_counts_at_one_threshold(rng):
    histogram = kml.score_histogram(*scores(rng, 2))
    for name in ("plot_confusion_matrices", "plot_label_outcomes", "plot_label_scores"):
        with pytest.raises(TypeError, match=r"pass histogram\.counts\(0\.5\)"):
            getattr(kml, name)(histogram)
        assert getattr(kml, name)(histogram.counts(0.5))


@pytest.mark.parametrize(
    "plot",
    [
        kml.plot_precision_recall,
        kml.plot_roc,
        kml.plot_thresholds,
        kml.plot_reliability,
    ],
)
def test_curves_take_scores_that_were_sorted_before(rng, plot):
    y_true = (rng.random((80, 3)) < 0.4).astype(int)
    y_score, names = rng.random((80, 3)), list("abc")
    ranked = kml.SortedScores(y_true, y_score, label_names=names)
    (found,), (expected,) = plot(ranked), plot(y_true, y_score, label_names=names)
    texts = [
        [t.get_text() for ax in page.axes for t in ax.texts]
        for page in (found, expected)
    ]
    assert texts[0] == texts[1]
    lines = [
        [line.get_xydata() for ax in page.axes for line in ax.lines]
        for page in (found, expected)
    ]
    for one, other in zip(*lines, strict=True):
        np.testing.assert_array_equal(one, other)
