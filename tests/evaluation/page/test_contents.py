import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page.contents import page_data
from keras_multilabel.evaluation.page.effective import SCORES


@pytest.fixture
def data(rng):
    y_true = (rng.random((300, 4)) < [0.5, 0.3, 0.1, 0.02]).astype(int)
    return y_true, np.clip(0.3 * y_true + 0.7 * rng.random((300, 4)), 0, 1)


@pytest.mark.parametrize("unit", [1e-300, 1 / 300, 1e12, 1e300])
def test_weights_of_any_size_count_as_in_python(data, rng, unit):
    """Another threshold has the interval of as many effective rows."""
    weight = rng.random(300) + 0.5
    one, other = (
        page_data(kml.evaluation_report(*data, 0.5, sample_weight=each))
        for each in (weight, unit * weight)
    )
    for at in range(len(SCORES)):
        shares = np.array(other["effective"][at]) * unit
        np.testing.assert_allclose(shares, one["effective"][at], rtol=1e-6)
    for name, counts in one["counts"].items():
        found = np.array(other["counts"][name]) / unit
        np.testing.assert_allclose(found, counts, rtol=1e-9)
    assert one["few"] == other["few"] == [3]


@pytest.mark.parametrize("kind", ["rows", "weights", "groups"])
def test_few_positives_are_those_of_the_report(data, kind):
    options = {}
    if kind == "weights":
        options["sample_weight"] = np.where(np.arange(300) < 20, 100.0, 0.01)
    if kind == "groups":
        # 20 rows of each group, which are all alike.
        data = [np.repeat(values[:15], 20, axis=0) for values in data]
        options["groups"] = np.arange(300) // 20
    report = kml.evaluation_report(*data, 0.5, **options)
    few = page_data(report)["few"]
    assert len(few) == 4 - report.intervals.n_frequent
    assert few == [3] if kind == "rows" else len(few) > 1
