"""ThresholdTuner among scikit-learn's own tools."""

import inspect

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import keras_multilabel as kml


@pytest.fixture
def data(rng):
    y_true = (rng.random((300, 5)) < [0.4, 0.3, 0.2, 0.1, 0.05]).astype(np.int8)
    return (y_true + 2 * rng.random(y_true.shape)) / 3, y_true


def test_it_tunes_as_the_function_does(data):
    options = {"average": "micro", "shrinkage": 0, "label_names": list("abcde")}
    tuner = kml.ThresholdTuner(objective="jaccard", **options).fit(*data)
    tuned = kml.tune_thresholds(data[1], data[0], "jaccard", **options)
    assert tuner.thresholds_.to_json() == tuned.to_json()
    np.testing.assert_array_equal(tuner.predict(data[0]), tuned.apply(data[0]))
    assert tuner.score(*data) == pytest.approx(tuned.score)


def test_parameters_are_those_of_the_function():
    function = set(inspect.signature(kml.tune_thresholds).parameters)
    estimator = set(kml.ThresholdTuner().get_params())
    assert estimator == function - {"y_true", "y_score", "sample_weight"} | {
        "estimator"
    }
    copy = clone(kml.ThresholdTuner(objective="fbeta", beta=2, cv=4))
    assert (copy.objective, copy.beta, copy.cv) == ("fbeta", 2, 4)


def test_cross_val_score_is_the_score_on_other_data(data):
    tuner = kml.ThresholdTuner(objective="matthews", average="macro")
    folds = [
        (np.arange(100, 300), np.arange(100)),
        (np.arange(200), np.arange(200, 300)),
    ]
    scores = cross_val_score(tuner, *data, cv=folds)
    for score, (train, test) in zip(scores, folds, strict=True):
        tuned = kml.tune_thresholds(data[1][train], data[0][train], "matthews")
        pairs = zip(data[1][test].T, tuned.apply(data[0][test]).T, strict=True)
        assert score == pytest.approx(np.mean([matthews_corrcoef(*p) for p in pairs]))


@pytest.mark.parametrize("average", [None, "macro", "weighted", "micro", "samples"])
def test_score_is_the_f1_of_the_average(data, average):
    weight = np.arange(300) % 3
    tuner = kml.ThresholdTuner(average=average).fit(*data, sample_weight=weight)
    expected = kml.f1_score(
        data[1],
        tuner.predict(data[0]),
        average=average or "macro",
        sample_weight=weight,
    )
    assert tuner.score(*data, sample_weight=weight) == pytest.approx(expected)


def test_it_is_a_step_of_a_pipeline_and_of_a_search(data):
    logits = np.log(data[0] / (1 - data[0] + 1e-9))
    sigmoid = FunctionTransformer(lambda z: 1 / (1 + np.exp(-z)))
    pipeline = make_pipeline(sigmoid, kml.ThresholdTuner())
    decisions = cross_val_predict(pipeline, logits, data[1], cv=3)
    assert kml.f1_score(data[1], decisions) > 0.5
    search = GridSearchCV(kml.ThresholdTuner(), {"shrinkage": [0, 5, 1e6]}, cv=3)
    assert search.fit(*data).best_params_["shrinkage"] in (0, 5, 1e6)


def test_it_must_be_fitted_first(data):
    with pytest.raises(NotFittedError):
        kml.ThresholdTuner().predict(data[0])
    with pytest.raises(ValueError, match="objective must be one of"):
        kml.ThresholdTuner(objective="auc").fit(*data)


@pytest.mark.keras
@pytest.mark.parametrize("name", ["SKLearnClassifier", "SKLearnRegressor"])
def test_wrappers_of_keras_refuse_several_labels(data, name):
    """how_to/keras_in_scikit_learn.rst has a class instead: drop it if this fails."""
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    with pytest.raises(ValueError, match="y should be a 1d array"):
        getattr(keras.wrappers, name)(model).fit(*data)
