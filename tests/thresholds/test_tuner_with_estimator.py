"""ThresholdTuner around a scikit-learn classifier."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import keras_multilabel as kml

LINEAR = MultiOutputClassifier(LogisticRegression())
CLASSIFIERS = {
    "list": LINEAR,
    "forest": RandomForestClassifier(5, random_state=0),
    "neighbors": KNeighborsClassifier(),
    "array": MLPClassifier((4,), max_iter=20, random_state=0),
    "chain": ClassifierChain(LogisticRegression()),
    "margins": OneVsRestClassifier(LinearSVC()),
    "ridge": RidgeClassifier(),
    "pipeline": make_pipeline(StandardScaler(), LINEAR),
}
FOLDS = [(np.arange(100, 300), np.arange(100)), (np.arange(100), np.arange(100, 300))]


def draw(rng, n=300):
    x = rng.normal(size=(n, 6))
    return x, (x[:, :3] + rng.normal(size=(n, 3)) > [0.5, 1.0, 1.5]).astype(int)


@pytest.fixture
def data(rng):
    return draw(rng)


def scores_of(estimator, x):
    """Written out once more, for classifiers that saw both classes."""
    if not hasattr(estimator, "predict_proba"):
        return estimator.decision_function(x)
    given = estimator.predict_proba(x)
    return np.stack([p[:, 1] for p in given], 1) if isinstance(given, list) else given


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_thresholds_are_those_of_scores_by_clones_that_saw_other_samples(
    data, estimator
):
    x, y = data
    tuner = kml.ThresholdTuner(estimator, cv=FOLDS).fit(x, y)
    y_score = np.empty(y.shape)
    for train, test in FOLDS:
        y_score[test] = scores_of(clone(estimator).fit(x[train], y[train]), x[test])
    expected = kml.tune_thresholds(y, y_score, cv=FOLDS)
    assert tuner.thresholds_.to_json() == expected.to_json()
    np.testing.assert_array_equal(tuner.thresholds_.cv_pred, expected.cv_pred)
    fresh = scores_of(clone(estimator).fit(x, y), x)
    np.testing.assert_array_equal(tuner.predict(x), expected.apply(fresh))
    assert tuner.score(x, y) == pytest.approx(
        kml.f1_score(y, tuner.predict(x), average="macro")
    )
    assert not hasattr(estimator, "classes_")


def test_its_cv_score_is_what_it_is_worth_on_other_data(rng):
    """A forest knows its own training data by heart: tuned there, F1 seems 1.0."""
    (x, y), (x_new, y_new) = draw(rng, 400), draw(rng, 20000)
    forest = RandomForestClassifier(50, random_state=0)
    in_sample = kml.tune_thresholds(y, scores_of(clone(forest).fit(x, y), x), cv=5)
    assert in_sample.cv_score > 0.98
    tuner = kml.ThresholdTuner(forest, random_state=0).fit(x, y)
    truth = kml.f1_score(y_new, tuner.predict(x_new), average="macro")
    assert truth < 0.65
    assert tuner.score(x_new, y_new) == pytest.approx(truth)
    assert tuner.thresholds_.cv_score == pytest.approx(truth, abs=0.06)
    assert tuner.thresholds_.score == pytest.approx(truth, abs=0.06)
    assert cross_val_score(tuner, x, y, cv=5).mean() == pytest.approx(truth, abs=0.06)


def test_by_default_it_scores_in_five_stratified_parts(rng):
    """A label with five positives has one in each: no clone is without it."""
    x, y = draw(rng)
    y[:, 2] = np.arange(len(y)) < 5  # plain KFold would put all into one part
    tuner = kml.ThresholdTuner(LINEAR, random_state=0).fit(x, y)
    again = kml.ThresholdTuner(LINEAR, random_state=0).fit(x, y)
    assert tuner.thresholds_.to_json() == again.thresholds_.to_json()
    assert tuner.thresholds_.cv_score is not None


# OneVsRestClassifier warns of the constant label.
@pytest.mark.filterwarnings("ignore:Label:UserWarning")
@pytest.mark.parametrize("estimator", ["forest", "neighbors", "margins"])
@pytest.mark.parametrize("value", [0, 1])
def test_a_label_may_have_one_class_in_a_part_or_everywhere(data, estimator, value):
    x, y = data
    y[:, 1] = value
    y[150:, 2] = 0  # constant in the second half, which alone scores the first
    halves = [
        (np.arange(150), np.arange(150, 300)),
        (np.arange(150, 300), np.arange(150)),
    ]
    tuner = kml.ThresholdTuner(CLASSIFIERS[estimator], cv=halves, shrinkage=0)
    decided = tuner.fit(x, y).predict(x)
    assert (decided[:, 1] == value).all()


@pytest.mark.parametrize(
    "estimator",
    [DecisionTreeClassifier(), OneVsRestClassifier(LogisticRegression()), LINEAR],
)
def test_one_label_is_a_column(data, estimator):
    x, y = data[0], data[1][:, :1]
    tuner = kml.ThresholdTuner(estimator, random_state=0).fit(x, y)
    assert tuner.predict(x).shape == (300, 1)
    assert tuner.score(x, y) > 0.6
    assert (
        kml.ThresholdTuner(DecisionTreeClassifier()).fit(x, 0 * y).predict(x).sum() == 0
    )


@pytest.mark.filterwarnings("ignore:Label:UserWarning")
@pytest.mark.parametrize("base", [LogisticRegression(), LinearSVC()])
@pytest.mark.parametrize("value", [0, 1])
def test_one_label_that_never_changes_is_predicted(data, base, value):
    """OneVsRestClassifier gives the columns of its one class, whichever, as 1 and 0."""
    y = np.full((300, 1), value)
    tuner = kml.ThresholdTuner(OneVsRestClassifier(base)).fit(data[0], y)
    assert (tuner.predict(data[0]) == value).all()


@pytest.mark.parametrize("cv", ["x", 3.0, [1, 2]])
def test_parts_that_are_none_are_refused_by_name(data, cv):
    with pytest.raises(TypeError, match="cv must be a number of parts, or pairs"):
        kml.ThresholdTuner(LINEAR, cv=cv).fit(*data)


def test_it_works_with_the_tools_of_scikit_learn(data):
    x, y = data
    tuner = kml.ThresholdTuner(LINEAR, random_state=0)
    assert is_classifier(tuner)
    pipeline = make_pipeline(StandardScaler(), tuner)
    assert cross_val_score(pipeline, x, y, cv=3).mean() > 0.5
    assert cross_val_score(tuner, x, y, cv=3, scoring="f1_macro").mean() > 0.5
    assert cross_val_score(tuner, x, y, cv=3, scoring="roc_auc").mean() > 0.7
    assert cross_val_predict(tuner, x, y, cv=3).shape == y.shape
    grid = {"estimator__estimator__C": [1e-6, 1.0], "shrinkage": [0, 5]}
    search = GridSearchCV(tuner, grid, cv=3).fit(x, y)
    assert search.best_params_["estimator__estimator__C"] == 1.0
    fitted = search.best_estimator_
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(fitted)).predict(x), fitted.predict(x)
    )


def test_parameters_go_through_to_the_estimator():
    tuner = kml.ThresholdTuner(LINEAR).set_params(estimator__estimator__C=3.0)
    assert tuner.get_params(deep=True)["estimator__estimator__C"] == 3.0
    assert clone(tuner).estimator.estimator.C == 3.0
    LINEAR.set_params(estimator__C=1.0)


def test_what_the_estimator_knows_and_gives_is_there(data):
    x, y = pd.DataFrame(data[0], columns=list("abcdef")), pd.DataFrame(data[1])
    tuner = kml.ThresholdTuner(LINEAR, label_names=["sun", "rain", "snow"])
    with pytest.raises(NotFittedError):
        tuner.predict_proba(x)
    tuner.fit(x, y)
    assert tuner.thresholds_.label_names == ["sun", "rain", "snow"]
    named = kml.ThresholdTuner(LINEAR).fit(x, y.set_axis(list("uvw"), axis=1))
    assert named.thresholds_.label_names == ["u", "v", "w"]
    assert len(tuner.predict_proba(x)) == 3
    assert not hasattr(tuner, "decision_function")
    assert [list(classes) for classes in tuner.classes_] == [[0, 1]] * 3
    of_frames = kml.ThresholdTuner(CLASSIFIERS["forest"]).fit(x, y)
    assert of_frames.n_features_in_ == 6
    assert list(of_frames.feature_names_in_) == list("abcdef")
    margins = kml.ThresholdTuner(CLASSIFIERS["margins"]).fit(
        csr_array(data[0]), data[1]
    )
    assert margins.decision_function(data[0]).shape == (300, 3)
    assert not hasattr(margins, "predict_proba")


class Recorder(BaseEstimator):
    """Scores of the first columns, and what its fits were given."""

    calls: list = []  # noqa: RUF012

    def fit(self, X, y, sample_weight=None, epochs=1, speed=None):  # noqa: N803
        self.calls.append((np.array(y), sample_weight, epochs, speed))
        return self

    def predict_proba(self, X):  # noqa: N803
        return 1 / (1 + np.exp(-X[:, :3]))


@pytest.fixture
def recorder():
    Recorder.calls.clear()
    return Recorder()


def test_weights_and_fit_parameters_reach_each_fit(data, recorder):
    x, y = data
    weight, speed = np.arange(300) % 3 + 1.0, np.arange(300)
    tuner = kml.ThresholdTuner(recorder, cv=FOLDS)
    tuner.fit(x, y, weight, epochs=7, speed=speed)
    rows = [train for train, _ in FOLDS] + [np.arange(300)]
    for (_, weights, epochs, speeds), train in zip(recorder.calls, rows, strict=True):
        np.testing.assert_array_equal(weights, weight[train])
        np.testing.assert_array_equal(speeds, speed[train])
        assert epochs == 7
    expected = kml.tune_thresholds(
        y, recorder.predict_proba(x), cv=FOLDS, sample_weight=weight
    )
    assert tuner.thresholds_.to_json() == expected.to_json()


def test_where_the_estimator_takes_no_weights_it_says_so(data):
    weight = np.ones(300)
    tuner = kml.ThresholdTuner(CLASSIFIERS["pipeline"])
    with pytest.warns(UserWarning, match="fit of Pipeline has no sample_weight"):
        tuner.fit(*data, sample_weight=weight)


def test_unknown_truth_reaches_the_estimator_as_it_is(data, recorder):
    """cross_val_predict alone would number -1, 0, 1 anew as 0, 1, 2."""
    x, y = data
    y[::7, 1] = -1
    tuner = kml.ThresholdTuner(recorder, cv=FOLDS).fit(x, y)
    assert all(-1 in seen and seen.max() == 1 for seen, *_ in recorder.calls)
    expected = kml.tune_thresholds(y, recorder.predict_proba(x), cv=FOLDS)
    assert tuner.thresholds_.to_json() == expected.to_json()
    assert np.isfinite(cross_val_score(tuner.set_params(cv=3), x, y, cv=3)).all()
    missing = np.where(y < 0, np.nan, y)
    assert np.isfinite(cross_val_score(tuner, x, missing, cv=KFold(3))).all()
    with pytest.raises(ValueError, match="estimators treat it as a class"):
        kml.ThresholdTuner(CLASSIFIERS["neighbors"], cv=FOLDS).fit(x, y)


def test_a_splitter_is_taken_and_its_groups(data, recorder):
    x, y = data
    groups = np.arange(300) // 3
    pairs = list(GroupKFold(4).split(x, groups=groups))
    expected = kml.tune_thresholds(y, recorder.predict_proba(x), cv=pairs).to_json()
    tuner = kml.ThresholdTuner(recorder, cv=GroupKFold(4)).fit(x, y, groups=groups)
    assert tuner.thresholds_.to_json() == expected
    y_score = recorder.predict_proba(x)
    tuner = kml.ThresholdTuner(cv=GroupKFold(4)).fit(y_score, y, groups=groups)
    assert tuner.thresholds_.to_json() == expected
    params = {"groups": groups}
    nested = kml.ThresholdTuner(recorder, cv=GroupKFold(2))
    scores = cross_val_score(nested, x, y, cv=KFold(3), params=params)
    assert np.isfinite(scores).all()
    with pytest.raises(ValueError, match="groups need a splitter"):
        kml.ThresholdTuner(recorder, cv=4).fit(x, y, groups=groups)


def test_a_fitted_model_is_tuned_on_validation_data(data):
    x, y = data
    forest = clone(CLASSIFIERS["forest"]).fit(x[:150], y[:150])
    tuner = kml.ThresholdTuner(FrozenEstimator(forest), random_state=0)
    tuner.fit(x[150:], y[150:])
    y_score = scores_of(forest, x[150:])
    expected = kml.tune_thresholds(y[150:], y_score, cv=5, random_state=0)
    assert tuner.thresholds_.to_json() == expected.to_json()


def test_weights_are_routed_where_routing_is_on(data):
    with sklearn.config_context(enable_metadata_routing=True):
        forest = clone(CLASSIFIERS["forest"]).set_fit_request(sample_weight=True)
        tuner = kml.ThresholdTuner(forest).set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipeline = make_pipeline(scaler, tuner)
        pipeline.fit(*data, sample_weight=np.ones(300))
    assert pipeline.predict(data[0]).shape == (300, 3)


@pytest.mark.parametrize("objective", ["f1", kml.f1_score, lambda counts: counts.tp])
def test_an_objective_in_the_estimators_place_is_an_error(objective):
    with pytest.raises(TypeError, match=r"ThresholdTuner\(objective="):
        kml.ThresholdTuner(objective)


@pytest.mark.parametrize("estimator", [3, LinearSVC, StandardScaler()])
def test_what_gives_no_scores_is_an_error(data, estimator):
    with pytest.raises(TypeError, match=r"estimator must be a|estimator instance"):
        kml.ThresholdTuner(estimator).fit(*data)


def test_errors_name_what_is_wrong(data, recorder):
    x, y = data
    with pytest.raises(ValueError, match=r"scores of the shape \(n_samples, 2\).*3\)"):
        kml.ThresholdTuner(recorder).fit(x, y[:, :2])
    with pytest.raises(TypeError, match="fit got epochs, which would be for an estim"):
        kml.ThresholdTuner().fit(y, y, epochs=3)
    with pytest.raises(ValueError, match="requires y to be passed"):
        kml.ThresholdTuner(recorder).fit(x, None)
    with pytest.raises(ValueError, match="objective must be one of"):
        kml.ThresholdTuner(recorder, objective="auc").fit(x, y)
    assert len(recorder.calls) < 2  # nothing is fitted before the options are checked
