"""Logs over epochs, drawn for real."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import keras_multilabel as kml
from tests.plots.figures import outside, overlapping

LOGS = {
    "loss": [0.5, 0.4, 0.3, 0.2],
    "val_loss": [0.6, 0.5, 0.5, 0.6],
    "val_f1_score": [0.2, 0.6, 0.7, 0.5],
    "val_f1_score/cat": [0.1, 0.2, 0.3, 0.4],
    "val_hamming_loss": [0.1, 0.1, 0.1, 0.05],
    "learning_rate": [0.1, 0.1, 0.1, 0.1],
}


def lines(ax):
    return [np.asarray(line.get_ydata()).tolist() for line in ax.lines]


def written(ax):
    return [text.get_text() for text in ax.texts]


def test_losses_and_scores_have_a_panel_each():
    losses, scores = kml.plot_history(LOGS).axes
    assert LOGS["loss"] in lines(losses)
    assert LOGS["val_loss"] in lines(losses)
    for name in ("val_f1_score", "val_f1_score/cat", "val_hamming_loss"):
        assert LOGS[name] in lines(scores)
    assert not any(LOGS["learning_rate"] in lines(ax) for ax in (losses, scores))
    assert written(losses) == ["loss  0.6"]
    assert written(scores) == ["f1_score  0.5", "hamming_loss  0.05", "grey: 1 more"]
    assert losses.lines[0].get_xdata().tolist() == [1, 2, 3, 4]


def test_training_is_dotted_in_the_same_colour():
    validation, training, *_ = kml.plot_history(LOGS).axes[0].lines
    assert validation.get_color() == training.get_color()
    assert (validation.get_linestyle(), training.get_linestyle()) == ("-", ":")


@pytest.mark.parametrize(
    ("options", "title", "epoch"),
    [
        ({}, "Best val_f1_score: 0.7 in epoch 3", 3),
        ({"monitor": "val_loss"}, "Best val_loss: 0.5 in epoch 2", 2),
        ({"monitor": "val_hamming_loss"}, "Best val_hamming_loss: 0.05 in epoch 4", 4),
        ({"mode": "min"}, "Best val_f1_score: 0.2 in epoch 1", 1),
    ],
)
def test_the_best_epoch_is_marked(options, title, epoch):
    figure = kml.plot_history(LOGS, **options)
    assert figure.axes[-1].get_title(loc="left") == title
    for ax in figure.axes:
        marks = [line for line in ax.lines if len(set(line.get_xdata())) == 1]
        assert [line.get_xdata()[0] for line in marks] == [epoch]


def test_what_fit_returns_and_what_csv_logger_writes():
    expected = lines(kml.plot_history(LOGS).axes[0])
    of_fit = SimpleNamespace(history=LOGS)
    frame = pd.DataFrame({"epoch": range(4), **LOGS})
    for history in (of_fit, frame):
        assert lines(kml.plot_history(history).axes[0]) == expected


def test_some_of_the_logs():
    (ax,) = kml.plot_history(LOGS, metrics=["val_f1_score"]).axes
    assert written(ax) == ["f1_score  0.5"]
    with pytest.raises(ValueError, match="got 'auc'"):
        kml.plot_history(LOGS, metrics=["auc"])
    with pytest.raises(ValueError, match=r"monitor must be a log.*got 'val_auc'"):
        kml.plot_history(LOGS, monitor="val_auc")


def test_epochs_without_values_leave_gaps():
    logs = {"loss": [0.3, 0.2], "val_f1_score": [np.nan, 0.5]}
    figure = kml.plot_history(logs)
    assert figure.axes[-1].get_title(loc="left") == "Best val_f1_score: 0.5 in epoch 2"
    figure = kml.plot_history({"val_f1_score": [np.nan, np.nan]})
    assert figure.axes[-1].get_title(loc="left") == ""


@pytest.mark.parametrize("n_epochs", [1, 2, 50])
@pytest.mark.parametrize("n_logs", [1, 6, 40])
def test_names_stay_apart(n_epochs, n_logs):
    logs = {f"val_score_{i}": np.full(n_epochs, 0.9) for i in range(n_logs)}
    figure = kml.plot_history({"loss": [0.1] * n_epochs, **logs})
    assert overlapping(figure) == []
    assert outside(figure) == []


def test_on_a_figure_given():
    figure = Figure()
    assert kml.plot_history(LOGS, fig=figure) is figure
    assert len(figure.axes) == 2


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ([0.1, 0.2], TypeError, "what fit returns.*got list"),
        ({}, ValueError, "at least one epoch"),
        ({"loss": []}, ValueError, "at least one epoch"),
        (
            {"loss": [1, 2], "val_loss": [1]},
            ValueError,
            "each of the 2 epochs; 'val_loss'",
        ),
    ],
)
def test_bad_input_says_what_was_expected(history, error, message):
    with pytest.raises(error, match=message):
        kml.plot_history(history)
