"""`MultiLabelScores`: what a batch costs, and an epoch that it takes part in.

A batch is what Keras does of a metric in each step: ``update_state`` in a compiled
function, with the state going in and out. On torch, where Keras does not compile by
default, it runs as it is.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Callable, Iterator

import keras
from epochs import Arrays, epoch_seconds, features, images, mlp, sizes, small_cnn
from keras import ops
from losses import batch
from table import Row, named_version, overhead_row, speed_row
from timing import Timed, interleaved, stopwatch

import keras_multilabel as kml

BACKEND = keras.backend.backend()
PEER = f"{named_version('keras')} on {BACKEND}"
# Of the histogram against AUC.
HISTOGRAM_TARGET = {"tensorflow": 1.2, "jax": 1.5, "torch": 4}[BACKEND]


def rows(*, quick: bool) -> Iterator[Row]:
    yield from update_rows(quick=quick)
    scale, repeats = (20, 1) if quick else (1, 5)
    train, val = images(4_000 // scale), images(4_000 // scale)
    yield epoch_row("CNN", small_cnn, train, val, 32, repeats, 1.05)
    train, val = features(200_000 // scale), features(200_000 // scale)
    yield epoch_row("MLP", mlp, train, val, 256, min(repeats, 3), 1.10)


def update_rows(*, quick: bool) -> Iterator[Row]:
    n_labels, repeats = 527, 1 if quick else 7
    counts = kml.MultiLabelScores(n_labels)
    histogram = kml.MultiLabelScores(n_labels, scores="roc_auc")
    f1_score = keras.metrics.F1Score("weighted", 0.5)
    auc = keras.metrics.AUC(200, multi_label=True, num_labels=n_labels)
    for ours, theirs, steps, target in (
        (counts, f1_score, 300, 1),
        (histogram, auc, 50, HISTOGRAM_TARGET),
    ):
        steps = 3 if quick else steps
        state = "counts and histogram" if ours.ranks else "counts"
        yield speed_row(
            f"{state} of {steps} batches of 256 x {n_labels} in the graph",
            f"{PEER}, {type(theirs).__name__}"
            f"{'(multi_label=True, num_thresholds=200)' if ours.ranks else ''}",
            interleaved(update_time(theirs, steps), update_time(ours, steps), repeats),
            target,
        )


def update_time(metric: keras.metrics.Metric, steps: int) -> Timed:
    """Seconds of ``steps`` batches, one after the other."""
    y_true, y_pred = (ops.convert_to_tensor(each) for each in batch(256, 527))
    metric.update_state(y_true, y_pred)  # makes the variables of F1Score
    if BACKEND == "jax":
        return jax_update_time(metric, y_true, y_pred, steps)
    update = metric.update_state
    if BACKEND == "tensorflow":
        import tensorflow as tf

        update = tf.function(metric.update_state, jit_compile=True)

    def run() -> None:
        for _ in range(steps):
            update(y_true, y_pred)
        ops.convert_to_numpy(metric.variables[0])

    return stopwatch(run)


def jax_update_time(metric, y_true, y_pred, steps: int) -> Timed:
    """On JAX the state is an argument and a result, and its memory is used again."""
    import jax

    update = jax.jit(metric.stateless_update_state, donate_argnums=0)

    def run() -> None:
        state = [ops.copy(variable.value) for variable in metric.variables]
        for _ in range(steps):
            state = update(state, y_true, y_pred)
        jax.block_until_ready(state)

    return stopwatch(run)


def epoch_row(
    name: str,
    make_model: Callable[[], keras.Model],
    train: Arrays,
    val: Arrays,
    batch_size: int,
    repeats: int,
    target: float,
) -> Row:
    """A fit with the metric, at rest while training, against one without metrics."""
    plain, scored = make_model(), make_model()
    n_labels = val[1].shape[1]
    metric = kml.MultiLabelScores(n_labels)
    scored.compile("adam", "binary_crossentropy", metrics=[metric])
    options = {"validation_data": val, "validation_batch_size": batch_size}

    def peer() -> float:
        return epoch_seconds(plain, train, batch_size, **options)

    def ours() -> float:
        switch = kml.MultiLabelMetrics()
        return epoch_seconds(scored, train, batch_size, switch, **options)

    return overhead_row(
        f"one epoch with f1_score, precision, recall, "
        f"{sizes(name, train, val, batch_size)}",
        f"{PEER}, the same fit without a metric",
        interleaved(peer, ours, repeats),
        target,
    )
