"""Co-occurrence, drawn for real: counts, and colours for more and fewer."""

import numpy as np
import pytest

import keras_multilabel as kml
from tests.plots.figures import row_names

LISTS = [["a", "b"]] * 20 + [["c"]] * 20 + [["a", "b", "c"]] + [[]] * 20


def test_counts_of_pairs_stand_in_the_lower_triangle():
    ax = kml.plot_cooccurrence(LISTS, sort=None)
    assert row_names(ax) == ["a", "b", "c"]
    found = {text.get_position(): text.get_text() for text in ax.texts}
    assert found == {
        (0, 0): "21",
        (0, 1): "21",
        (1, 1): "21",
        (0, 2): "1",
        (1, 2): "1",
        (2, 2): "21",
    }


def test_blue_is_more_than_chance_orange_is_less_white_is_as_expected():
    colours = kml.plot_cooccurrence(LISTS, sort=None).images[0].get_array()
    more, fewer, diagonal, above = (
        colours[1, 0],
        colours[2, 0],
        colours[0, 0],
        colours[0, 1],
    )
    assert more[2] > more[0]
    assert fewer[0] > fewer[2]
    assert len(set(diagonal.tolist())) == 1
    assert (above == 1).all()
    independent = np.array([[1, 1], [1, 0], [0, 1], [0, 0]] * 10)
    assert (kml.plot_cooccurrence(independent).images[0].get_array()[1, 0] == 1).all()


def test_a_pair_of_rare_labels_that_never_meet_is_no_news():
    y = np.zeros((1000, 2), int)
    y[:5, 0] = y[5:10, 1] = 1  # 0.025 expected
    assert (kml.plot_cooccurrence(y).images[0].get_array()[1, 0] == 1).all()


def test_summaries_frames_and_names(rng):
    y = rng.integers(-1, 2, (50, 4))
    summary = kml.describe_labels(y, label_names="wxyz")
    ax = kml.plot_cooccurrence(summary, sort=None)
    assert row_names(ax) == list("wxyz")
    again = kml.plot_cooccurrence(y, label_names="wxyz", sort=None)
    assert [t.get_text() for t in again.texts] == [t.get_text() for t in ax.texts]


def test_the_most_frequent_labels_in_three_orders():
    y = np.zeros((60, 5), int)
    y[:30, [0, 3]] = 1
    y[30:50, [1, 4]] = 1
    y[:1, 2] = 1
    ax = kml.plot_cooccurrence(y, top=4)
    places = [row_names(ax).index(f"label {label}") for label in (0, 3, 1, 4)]
    assert abs(places[0] - places[1]) == abs(places[2] - places[3]) == 1
    assert ax.get_xlabel() == "60 samples; the most frequent labels, and 1 more"
    by_support = row_names(kml.plot_cooccurrence(y, sort="support"))
    assert by_support == ["label 0", "label 3", "label 1", "label 4", "label 2"]


def test_counts_of_labels_are_refused():
    counts = kml.confusion_counts([[1, 0]], [[1, 0]])
    with pytest.raises(TypeError, match="Counts do not say which labels occur"):
        kml.plot_cooccurrence(counts)
