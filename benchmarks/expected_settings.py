"""Scores to compare ways to set thresholds on: of networks, and made.

See expected.py. Each setting gives for a seed the rows to tune on and the test rows.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

import keras_multilabel as kml

Array = np.ndarray
FRESH_ROWS = 20_000


class Scored(NamedTuple):
    """Truth and scores of rows to tune on, and of rows to test on."""

    y: Array
    score: Array
    test_y: Array
    test_score: Array


@dataclass(frozen=True)
class Made:
    """Labels with Gaussian features, whose network distorts what it says."""

    n: int
    n_labels: int
    prevalence: tuple[float, float]
    distance: tuple[float, float]
    distortion: float
    curve: float = 0.0
    boldness: float = 1.0

    def scored(self, seed: int) -> Scored:
        """New labels and rows for each seed."""
        rng = np.random.default_rng(seed)
        p = np.geomspace(*self.prevalence, self.n_labels)
        d = rng.uniform(*self.distance, self.n_labels)
        slope = self.boldness * np.exp(
            self.distortion * 0.3 * rng.standard_normal(self.n_labels)
        )
        offset = self.distortion * 0.7 * rng.standard_normal(self.n_labels)

        def rows(n: int) -> tuple[Array, Array]:
            y = rng.random((n, self.n_labels)) < p
            x = rng.standard_normal(y.shape) + d * y
            logit = slope * (np.log(p / (1 - p)) + d * (x - d / 2)) + offset
            # Not what a slope and an intercept undo.
            bent = logit + self.curve * np.where(x > d, 1, -0.5) * (x - d) ** 2
            return y.astype(np.int8), np.clip(expit(bent), 1e-7, 1 - 1e-7)

        return Scored(*rows(self.n), *rows(FRESH_ROWS))


MADE = {
    "made 200 x 40": Made(200, 40, (0.3, 0.01), (1.2, 2.8), 1),
    "made 300 x 100 rare": Made(300, 100, (0.2, 0.004), (1.2, 2.8), 1),
    "made 500 x 20 overlapping": Made(500, 20, (0.3, 0.02), (0.3, 1.0), 1),
    "made 500 x 20 apart": Made(500, 20, (0.3, 0.02), (2.5, 4.0), 1),
    "made 1000 x 5": Made(1000, 5, (0.4, 0.1), (1.0, 2.5), 1),
    "made 1000 x 40 calibrated": Made(1000, 40, (0.3, 0.01), (1.2, 2.8), 0),
    "made 1000 x 40 distorted": Made(1000, 40, (0.3, 0.01), (1.2, 2.8), 2),
    "made 1000 x 40 bent": Made(1000, 40, (0.3, 0.01), (1.2, 2.8), 1, 0.5),
    "made 3000 x 100 rare": Made(3000, 100, (0.3, 0.002), (1.2, 2.8), 1),
    "made 150 x 20 bold": Made(150, 20, (0.15, 0.02), (0.8, 2.0), 1, 0, 1.8),
    "made 125 x 150 weak, bold": Made(125, 150, (0.5, 0.03), (0.1, 0.6), 1, 0, 2.5),
    "made 1200 x 300 rare, weak": Made(1200, 300, (0.1, 0.001), (0.2, 1.2), 1, 0, 2),
    "made 400 x 60 sure": Made(400, 60, (0.2, 0.005), (3.5, 6.0), 2, 0, 1),
    "made 3000 x 20 bent": Made(3000, 20, (0.3, 0.02), (1.0, 2.5), 1, 0.5),
}


def fresh(number: int) -> Made:
    """A population that no constant was chosen on."""
    rng = np.random.default_rng(10_000 + number)
    near = rng.uniform(0.3, 2.5)
    return Made(
        int(np.exp(rng.uniform(np.log(200), np.log(3000)))),
        int(rng.integers(5, 100)),
        (rng.uniform(0.1, 0.5), np.exp(rng.uniform(np.log(0.003), np.log(0.1)))),
        (near, near + rng.uniform(0, 2)),
        rng.uniform(0, 2),
        rng.choice([0, 0.3, 0.6]),
        rng.uniform(0.7, 2.5),
    )


@dataclass(frozen=True)
class Table:
    """Scores of a network that was fitted to some rows, for others."""

    x: Array
    y: Array
    kind: str

    def scored(self, seed: int) -> Scored:
        """A new split and a new fit for each seed."""
        small = self.kind == "overfitted, few rows"
        fit, rest = kml.multilabel_train_test_split(
            np.arange(len(self.x)),
            stratify=self.y,
            test_size=0.7 if small else 0.5,
            random_state=seed,
        )
        tune, test = kml.multilabel_train_test_split(
            rest,
            stratify=self.y[rest],
            test_size=0.85 if small else 0.5,
            random_state=seed,
        )
        score = np.clip(self._score(fit, seed), 1e-7, 1 - 1e-7)
        return Scored(self.y[tune], score[tune], self.y[test], score[test])

    def _score(self, fit: Array, seed: int) -> Array:
        if self.kind == "forest":
            forest = RandomForestClassifier(50, random_state=seed, min_samples_leaf=2)
            parts = forest.fit(self.x[fit], self.y[fit]).predict_proba(self.x)
            # A label without positives has one column.
            return np.stack([1 - part[:, 0] for part in parts], axis=1)
        scale = StandardScaler().fit(self.x[fit])
        network = MLPClassifier(
            64,
            max_iter=200 if self.kind == "overfitted, few rows" else 40,
            alpha=1e-3,
            learning_rate_init=3e-3,
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.fit(scale.transform(self.x[fit]), self.y[fit])
        return network.predict_proba(scale.transform(self.x))


def of_halves(y: Array, score: Array) -> Callable[[int], Scored]:
    def scored(seed: int) -> Scored:
        tune, test = kml.multilabel_train_test_split(
            np.arange(len(y)), stratify=y, test_size=0.5, random_state=seed
        )
        return Scored(y[tune], score[tune], y[test], score[test])

    return scored


def digits() -> tuple[Array, Array]:
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        voc = kml.datasets.digit_scenes(Path(folder) / "digits", 2400)
        table = kml.read_voc(voc)
        y = kml.encode_labels(table["labels"])[0]
        files = [next(voc.rglob(Path(name).name)) for name in table["filename"]]
        x = [np.asarray(Image.open(f).convert("L").resize((32, 32))) for f in files]
    return np.stack(x).reshape(len(x), -1).astype(np.float32), np.asarray(y)


def settings(
    folder: Path,
) -> Iterator[tuple[str, Callable[[], Callable[[int], Scored]]]]:
    for name in ("emotions", "scene", "yeast", "enron"):
        path = folder / "tables" / f"{name}.npz"
        if path.exists():
            for kind in ("", "forest", "overfitted, few rows"):
                yield (
                    f"{name} {kind}".strip(),
                    lambda path=path, kind=kind: Table(*read_table(path), kind).scored,
                )
    if (folder / "ecg").exists():
        y = pd.read_csv(folder / "ecg" / "gold_standard.csv").to_numpy(np.int8)
        for name in ("model", *(f"seed_{k}" for k in range(1, 6))):
            score = np.load(folder / "ecg" / f"{name}.npy")[:, -y.shape[1] :]
            yield f"ecg {name}", lambda score=score: of_halves(y, score)
    yield "digit scenes", lambda: Table(*digits(), "").scored
    for name, made in MADE.items():
        yield name, lambda made=made: made.scored
    for number in range(15):
        yield f"fresh {number}", lambda number=number: fresh(number).scored


def read_table(path: Path) -> tuple[Array, Array]:
    data = np.load(path, allow_pickle=True)
    x = np.concatenate([data["X_train"], data["X_test"]])
    y = np.concatenate([data["Y_train"], data["Y_test"]]).astype(np.int8)
    return x, y[:, y.sum(0) > 0]
