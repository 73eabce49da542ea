"""Threads of ours, in which BLAS starts none of its own."""

from threading import Barrier, Thread, get_ident

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

import keras_multilabel as kml
from keras_multilabel.utils.parallel import map_threads


def blas_threads():
    """Of NumPy; SciPy brings a library of its own."""
    found = ThreadpoolController().select(internal_api="openblas").info()
    return [each["num_threads"] for each in found if "numpy" in each["filepath"]]


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")
    with ThreadpoolController().limit(limits=2):
        assert set(blas_threads()) == {2}
        yield


@pytest.mark.usefixtures("two_cores")
def test_few_entries_start_no_thread():
    def thread(_):
        return get_ident()

    assert set(map_threads(thread, range(4), entries=5000)) == {get_ident()}
    assert get_ident() not in map_threads(thread, range(4))


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("weighted", [False, True])
def test_labels_in_threads_are_those_of_each_alone(rng, weighted):
    y_true = (rng.random((2000, 70)) < 0.2).astype("int8")
    y_true[rng.random(y_true.shape) < 0.1] = -1
    y_score = rng.random(y_true.shape).astype("float32")
    weight = rng.random(2000) if weighted else None
    all_at_once = list(results(y_true, y_score, weight))
    for column in range(0, 70, 23):
        own = y_true[:, [column]], y_score[:, [column]]
        for found, alone in zip(all_at_once, results(*own, weight), strict=True):
            np.testing.assert_allclose(found[column], alone[0], rtol=1e-12)


def results(y_true, y_score, weight):
    """One array per label of what works in threads."""
    options = {"sample_weight": weight}
    yield kml.average_precision_score(y_true, y_score, average=None, **options)
    yield kml.roc_auc_score(y_true, y_score, average=None, **options)
    calibrator = kml.LabelCalibrator().fit(y_score, y_true, weight)
    yield calibrator.coef_[0]
    tuned = kml.tune_thresholds(y_true, y_score, shrinkage=0, **options)
    yield tuned.values
    yield kml.confusion_counts(y_true, tuned.apply(y_score), **options).tp
    expected = kml.tune_thresholds(
        y_true, y_score, method="expected", shrinkage=0, **options
    )
    yield expected.values


@pytest.mark.usefixtures("two_cores")
def test_blas_has_one_thread_inside_and_all_of_them_after():
    before = blas_threads()
    inside = map_threads(lambda _: blas_threads(), range(4))
    assert {n for found in inside for n in found} <= {1}
    assert blas_threads() == before


@pytest.mark.usefixtures("two_cores")
def test_so_it_is_where_threads_start_threads_and_one_fails():
    before = blas_threads()

    def nested(item):
        map_threads(np.sqrt, [1.0, 2.0])
        assert set(blas_threads()) <= {1}
        if item == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        map_threads(nested, range(6))
    assert blas_threads() == before


@pytest.mark.usefixtures("two_cores")
def test_two_callers_that_overlap_leave_it_as_it_was():
    before = blas_threads()
    first_is_in, second_is_in = Barrier(2), Barrier(2)

    def first():
        map_threads(lambda k: k or (first_is_in.wait(9), second_is_in.wait(9)), [0, 1])

    caller = Thread(target=first)
    caller.start()
    first_is_in.wait(9)
    # This one ends after the other.
    map_threads(lambda k: k or (second_is_in.wait(9), caller.join(9)), [0, 1])
    assert blas_threads() == before
