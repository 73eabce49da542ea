"""Thresholds from counts, from probabilities, or from both: what they are worth.

``python benchmarks/expected.py --data FOLDER --out results.jsonl [--only NAME ...]``
scores each way on test rows and appends one line per setting and seed;
``python benchmarks/expected.py --table results.jsonl`` prints the differences.

Every setting has rows to fit a network (tables), rows to tune on, and test rows. On
the tuning rows a `LabelCalibrator` is fitted and thresholds are set; nothing is chosen
on test rows. ``expected`` maximizes 2 sum(p) / (k + sum(p)) over the k highest
calibrated probabilities p of a label; ``counts`` is the default of `tune_thresholds`;
``blend s`` replaces the truth of a label with n positives by (n y + s p) / (n + s);
``chosen`` takes counts or expected, whichever has the better F1 in five parts of the
tuning rows, each predicted by calibrator and thresholds of the others.

FOLDER has ``tables/*.npz`` (X_train, Y_train, X_test, Y_test) and ``ecg/`` (see
ecg.py); what is not there is skipped.
"""

import argparse
import json
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
BLENDS = (10, 20, 50, 100, 200, 500)
FRESH_ROWS = 20_000
OTHER_CALIBRATORS = {
    "strength 1": {"strength": 1},
    "beta": {"method": "beta"},
    "temperature": {"method": "temperature"},
}


class Scored(NamedTuple):
    """Truth and scores of rows to tune on, and of rows to test on."""

    y: Array
    score: Array
    test_y: Array
    test_score: Array


# Settings


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

    def __call__(self, seed: int) -> Scored:
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

    def __call__(self, seed: int) -> Scored:
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


