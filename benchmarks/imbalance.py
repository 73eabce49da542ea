"""What weights and losses are worth on rare labels: ``python benchmarks/imbalance.py``.

Small networks on scenes of handwritten digits (long-tailed), and with ``--scene FILE``
on Mulan's scene data (FILE: an npz of X_train, Y_train, X_test, Y_test). For each loss
5 seeds: macro F1 of the rarer half of the labels on a test part, at the threshold 0.5
and at thresholds tuned on a validation part, mean and standard deviation.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
from PIL import Image

import keras_multilabel as kml

SEEDS = 5


class Parts(NamedTuple):
    """Training, validation and test data."""

    x: list[np.ndarray]
    y: list[np.ndarray]


def digits(n_scenes: int = 2000) -> Parts:
    """Grey scenes of 32 x 32 pixels; unknown digits count as absent."""
    root = kml.datasets.digit_scenes(n_scenes=n_scenes)
    table = kml.read_voc(root)
    y, _ = kml.encode_labels(table["labels"])
    x = np.stack([pixels(root / "JPEGImages" / name) for name in table["filename"]])
    return split(x, y)


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        small = image.convert("L").resize((32, 32), Image.Resampling.BOX)
    return np.asarray(small, np.float32)[..., None] / 127.5 - 1


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
    layers = keras.layers
    inputs = keras.Input(parts.x[0].shape[1:])
    x = inputs
    if x.ndim == 4:
        for filters in (16, 32, 64):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.MaxPooling2D()(layers.ReLU()(layers.BatchNormalization()(x)))
        x = layers.GlobalMaxPooling2D()(x)
    else:
        x = layers.Dropout(0.5)(layers.Dense(64, "relu")(x))
    return keras.Model(inputs, layers.Dense(parts.y[0].shape[1])(x))


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
    val, test = (
        1 / (1 + np.exp(-model.predict(x, verbose=0).astype("float64")))
        for x in parts.x[1:]
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
        ("digit scenes", digits(), 12),
        *([("scene", scene(arguments.scene), 40)] if arguments.scene else []),
    ):
        print(name, "positives in training:", sorted(parts.y[0].sum(0).tolist()))
        print(table(parts, epochs).to_string())


if __name__ == "__main__":
    main()
