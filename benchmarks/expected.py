"""Thresholds from counts, from probabilities, or from both: what they are worth.

``python benchmarks/expected.py --data FOLDER --out FILE [--only NAME ...]`` scores each
way on test rows, and appends a line per setting and seed; ``--table FILE`` prints the
differences to the default, mean and standard error over seeds, in thousandths.

On the rows to tune on, a `LabelCalibrator` is fitted and thresholds are set; nothing is
chosen on test rows. ``counts`` is the default of `tune_thresholds` on the scores,
``counts on p`` the same on calibrated ones, ``expected k`` is ``method="expected"``
after a calibrator of that strength. The others use strength 1: ``blend s`` is best
for the truth (n y + s p) / (n + s) of a label with n positives; ``chosen`` takes counts
or expected, whichever had the better F1 in five parts of the rows to tune on, each
predicted by calibrator and thresholds of the others. Names with ``micro`` are tuned for
micro F1 and scored by it, the others for macro.

FOLDER has ``tables/*.npz`` (X_train, Y_train, X_test, Y_test) and ``ecg/`` (see
ecg.py); what is not there is skipped.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from expected_settings import Array, Scored, settings

import keras_multilabel as kml

STRENGTHS = (1, 2, 5)
BLENDS = (50, 200)
CHOICES = {
    "chosen": ("counts", "expected 1"),
    "micro chosen": ("micro counts", "micro expected 1"),
}
BESIDES = ("setting", "seed", "positives", *(f"log loss {s}" for s in STRENGTHS))


def average_of(name: str) -> str:
    return "micro" if name.startswith("micro") else "macro"


def f1(y: Array, pred: Array, average: str | None) -> Array:
    return kml.f1_score(y, pred, average=average)


def predictions(data: Scored, rows: Array, other: Array) -> dict[str, Array]:
    """What each way, calibrated and tuned on ``rows``, predicts of other scores."""
    y, score, pred = data.y[rows], data.score[rows], {}
    for prefix in ("", "micro "):
        average = average_of(prefix)
        tuned = kml.tune_thresholds(y, score, average=average)
        pred[f"{prefix}counts"] = tuned.apply(other)
        for strength in STRENGTHS:
            fitted = kml.LabelCalibrator(strength=strength).fit(score, y)
            p, other_p = fitted.predict_proba(score), fitted.predict_proba(other)
            tuned = kml.tune_thresholds(y, p, average=average, method="expected")
            pred[f"{prefix}expected {strength}"] = tuned.apply(other_p)
            if strength == STRENGTHS[0]:
                tuned = kml.tune_thresholds(y, p, average=average)
                pred[f"{prefix}counts on p"] = tuned.apply(other_p)
                for blend in BLENDS:
                    n = y.sum(0)
                    truth = (n * y + blend * p) / (n + blend)
                    best = best_soft_micro if prefix else best_soft
                    pred[f"{prefix}blend {blend}"] = other_p >= best(p, truth)
    return pred


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


def compare(data: Scored, seed: int) -> dict[str, float]:
    """The test F1 of each way."""
    everything = np.arange(len(data.y))
    pred = predictions(data, everything, data.test_score)
    inside: dict[str, Array] = {}
    folds = kml.MultilabelStratifiedKFold(5, shuffle=True, random_state=seed)
    for train, test in folds.split(data.score, data.y):
        for name, found in predictions(data, train, data.score[test]).items():
            inside.setdefault(name, np.zeros(data.y.shape, bool))[test] = found
    for name, options in CHOICES.items():
        won = [f1(data.y, inside[option], average_of(name)) for option in options]
        pred[name] = pred[options[int(np.argmax(won))]]
    first, second = CHOICES["chosen"]
    won = f1(data.y, inside[second], None) > f1(data.y, inside[first], None)
    pred["chosen per label"] = np.where(won, pred[second], pred[first])
    scores = {name: f1(data.test_y, p, average_of(name)) for name, p in pred.items()}
    losses = {
        f"log loss {strength}": log_loss(data, strength) for strength in STRENGTHS
    }
    return {**scores, **losses, "positives": float(np.median(data.y.sum(0)))}


def log_loss(data: Scored, strength: float) -> float:
    """The test log loss after a calibrator of that strength."""
    fitted = kml.LabelCalibrator(strength=strength).fit(data.score, data.y)
    return kml.log_loss(data.test_y, fitted.predict_proba(data.test_score))


def table(path: Path) -> None:
    """Differences to the default, per setting: mean and standard error over seeds."""
    frame = pd.DataFrame([json.loads(line) for line in path.open()])
    for base in ("counts", "micro counts"):
        average = average_of(base)
        names = [
            name
            for name in frame.columns
            if name not in (*BESIDES, base) and average_of(name) == average
        ]
        lines = {}
        for setting, rows in frame.groupby("setting", sort=False):
            off = rows[names].sub(rows[base], axis=0) * 1000
            error = off.std() / np.sqrt(len(off))
            lines[setting] = {
                "seeds": len(rows),
                "positives": rows["positives"].mean().round(1),
                base: round(rows[base].mean(), 3),
                **{n: f"{off[n].mean():+.1f}±{error[n]:.1f}" for n in names},
            }
        print(pd.DataFrame(lines).T.to_string())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("expected.jsonl"))
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--table", type=Path)
    args = parser.parse_args()
    if args.table:
        table(args.table)
        return
    for name, make in settings(args.data):
        if args.only is None or name in args.only:
            scored = make()
            for seed in range(args.seeds):
                row = {"setting": name, "seed": seed, **compare(scored(seed), seed)}
                with args.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
