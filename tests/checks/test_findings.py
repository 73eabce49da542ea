"""A finding is a value, and a list of them a text to read."""

import pytest

import keras_multilabel as kml
from tests.checks.setups import NAMES, make_model, rare_data

pytestmark = pytest.mark.keras


def test_findings_read_well_errors_first():
    x, y = rare_data()
    y[:, 2] = 0
    model = make_model(metrics=["accuracy"], name="head")
    found = kml.check_setup(model, (x, y), label_names=NAMES, batch_size=16)
    assert isinstance(found, list)
    assert str(found) == "\n\n".join(map(str, found))
    assert str(found) == (
        """\
error: The metric 'accuracy' becomes CategoricalAccuracy: it compares the argmax
  of y and output. [categorical_accuracy]
  Why:  It looks at one label of each row, and a row without labels counts as
        'cat': a model that gives 0 everywhere has an accuracy of 0.980.
  Fix:  MultiLabelMetrics gives F1, precision and recall;
        keras.metrics.BinaryAccuracy() counts entries.

warning: 1 of 3 labels have no positive in the 200 rows: 'owl'. [no_positives]
  Why:  A label that is never seen is learned as never there, and its recall is
        0 / 0.
  Fix:  Split with multilabel_train_test_split(..., stratify=y), or leave the
        labels out.

warning: The bias of 'head' is 0, which says that each label is there as often
  as not. [final_bias]
  Why:  With this bias alone the first loss is 0.693; with the labels' log-odds
        it would be 0.099. The first epochs are spent on learning how rare the
        labels are.
  Fix:  Give the last Dense layer
        bias_initializer=keras.initializers.Constant(np.log(p / (1 - p))) with p
        = (y == 1).mean(0).clip(1e-4, 1 - 1e-4)."""
    )


def test_a_finding_is_a_value():
    finding = kml.Finding("a", "error", "b", why="c", remedy="d")
    assert finding == kml.Finding("a", "error", "b", why="c", remedy="d")
    with pytest.raises(AttributeError):
        finding.name = "z"