def settings(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    for name in ("emotions", "scene", "yeast", "enron"):
        path = folder / "tables" / f"{name}.npz"
        if path.exists():
            for kind in ("", "forest", "overfitted, few rows"):
                yield (
                    f"{name} {kind}".strip(),
                    lambda path=path, kind=kind: Table(*read_table(path), kind),
                )
    if (folder / "ecg").exists():
        y = pd.read_csv(folder / "ecg" / "gold_standard.csv").to_numpy(np.int8)
        for name in ("model", *(f"seed_{k}" for k in range(1, 6))):
            score = np.load(folder / "ecg" / f"{name}.npy")[:, -y.shape[1] :]
            yield f"ecg {name}", lambda score=score: of_halves(y, score)
    yield "digit scenes", lambda: Table(*digits(), "")
    for name, made in MADE.items():
        yield name, lambda made=made: made
    for number in range(30):
        yield f"fresh {number}", lambda number=number: fresh(number)


def read_table(path: Path) -> tuple[Array, Array]:
    data = np.load(path, allow_pickle=True)
    x = np.concatenate([data["X_train"], data["X_test"]])
    y = np.concatenate([data["Y_train"], data["Y_test"]]).astype(np.int8)
    return x, y[:, y.sum(0) > 0]


# Ways to set thresholds


def best_soft(score: Array, truth: Array) -> Array:
    """The threshold per label with the highest F1 where truth is a probability."""
    values = np.empty(score.shape[1])
    for label, (s, q) in enumerate(zip(score.T, truth.T, strict=True)):
        order = np.argsort(-s)
        s, q = s[order], q[order]
        f1 = 2 * np.cumsum(q) / (np.arange(1, len(s) + 1) + q.sum())
        values[label] = cut_after(s, np.where(last_of_ties(s), f1, -1).argmax())
    return values


def best_soft_micro(score: Array, truth: Array) -> Array:
    """The same for the F1 of all labels together, by Dinkelbach's method."""
    order = np.argsort(-score, axis=0)
    s = np.take_along_axis(score, order, 0)
    tp = np.cumsum(np.take_along_axis(truth, order, 0), 0)
    total, k = truth.sum(), np.arange(1, len(s) + 1)[:, None]
    ends = np.stack([last_of_ties(column) for column in s.T], 1)
    rate = 0.0
    while True:
        gain = np.where(ends, tp - rate * k, -np.inf)
        best, columns = gain.argmax(0), np.arange(s.shape[1])
        taken = gain[best, columns] > 0
        f1 = 2 * tp[best, columns][taken].sum() / ((best + 1)[taken].sum() + total)
        if f1 / 2 <= rate + 1e-12:
            cut = [cut_after(s[:, c], best[c]) for c in columns]
            return np.where(taken, cut, np.nextafter(s[0], 2))
        rate = f1 / 2


def last_of_ties(s: Array) -> Array:
    return np.append(s[1:] < s[:-1], True)


def cut_after(s: Array, index: int) -> float:
    return (s[index] + s[index + 1]) / 2 if index + 1 < len(s) else s[index] - 1e-9


def blended(y: Array, p: Array, strength: float) -> Array:
    n = y.sum(0)
    return (n * y + strength * p) / (n + strength)


def ways(y: Array, score: Array, p: Array) -> dict[str, tuple[str, Array]]:
    """Name -> whether it is for scores or probabilities, and the thresholds."""

    def counts(scores: Array, **options: object) -> Array:
        return kml.tune_thresholds(y, scores, **options).values

    found = {
        "0.5": ("score", np.full(y.shape[1], 0.5)),
        "counts": ("score", counts(score)),
        "counts on p": ("p", counts(p)),
        "exact counts on p": ("p", counts(p, shrinkage=0)),
        "expected": ("p", best_soft(p, p)),
        "micro counts": ("score", counts(score, average="micro")),
        "micro counts on p": ("p", counts(p, average="micro")),
        "micro expected": ("p", best_soft_micro(p, p)),
    }
    for strength in BLENDS:
        truth = blended(y, p, strength)
        found[f"blend {strength}"] = "p", best_soft(p, truth)
        found[f"micro blend {strength}"] = "p", best_soft_micro(p, truth)
    return found


def f1(y: Array, pred: Array, average: str | None) -> Array:
    return kml.f1_score(y, pred, average=average)


def average_of(name: str) -> str:
    return "micro" if name.startswith("micro") else "macro"


def compare(data: Scored, seed: int) -> dict[str, float]:
    """The test F1 of each way: macro, or micro where the name says so."""
    fitted = kml.LabelCalibrator().fit(data.score, data.y)
    inputs = {"score": data.test_score, "p": fitted.predict_proba(data.test_score)}
    found = ways(data.y, data.score, fitted.predict_proba(data.score))
    for name, options in OTHER_CALIBRATORS.items():
        other = kml.LabelCalibrator(**options).fit(data.score, data.y)
        p = other.predict_proba(data.score)
        inputs[name] = other.predict_proba(data.test_score)
        found[f"expected, {name}"] = name, best_soft(p, p)
        found[f"micro expected, {name}"] = name, best_soft_micro(p, p)
    pred = {name: inputs[kind] >= value for name, (kind, value) in found.items()}
    inside = cross_predicted(data, seed)
    for first, second, name in (
        ("counts", "expected", "chosen"),
        ("micro counts", "micro expected", "micro chosen"),
    ):
        options = [first, second]
        won = [f1(data.y, inside[o], average_of(o)) for o in options]
        pred[name] = pred[options[int(np.argmax(won))]]
    won = np.array([f1(data.y, inside[o], None) for o in ("counts", "expected")])
    ahead = won[0] - won[1]
    clearly = ahead.mean() > ahead.std() / np.sqrt(len(ahead))
    pred["expected unless clearly worse"] = pred["counts" if clearly else "expected"]
    pred["chosen per label"] = np.where(
        won[1] > won[0], pred["expected"], pred["counts"]
    )
    scores = {name: f1(data.test_y, p, average_of(name)) for name, p in pred.items()}
    return {**scores, "positives": float(np.median(data.y.sum(0)))}


def cross_predicted(data: Scored, seed: int) -> dict[str, Array]:
    """What each way predicts of tuning rows, calibrated and tuned on the others."""
    folds = kml.MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    pred: dict[str, Array] = {}
    for train, test in folds.split(data.score, data.y):
        fitted = kml.LabelCalibrator().fit(data.score[train], data.y[train])
        p = fitted.predict_proba(data.score)
        inputs = {"score": data.score, "p": p}
        found = ways(data.y[train], data.score[train], p[train])
        for name, (kind, value) in found.items():
            out = pred.setdefault(name, np.zeros(data.y.shape, bool))
            out[test] = inputs[kind][test] >= value
    return pred


def table(path: Path) -> None:
    """Differences to the default, per setting: mean and standard error over seeds."""
    frame = pd.DataFrame([json.loads(line) for line in path.open()])
    for average, base in (("macro", "counts"), ("micro", "micro counts")):
        names = [
            n
            for n in frame.columns
            if n not in ("setting", "seed", "positives", base)
            and average_of(n) == average
        ]
        lines = {}
        for setting, rows in frame.groupby("setting", sort=False):
            off = rows[names].sub(rows[base], axis=0) * 1000
            error = off.std() / np.sqrt(len(off))
            lines[setting] = {
                "seeds": len(rows),
                "pos": rows["positives"].mean().round(1),
                base: round(rows[base].mean(), 4),
                **{n: f"{off[n].mean():+.1f}±{error[n]:.1f}" for n in names},
            }
        print(pd.DataFrame(lines).T.to_string())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("expected.jsonl"))
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--table", type=Path)
    args = parser.parse_args()
    if args.table:
        table(args.table)
        return
    for name, make in settings(args.data):
        if args.only is None or any(name.startswith(o) for o in args.only):
            setting = make()
            for seed in range(args.seeds):
                row = {"setting": name, "seed": seed, **compare(setting(seed), seed)}
                with args.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
