"""`Interval`: a value with two ends, that unpacks."""

import keras_multilabel as kml


def test_an_interval_unpacks():
    value, low, high = kml.Interval(0.5, 0.25, 0.75)
    assert (value, low, high) == (0.5, 0.25, 0.75)
