"""The values that MultiLabelMetrics reports: names, averages, weights, thresholds."""

import keras
import numpy as np
import pytest
import sklearn.metrics as sk
from sklearn.ensemble import RandomForestClassifier

import keras_multilabel as kml
from tests.fits import N_LABELS, batches, fit, make_model, ready, scores_of

pytestmark = pytest.mark.keras

NAMES = [
    "f1",
    "precision",
    "recall",
    "jaccard",
    "average_precision",
    "roc_auc",
    "hamming_loss",
    "subset_accuracy",
]


# A model trains on in the next test: so its steps are traced once.


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def model_of_unknown():
    return make_model(kml.WeightedBinaryCrossentropy())


@pytest.fixture(scope="module")
def model_of_steps():
    model = keras.Sequential(
        [keras.layers.Input((None, 6)), keras.layers.Dense(4, "sigmoid")]
    )
    model.compile("sgd", kml.WeightedBinaryCrossentropy())
    return model


# Names, averages and weights


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "samples", None])
def test_all_names_and_averages(data, model, average):
    metrics = kml.MultiLabelMetrics(
        data, metrics=NAMES, average=average, per_label=True, label_names="abcd"
    )
    history = fit([metrics], model, epochs=1)
    y_true, y_pred, y_score = data[1], metrics.y_score >= 0.5, metrics.y_score
    if average is not None:
        assert history["val_jaccard"][0] == pytest.approx(
            sk.jaccard_score(y_true, y_pred, average=average, zero_division=0)
        )
        assert history["val_average_precision"][0] == pytest.approx(
            kml.average_precision_score(y_true, y_score, average=average)
        )
    else:
        assert "val_f1" not in history
    assert history["val_roc_auc/c"][0] == pytest.approx(
        sk.roc_auc_score(y_true[:, 2], y_score[:, 2])
    )
    assert history["val_f1/b"][0] == pytest.approx(
        sk.f1_score(y_true[:, 1], y_pred[:, 1])
    )
    assert history["val_hamming_loss"][0] == pytest.approx(
        sk.hamming_loss(y_true, y_pred)
    )
    assert history["val_subset_accuracy"][0] == pytest.approx(
        sk.accuracy_score(y_true, y_pred)
    )


def test_callables_of_scikit_learn(data, model):
    metrics = kml.MultiLabelMetrics(
        data,
        metrics={"zero_one": sk.zero_one_loss},
        score_metrics={"lrap": sk.label_ranking_average_precision_score},
    )
    history = fit([metrics], model, epochs=1)
    assert history["val_zero_one"][0] == sk.zero_one_loss(
        data[1], metrics.y_score >= 0.5
    )
    assert 0 < history["val_lrap"][0] <= 1


def test_a_metric_that_is_not_a_number_is_named(data, model):
    metrics = kml.MultiLabelMetrics(data, metrics={"each": lambda t, p: p.sum(0)})
    with pytest.raises(
        ValueError, match=r"'each' must return one number; got shape \(4,\)"
    ):
        fit([metrics], model)


@pytest.mark.parametrize(
    ("use", "shape"), [(False, (150,)), (True, (150,)), (True, (150, 1))]
)
def test_weights_weigh_the_metrics_only_when_asked(data, model, use, shape):
    x, y = data
    weight = np.random.default_rng(0).random(len(x)).astype("float32")
    metrics = kml.MultiLabelMetrics(
        (x, y, weight.reshape(shape)), use_sample_weight=use, metrics="f1"
    )
    history = fit([metrics], model, epochs=1)
    assert history["val_f1"][0] == pytest.approx(
        sk.f1_score(
            y,
            metrics.y_score >= 0.5,
            average="weighted",
            sample_weight=weight if use else None,
        )
    )


def test_unknown_entries_are_left_out(data, model_of_unknown):
    x, y = data
    y = y.copy()
    y[::3, 1] = -1
    metrics = kml.MultiLabelMetrics((x, y), average="macro")
    history = fit([metrics], model_of_unknown, epochs=1)
    known = y[:, 1] >= 0
    f1 = [
        sk.f1_score(y[rows, label], metrics.y_score[rows, label] >= 0.5)
        for label, rows in enumerate([slice(None), known, slice(None), slice(None)])
    ]
    assert history["val_f1_score"][0] == pytest.approx(np.mean(f1))
    assert np.isfinite(history["val_loss"][0])


