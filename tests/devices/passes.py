"""A small model, its data, and what passes over them count, for the scripts here."""

import keras
import numpy as np

import keras_multilabel as kml

N_LABELS = 4
BATCH = 8
# The last batch has 5 rows.
ROWS = 37


def make_data(rows=ROWS):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 6)).astype("float32")
    y = (x[:, :N_LABELS] > 0.4).astype("float32")
    y[::5, 0] = -1
    # Quarters, of which float32 sums are exact in any order.
    return x, y, rng.integers(0, 9, rows).astype("float32") / 4


def pad(x, y, weight, multiple):
    """Add rows of which nothing is known, up to a multiple that devices can share."""
    rows = -len(x) % multiple
    return (
        np.pad(x, [(0, rows), (0, 0)]),
        np.pad(y, [(0, rows), (0, 0)], constant_values=-1),
        np.pad(weight, (0, rows)),
    )


def make_scores(name):
    return kml.MultiLabelScores(N_LABELS, scores=("f1_score", "roc_auc"), name=name)


def make_model():
    """A compiled model of fixed weights, and its two metrics."""
    plain, weighted = make_scores("plain"), make_scores("weighted")
    model = keras.Sequential(
        [
            keras.layers.Input((6,)),
            keras.layers.Dense(N_LABELS, "sigmoid"),
        ]
    )
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=each.shape) for each in model.get_weights()])
    model.compile(
        keras.optimizers.SGD(2.0),
        kml.WeightedBinaryCrossentropy(),
        metrics=[plain],
        weighted_metrics=[weighted],
    )
    return model, [plain, weighted]


def state_of(counts, histogram):
    """As JSON takes it."""
    sides = [counts.tp, counts.fp, counts.fn, counts.tn]
    return [[side.tolist() for side in sides], histogram.to_json()]


def states_of(scores):
    return [state_of(each.counts, each.histogram) for each in scores]


def predicted(weights):
    """What NumPy counts, plain and weighted, where one device predicts."""
    x, y, sample_weight = make_data()
    model, _ = make_model()
    model.set_weights(weights)
    y_score = model.predict(x, verbose=0)
    return [_count(y, y_score, weight) for weight in (None, sample_weight)]


def _count(y, y_score, weight):
    histogram = kml.ScoreHistogram(N_LABELS)
    histogram.update(y, y_score, weight)
    counts = kml.confusion_counts(y, y_score >= 0.5, sample_weight=weight)
    return state_of(counts, histogram)


def evaluate(model, scores, x, y, weight):
    """The logs and what both metrics counted."""
    logs = model.evaluate(
        x, y, sample_weight=weight, batch_size=BATCH, verbose=0, return_dict=True
    )
    # A mean over rows, those of which nothing is known among them.
    del logs["loss"]
    return [logs, states_of(scores)]


def fit(model, scores, x, y, weight, own_pass):
    """What the last validation counted, the logs, and what it ought to have counted."""
    compiled = kml.MultiLabelMetrics()
    own = kml.MultiLabelMetrics((x, y), batch_size=BATCH)
    history = model.fit(
        x,
        y,
        epochs=2,
        batch_size=BATCH,
        validation_data=(x, y, weight),
        callbacks=[compiled, own] if own_pass else [compiled],
        verbose=0,
    ).history
    callbacks = [state_of(compiled.counts, compiled.histogram)]
    if own_pass:
        callbacks.append(state_of(own.counts, compiled.histogram))
    return {
        "logs": {name: values[-1] for name, values in history.items()},
        "metrics": states_of(scores),
        "callbacks": callbacks,
    }


def report(scope, rows=(ROWS,), mine=slice(None), multiple=1, own_pass=True):
    """What one device counts, and what those of ``scope`` do.

    Args:
        scope: In which the model is made and runs.
        rows: How many to evaluate, and in the first place to fit.
        mine: Rows of the data that this process has.
        multiple: Of how many rows the data must be.
        own_pass: Whether `MultiLabelMetrics` with data runs there too.
    """
    model, scores = make_model()
    one = [evaluate(model, scores, *make_data(each)) for each in rows]
    with scope:
        model, scores = make_model()
        parts = [
            [array[mine] for array in pad(*make_data(each), multiple)] for each in rows
        ]
        several = [evaluate(model, scores, *part) for part in parts]
        fitted = fit(model, scores, *parts[0], own_pass)
    fitted["predicted"] = predicted(model.get_weights())
    return {"one": one, "several": several, "fitted": fitted}


def predict_with_keras_alone(scope, rows):
    """The error that it ends with, where it does."""
    with scope:
        model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
        try:
            model.predict(np.zeros((rows, 6)), batch_size=BATCH, verbose=0)
        except (ValueError, RuntimeError) as error:
            return str(error)
    return "none"
