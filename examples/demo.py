"""A PASCAL VOC folder in, a multi-label classifier out: ``make demo``.

Without arguments the images are scenes of scikit-learn's handwritten digits,
made on the spot as a real VOC folder. Your own VOC folder goes through the
same lines, with a ResNet50 in place of the small network::

    python examples/demo.py            # about two minutes on two cores
    python examples/demo.py --quick    # a few seconds, to see it run
    python examples/demo.py --voc VOCdevkit/VOC2012 --weights imagenet

``examples/start/voc.py`` is the same as a lesson.
"""

import argparse
import contextlib
import os
from pathlib import Path

import numpy as np
import pandas as pd

import keras_multilabel as kml

GPU_FILES = ("/dev/nvidia0", "/dev/kfd", "/dev/dxg")


@contextlib.contextmanager
def quiet_without_gpu():
    """Hide what TensorFlow's C++ code prints about a missing GPU.

    It writes to the file of standard error directly, some of it whatever
    ``TF_CPP_MIN_LOG_LEVEL`` says. Errors of Python are shown as always.
    """
    if any(map(os.path.exists, GPU_FILES)):
        yield
        return
    with open(os.devnull, "w") as nothing:
        shown = os.dup(2)
        os.dup2(nothing.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(shown, 2)
            os.close(shown)


with quiet_without_gpu():
    import keras

    keras.ops.zeros(1)  # the first operation looks for devices


def main():
    options = read_options()
    print(f"Writes pictures, tables and the model to {options.out}")
    print(
        f"Keras {keras.__version__} on {keras.backend.backend()}", flush=True
    )
    options.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(0)

    # An object marked "difficult" says neither yes nor no about its label.
    table = kml.read_voc(options.voc or scenes(options), difficult="unknown")
    y, classes = kml.encode_labels(table["labels"], unknown=table["unknown"])
    print(f"{len(table):,} pictures of {len(classes)} labels", flush=True)
    ax = kml.plot_label_counts(y, label_names=classes)
    ax.figure.savefig(
        options.out / "label_counts.png", dpi=120, bbox_inches="tight"
    )

    train, val, test = three_parts(table, y)
    size = (224, 224) if options.voc else (64, 64)
    train_data, val_data, test_data = (
        kml.image_dataset_from_dataframe(
            table.iloc[rows],
            unknown_col="unknown",
            classes=classes,
            image_size=size,
            shuffle=rows is train,
            seed=0,
        )
        for rows in (train, val, test)
    )
    class_weight = kml.compute_class_weight(y[train], "sqrt")
    model = (
        resnet50(classes, options) if options.voc else small_network(classes)
    )
    model.compile(
        keras.optimizers.Adam(1e-4 if options.voc else 2e-3),
        loss=kml.WeightedBinaryCrossentropy(class_weight),
    )
    print(f"{model.count_params():,} parameters", flush=True)
    history = train_model(model, train_data, val_data, options)
    kml.plot_history(history).savefig(options.out / "history.png", dpi=120)

    thresholds = kml.tune_thresholds(
        *truth_and_scores(model, val_data),
        label_names=classes,
        cv=5,
        random_state=0,
    )
    print(thresholds)
    evaluate(*truth_and_scores(model, test_data), thresholds, options.out)
    kml.with_decisions(model, thresholds).save(options.out / "model.keras")
    print(f"Wrote pictures, tables and the model to {options.out}")


def read_options():
    parser = argparse.ArgumentParser(
        description="A VOC folder in, a classifier out."
    )
    parser.add_argument(
        "--voc", type=Path, metavar="ROOT", help="a PASCAL VOC folder"
    )
    parser.add_argument(
        "--weights", choices=["imagenet", "none"], default="imagenet"
    )
    parser.add_argument("--epochs", type=int, help="at most this many")
    parser.add_argument(
        "--quick", action="store_true", help="little data, two epochs"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("keras_multilabel_output"),
        help="the folder to write to",
    )
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.epochs = options.epochs or (2 if options.quick else 8)
    return options


def scenes(options):
    number = 400 if options.quick else 4000
    return kml.datasets.digit_scenes(
        options.out / f"digit_scenes_{number}", number
    )


def three_parts(table, y):
    """Rows to train on, to tune on, to test on, with like shares of labels."""
    train, rest = kml.multilabel_train_test_split(
        np.arange(len(table)), stratify=y, test_size=0.3, random_state=0
    )
    val, test = kml.multilabel_train_test_split(
        rest, stratify=y[rest], test_size=0.5, random_state=0
    )
    return train, val, test


def small_network(classes):
    def block(x, filters, size=3, **conv):
        conv = keras.layers.Conv2D(
            filters, size, padding="same", use_bias=False, **conv
        )
        return keras.layers.ReLU()(keras.layers.BatchNormalization()(conv(x)))

    inputs = keras.Input((64, 64, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    x = block(x, 16, size=5, strides=2)
    for filters in (32, 64):
        x = keras.layers.MaxPooling2D()(block(x, filters))
    x = keras.layers.GlobalMaxPooling2D()(block(x, 96))
    return keras.Model(inputs, keras.layers.Dense(len(classes), "sigmoid")(x))


def resnet50(classes, options):
    weights = None if options.weights == "none" else options.weights
    try:
        base = keras.applications.ResNet50(
            weights=weights, include_top=False, pooling="avg"
        )
    except Exception as error:  # a bare one, where a download fails
        raise SystemExit(
            f"The ImageNet weights could not be loaded ({error}). Connect to "
            "the internet once, or start from random ones: --weights none."
        ) from error
    inputs = keras.Input((224, 224, 3))
    x = keras.layers.RandomFlip("horizontal")(inputs)
    x = base(keras.applications.resnet50.preprocess_input(x))
    return keras.Model(inputs, keras.layers.Dense(len(classes), "sigmoid")(x))


def train_model(model, train_data, val_data, options):
    stop = keras.callbacks.EarlyStopping(
        "val_f1_score", mode="max", patience=3, restore_best_weights=True
    )
    log = keras.callbacks.CSVLogger(str(options.out / "history.csv"))
    return model.fit(
        train_data,
        epochs=options.epochs,
        shuffle=False,  # the dataset shuffles
        verbose=2,
        callbacks=[kml.MultiLabelMetrics(val_data), stop, log],
    )


def truth_and_scores(model, data):
    y_true = np.concatenate([labels for _, labels in data])
    return y_true, model.predict(data, verbose=0)


def evaluate(y_true, y_score, thresholds, out):
    """Print and draw what the thresholds give on test data."""
    at_half = kml.confusion_counts(y_true, y_score >= 0.5)
    tuned = kml.confusion_counts(
        y_true, thresholds.apply(y_score), label_names=thresholds.label_names
    )
    results = pd.DataFrame(
        {
            "support": tuned.support,
            "F1 at 0.5": kml.f1_score(at_half, average=None),
            "threshold": thresholds.values,
            "F1": kml.f1_score(tuned, average=None),
            "precision": kml.precision_score(tuned, average=None),
            "recall": kml.recall_score(tuned, average=None),
            "AP": kml.average_precision_score(y_true, y_score, average=None),
        },
        index=thresholds.label_names,
    )
    results.to_csv(out / "results.csv")
    print(results.round(3).to_string())
    for average in ("weighted", "macro"):
        before = kml.f1_score(at_half, average=average)
        after = kml.f1_score(tuned, average=average)
        print(f"test, {average} F1: {before:.3f} at 0.5, {after:.3f} tuned")
    ax = kml.plot_label_outcomes(tuned)
    ax.figure.savefig(out / "label_outcomes.png", dpi=120)
    for number, page in enumerate(kml.plot_confusion_matrices(tuned), 1):
        page.savefig(out / f"confusion_matrices_{number}.png", dpi=120)


if __name__ == "__main__":
    main()
