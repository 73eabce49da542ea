"""Label x label, drawn for real: counts, colours and which labels are shown."""

import numpy as np

import keras_multilabel as kml
from tests.plots.figures import row_names


def cells(ax):
    """The numbers that are written, by row and column; blank ones are 0."""
    n_rows, n_columns = ax.images[0].get_array().shape[:2]
    found = np.zeros((n_rows, n_columns), int)
    for text in ax.texts:
        column, row = text.get_position()
        found[row, column] = int(text.get_text())
    return found


def test_cells_are_those_of_the_matrix(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 60, 4))
    names = ["ant", "bee", "cat", "dog"]
    ax = kml.plot_label_confusion(y_true, y_pred, label_names=names, sort=None)
    matrix = kml.label_confusion_matrix(y_true, y_pred)
    np.testing.assert_array_equal(cells(ax), matrix)
    assert row_names(ax) == [*names, "(none)"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [*names, "(none)"]
    # Colours: blue on the diagonal, orange elsewhere, near white where there is none.
    colours = ax.images[0].get_array()
    right, wrong = colours[0, 0], colours[0, 1]
    assert right[2] > right[0]
    assert wrong[0] > wrong[2]


def test_it_says_that_the_diagonal_is_not_recall():
    ax = kml.plot_label_confusion([[1, 0]], [[0, 1]])
    assert "the diagonal over its row is not recall" in ax.get_title(loc="left")
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("missed", "predicted in excess")


def test_the_most_confused_labels_are_shown():
    y_true = np.zeros((40, 30), int)
    y_pred = np.zeros((40, 30), int)
    y_true[:, 7] = y_pred[:, 12] = 1
    y_true[:9, 20] = y_pred[:9, 3] = 1
    y_true[:, 5] = y_pred[:, 5] = 1  # common, and never confused
    ax = kml.plot_label_confusion(y_true, y_pred, top=4, sort=None)
    shown = ["label 3", "label 7", "label 12", "label 20", "(none)"]
    assert row_names(ax) == shown
    assert "the most confused labels, and 26 more" in ax.get_xlabel()
    matrix = kml.label_confusion_matrix(y_true, y_pred)
    kept = np.array([3, 7, 12, 20, 30])
    np.testing.assert_array_equal(cells(ax), matrix[np.ix_(kept, kept)])


def test_orders(rng):
    y_true = np.zeros((30, 6), int)
    y_pred = np.zeros((30, 6), int)
    # 0 with 3, 1 with 4 and 2 with 5 are confused; 5 is the most frequent.
    for label, rows in ((0, 5), (1, 8), (2, 3)):
        y_true[:rows, label] = y_pred[:rows, label + 3] = 1
    y_true[:, 5] = y_pred[:, 5] = 1
    similar = row_names(kml.plot_label_confusion(y_true, y_pred))
    places = [similar.index(f"label {label}") for label in range(6)]
    assert abs(places[0] - places[3]) == abs(places[1] - places[4]) == 1
    by_support = row_names(kml.plot_label_confusion(y_true, y_pred, sort="support"))
    assert by_support[0] == "label 5"
    assert similar[-1] == by_support[-1] == "(none)"
