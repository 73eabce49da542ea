"""What weights and losses are worth on rare labels: ``python benchmarks/imbalance.py``.

A small head on the features of scenes of handwritten digits (long-tailed), and with
``--scene FILE`` on Mulan's scene data (FILE: an npz of X_train, Y_train, X_test,
Y_test). For each loss 5 seeds: macro F1 of the rarer half of the labels on a test part,
at the threshold 0.5 and at thresholds tuned on a validation part, mean and standard
deviation.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
from PIL import Image
from scipy import special

import keras_multilabel as kml

SEEDS = 5
# Epochs of the network that gives the features.
PRETRAINING = 8


class Parts(NamedTuple):
    """Training, validation and test data."""

    x: list[np.ndarray]
    y: list[np.ndarray]


def digits() -> Parts:
    """Features of 2,000 scenes, from a network trained on 4,000 others.

    As a head is put on a network trained elsewhere; 50 networks from scratch would
    take hours. Unknown digits count as absent.
    """
    other_x, other_y = scenes(4000, seed=1)
    keras.utils.set_random_seed(0)
    inputs = keras.Input(other_x.shape[1:])
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    for filters, strides in ((16, 2), (32, 1), (64, 1), (96, 1)):
        x = keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling2D()(x) if filters in (32, 64) else x
    features = keras.Model(inputs, keras.layers.GlobalMaxPooling2D()(x))
    scores = keras.layers.Dense(other_y.shape[1], "sigmoid")(features.output)
    model = keras.Model(inputs, scores)
    model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy")
    model.fit(other_x, other_y, epochs=PRETRAINING, batch_size=32, verbose=2)
    x, y = scenes(2000, seed=0)
    x = features.predict(x, verbose=0)
    return split((x - x.mean(0)) / (x.std(0) + 1e-6), y)


def scenes(n_scenes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    root = kml.datasets.digit_scenes(n_scenes=n_scenes, seed=seed)
    table = kml.read_voc(root)
    y, _ = kml.encode_labels(table["labels"])
    paths = [root / "JPEGImages" / name for name in table["filename"]]
    return np.stack([np.asarray(Image.open(path), np.float32) for path in paths]), y


def scene(path: Path) -> Parts:
    with np.load(path) as data:
        x = np.concatenate([data["X_train"], data["X_test"]]).astype("float32")
        y = np.concatenate([data["Y_train"], data["Y_test"]]).astype("int8")
    return split((x - x.mean(0)) / x.std(0), y)


def split(x: np.ndarray, y: np.ndarray) -> Parts:
    rows = np.arange(len(x))
    train, rest = kml.multilabel_train_test_split(
        rows, stratify=y, test_size=0.5, random_state=0
    )
    val, test = kml.multilabel_train_test_split(
        rest, stratify=y[rest], test_size=0.5, random_state=0
    )
    parts = (train, val, test)
    return Parts([x[part] for part in parts], [y[part] for part in parts])


def network(parts: Parts) -> keras.Model:
    """Ends in logits."""
    inputs = keras.Input(parts.x[0].shape[1:])
    x = keras.layers.Dense(64, "relu")(inputs)
    x = keras.layers.Dropout(0.5)(x)
    return keras.Model(inputs, keras.layers.Dense(parts.y[0].shape[1])(x))


def losses(y: np.ndarray) -> dict[str, Callable[[], keras.losses.Loss]]:
    def weighted(scheme: str) -> Callable[[], keras.losses.Loss]:
        weight = kml.compute_class_weight(y, scheme)
        return lambda: kml.WeightedBinaryCrossentropy(weight, from_logits=True)

    return {
        "binary cross-entropy": lambda: kml.WeightedBinaryCrossentropy(
            from_logits=True
        ),
        **{
            f'class_weight "{scheme}"': weighted(scheme)
            for scheme in ("balanced", "sqrt", "effective", "pos_weight")
        },
        "AsymmetricLoss": lambda: kml.AsymmetricLoss(from_logits=True),
        "ZLPRLoss": lambda: kml.ZLPRLoss(from_logits=True),
        "MultiLabelSoftmaxCrossentropy": lambda: kml.MultiLabelSoftmaxCrossentropy(
            from_logits=True
        ),
        "TwoWayLoss": lambda: kml.TwoWayLoss(from_logits=True),
        "DistributionBalancedLoss": lambda: kml.DistributionBalancedLoss(
            y.sum(0), len(y), from_logits=True
        ),
    }


def run(
    parts: Parts,
    loss: keras.losses.Loss,
    seed: int,
    epochs: int,
    sample_weight: np.ndarray | None = None,
) -> tuple[float, float]:
    """F1 of the rarer half on the test part: at 0.5, and at tuned thresholds."""
    keras.utils.set_random_seed(seed)
    model = network(parts)
    model.compile(keras.optimizers.Adam(2e-3), loss)
    model.fit(
        parts.x[0],
        parts.y[0].astype("float32"),
        sample_weight=sample_weight,
        epochs=epochs,
        batch_size=64,
        verbose=0,
    )
    # The scores of a softmax add up to 1: 0.5 is not made for them.
    is_softmax = isinstance(loss, kml.MultiLabelSoftmaxCrossentropy)
    logits = (model.predict(x, verbose=0).astype("float64") for x in parts.x[1:])
    val, test = (
        special.softmax(x, axis=1) if is_softmax else special.expit(x) for x in logits
    )
    rare = np.argsort(parts.y[0].sum(0))[: parts.y[0].shape[1] // 2]
    tuned = kml.tune_thresholds(parts.y[1], val)
    at_half, at_tuned = (
        kml.f1_score(parts.y[2], y_pred, average=None)[rare].mean()
        for y_pred in (test >= 0.5, tuned.apply(test))
    )
    return float(at_half), float(at_tuned)


def table(parts: Parts, epochs: int) -> pd.DataFrame:
    y = parts.y[0]
    settings = {name: (make, None) for name, make in losses(y).items()}
    plain, _ = settings["binary cross-entropy"]
    settings['sample weights "balanced"'] = (plain, kml.compute_sample_weight(y))
    rows = {}
    for name, (make, weight) in settings.items():
        scores = np.array([run(parts, make(), s, epochs, weight) for s in range(SEEDS)])
        cells = zip(scores.mean(0), scores.std(0, ddof=1), strict=True)
        rows[name] = [f"{mean:.3f} ± {std:.3f}" for mean, std in cells]
        print(name, *rows[name], flush=True)
    return pd.DataFrame(rows, index=["at 0.5", "at tuned thresholds"]).T


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", type=Path)
    arguments = parser.parse_args()
    for name, parts, epochs in (
        ("digit scenes", digits(), 40),
        *([("scene", scene(arguments.scene), 40)] if arguments.scene else []),
    ):
        print(name, "positives in training:", sorted(parts.y[0].sum(0).tolist()))
        print(table(parts, epochs).to_string())


if __name__ == "__main__":
    main()