def test_labels_without_positives_are_named_once(data, model):
    """TRAPS 14."""
    x, y = data
    y = y.copy()
    y[:, 2] = 0
    metrics = kml.MultiLabelMetrics((x, y), average="macro", label_names="abcd")
    with pytest.warns(UserWarning, match="no positive of 'c': 1 of 4 labels") as caught:
        fit([metrics], model)
    assert sum("no positive" in str(w.message) for w in caught) == 1


# Logits


def test_logits_become_probabilities(data):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(N_LABELS)])
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    metrics = kml.MultiLabelMetrics(data, from_logits=True)
    fit([metrics], model, epochs=1)
    logits = scores_of(model, data[0])
    np.testing.assert_allclose(metrics.y_score, 1 / (1 + np.exp(-logits)), rtol=1e-4)
    np.testing.assert_array_equal(metrics.counts.tp, (data[1] * (logits >= 0)).sum(0))


def test_scores_outside_0_1_are_not_guessed_to_be_logits(data):
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(N_LABELS)])
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match="pass from_logits=True"):
        fit([kml.MultiLabelMetrics(data)], model)


# Thresholds


def test_a_score_of_exactly_the_threshold_is_positive(data):
    """Keras's own metrics use >."""
    model = keras.Sequential(
        [
            keras.layers.Input((6,)),
            keras.layers.Dense(N_LABELS, "sigmoid", kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
    metrics = kml.MultiLabelMetrics(data)
    fit([metrics], model, epochs=1)
    assert (metrics.y_score == 0.5).all()
    assert metrics.counts.fn.sum() == 0


def test_thresholds_per_label_decide_at_exactly_the_threshold(data, model):
    """TRAPS 17; and >= where Keras has >."""
    thresholds = [0.2, 0.4, 0.6, 0.8]
    metrics = kml.MultiLabelMetrics(data, threshold=thresholds)
    fit([metrics], model, epochs=1)
    np.testing.assert_array_equal(
        metrics.counts.tp + metrics.counts.fp,
        (metrics.y_score >= thresholds).sum(0),
    )
    assert metrics.thresholds.values.tolist() == thresholds


def test_tuned_thresholds_are_cross_fitted_and_those_of_the_best_epoch(data, tmp_path):
    tuner = kml.ThresholdTuner(objective="f1", average="macro", cv=3, shrinkage=0)
    metrics = kml.MultiLabelMetrics(data, average="macro", threshold=tuner)
    scores = []

    class Remember(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            scores.append(metrics.y_score)

    best = keras.callbacks.ModelCheckpoint(
        str(tmp_path / "best.weights.h5"),
        monitor="val_f1_score",
        mode="max",
        save_best_only=True,
        save_weights_only=True,
    )
    model = make_model()
    # So large a step from zero that the second epoch is the best.
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    model.optimizer.learning_rate = 20.0
    callbacks = [metrics, Remember(), best]
    history = fit(callbacks, model, epochs=4, train=ready(*data))["val_f1_score"]
    tuned = [
        kml.tune_thresholds(data[1], y_score, cv=3, shrinkage=0, random_state=0)
        for y_score in scores
    ]
    np.testing.assert_allclose(history, [each.cv_score for each in tuned])
    chosen = tuned[int(np.argmax(history))]
    assert 0 < np.argmax(history) < 3
    np.testing.assert_array_equal(metrics.thresholds.values, chosen.values)
    # They belong to the weights that the checkpoint kept.
    model.load_weights(tmp_path / "best.weights.h5")
    y_pred = metrics.thresholds.apply(scores_of(model, data[0]))
    assert kml.f1_score(data[1], y_pred) == pytest.approx(chosen.score, abs=0.02)
    # What was given is left as it was.
    assert tuner.cv == 3
    assert not hasattr(tuner, "thresholds_")


def test_a_tuner_with_an_estimator_is_refused(data):
    tuner = kml.ThresholdTuner(RandomForestClassifier(), average="macro")
    with pytest.raises(ValueError, match="without an estimator, because the scores"):
        kml.MultiLabelMetrics(data, threshold=tuner)


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted", "samples"])
def test_tune_is_for_the_f1_of_the_average(data, model, average):
    metrics = kml.MultiLabelMetrics(data, average=average, threshold="tune")
    history = fit([metrics], model, epochs=1)
    expected = kml.tune_thresholds(
        data[1], metrics.y_score, average=average or "macro", cv=5, random_state=0
    )
    np.testing.assert_array_equal(metrics.thresholds.values, expected.values)
    if average is not None:
        assert history["val_f1_score"] == [pytest.approx(expected.cv_score)]


def test_a_new_fit_chooses_among_its_own_epochs(data):
    metrics = kml.MultiLabelMetrics(data, threshold="tune")
    model = make_model()
    fit([metrics], model, epochs=2)
    first = metrics.thresholds
    # Without learning no epoch would be better.
    model.optimizer.learning_rate = 0.0
    fit([metrics], model, epochs=1)
    assert metrics.thresholds is not first


class Broken(keras.layers.Layer):
    """NaN for some rows while it is told so."""

    def __init__(self):
        super().__init__()
        self.factor = self.add_weight(shape=(), initializer="ones", trainable=False)

    def call(self, x):
        return x * self.factor


def test_nan_scores_are_nan_in_the_logs_and_training_goes_on(data):
    broken = Broken()
    model = keras.Sequential(
        [keras.layers.Input((6,)), keras.layers.Dense(4, "sigmoid"), broken]
    )
    model.compile("sgd", "mse")  # torch's cross-entropy raises on NaN itself

    def breaks(factor):
        def set_factor(epoch, logs):
            broken.factor.assign(factor if epoch in (0, 1) else 1.0)

        return keras.callbacks.LambdaCallback(on_epoch_end=set_factor)

    metrics = kml.MultiLabelMetrics(
        data, metrics=["f1", "hamming_loss"], per_label=True, threshold="tune"
    )
    with pytest.warns(UserWarning, match=r"model gave 600 NaN scores of 600") as caught:
        history = fit([breaks(np.nan), metrics, breaks(1.0)], model, epochs=4)
    assert len([w for w in caught if "NaN scores" in str(w.message)]) == 1
    for name in ("val_f1", "val_hamming_loss", "val_f1/label 3"):
        assert np.isnan(history[name]).tolist() == [True, True, False, False]
    assert len(metrics.y_score) == len(data[0])


@pytest.mark.parametrize("weight_of", [None, "sample", "position"])
@pytest.mark.parametrize("is_array", [True, False])
def test_labels_per_step_are_rows(model_of_steps, is_array, weight_of):
    """Of 12 samples with 5 steps each; some steps are padding."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 5, 6)).astype("float32")
    y = (x[..., :4] > 0.3).astype("float32")
    y[rng.random((12, 5)) < 0.3] = -1
    weight = rng.integers(1, 4, (12, 5) if weight_of == "position" else (12, 1))
    given = () if weight_of is None else (weight.astype("float32"),)
    model = model_of_steps
    source = (x, y, *given) if is_array else lambda: batches(x, y, *given, size=5)
    metrics = kml.MultiLabelMetrics(
        source, metrics=["f1", "subset_accuracy"], use_sample_weight=True
    )
    history = fit([metrics], model, epochs=1, train=(x, y))
    known = y[..., 0] >= 0
    truth, scores = y[known], scores_of(model, x)[known]
    flat = None
    if given:
        flat = np.broadcast_to(weight, (12, 5))[known]
    np.testing.assert_array_equal(metrics.y_true, truth)
    np.testing.assert_allclose(metrics.y_score, scores, rtol=1e-5)
    options = {"average": "weighted", "sample_weight": flat}
    assert history["val_f1"][0] == pytest.approx(
        kml.f1_score(truth, scores >= 0.5, **options), abs=1e-6
    )
    exact = kml.subset_accuracy_score(truth, scores >= 0.5, sample_weight=flat)
    assert history["val_subset_accuracy"][0] == pytest.approx(exact, abs=1e-6)
    if not is_array:
        options = {"sample_weight": given[0]} if given else {}
        expected = model.evaluate(x, y, batch_size=5, verbose=0, **options)
        assert history["val_loss"][0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("is_array", [True, False])
def test_tuned_steps_of_a_sample_stay_in_one_part(model_of_steps, is_array):
    """Steps are much alike: dealt out to parts, they would tell of each other."""
    rng = np.random.default_rng(0)
    x = np.repeat(rng.normal(size=(30, 1, 6)), 5, axis=1).astype("float32")
    y = (x[..., :4] + rng.normal(size=(30, 1, 4)) > 0.3).astype("float32")
    y[rng.random((30, 5)) < 0.3] = -1
    model = model_of_steps
    source = (x, y) if is_array else lambda: batches(x, y, size=7)
    metrics = kml.MultiLabelMetrics(source, metrics=["f1"], threshold="tune")
    history = fit([metrics], model, epochs=1, train=(x, y))
    tuned = kml.tune_thresholds(
        y, scores_of(model, x), average="weighted", cv=5, random_state=0
    )
    assert history["val_f1"][0] == pytest.approx(tuned.cv_score, abs=1e-6)
    np.testing.assert_allclose(metrics.thresholds.values, tuned.values, rtol=1e-5)
