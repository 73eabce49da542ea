"""`Comparison`: what it prints, and the data frame."""

import dataclasses

import numpy as np
import pytest

import keras_multilabel as kml

Y_TRUE = np.array([[1, 0], [0, 1], [1, 1], [1, 0]] * 10)


@pytest.fixture
def found():
    worse = Y_TRUE.copy()
    worse[::4, 0] = 0
    return kml.compare_models(
        Y_TRUE,
        Y_TRUE,
        worse,
        label_names=["cat", "dog"],
        correction="fdr_bh",
        groups=np.arange(40) // 2,
        random_state=0,
    )


def test_it_says_how_the_labels_were_corrected(found):
    text = repr(found)
    assert "Comparison of 2 labels in 40 samples of 20 groups: f1, macro" in text
    assert "corrected with Benjamini-Hochberg" in text


def test_the_frame_has_a_row_per_label(found):
    frame = found.to_frame()
    assert list(frame.index) == ["cat", "dog"]
    assert list(frame.columns) == [
        *("a", "b", "difference", "low", "high", "p_value", "adjusted")
    ]
    assert frame.loc["dog", "p_value"] == 1


def test_no_p_value_is_printed_as_0(found):
    tiny = dataclasses.replace(found, p_value=1e-9)
    assert "a - b = 0.1000 [" in repr(tiny)
    assert repr(tiny).count("p < 0.0001") == 1
    assert "p = 0.0100" in repr(dataclasses.replace(found, p_value=0.01))
