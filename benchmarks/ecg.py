"""What tuned thresholds are worth on real data: ``python benchmarks/ecg.py FOLDER``.

827 electrocardiograms, 6 findings: scores and published decisions of a network, and
decisions of a cardiologist, from github.com/antonior92/automatic-ecg-diagnosis
(Ribeiro et al., Nature Communications 11, 2020). FOLDER holds its
gold_standard.csv, dnn.csv, cardiologist1.csv and model.npy.

Thresholds are tuned on one half and scored on the other, over 20 stratified splits.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import keras_multilabel as kml

SPLITS = 20


def read(folder: Path, name: str, labels: list[str]) -> np.ndarray:
    return pd.read_csv(folder / name)[labels].to_numpy(np.int8)


def main(folder: Path) -> None:
    labels = list(pd.read_csv(folder / "gold_standard.csv").columns)
    y_true = read(folder, "gold_standard.csv", labels)
    y_score = np.load(folder / "model.npy")
    decided = {
        "the network's published decisions": read(folder, "dnn.csv", labels),
        "a cardiologist": read(folder, "cardiologist1.csv", labels),
        "0.5": kml.apply_thresholds(y_score, 0.5),
    }
    rows = [split_scores(y_true, y_score, decided, seed) for seed in range(SPLITS)]
    table = pd.DataFrame(rows)
    print("positives:", dict(zip(labels, y_true.sum(0).tolist(), strict=True)))
    print(table.agg(["mean", "std"]).T.round(3).to_string())


def split_scores(
    y_true: np.ndarray, y_score: np.ndarray, decided: dict[str, np.ndarray], seed: int
) -> dict[str, float]:
    """Macro F1 on the half that nothing was tuned on, and what tuning promised."""
    here, there = kml.multilabel_train_test_split(
        np.arange(len(y_true)), stratify=y_true, test_size=0.5, random_state=seed
    )
    scores = {
        name: kml.f1_score(y_true[there], y_pred[there])
        for name, y_pred in decided.items()
    }
    settings = {
        "one threshold for all": {"per_label": False},
        "per label, exact": {"shrinkage": 0},
        "per label, default": {},
    }
    for name, options in settings.items():
        tuned = kml.tune_thresholds(
            y_true[here], y_score[here], cv=5, random_state=seed, **options
        )
        scores[name] = kml.f1_score(y_true[there], tuned.apply(y_score[there]))
        scores[f"{name}: cv_score"] = tuned.cv_score
        scores[f"{name}: score"] = tuned.score
    return scores


if __name__ == "__main__":
    main(Path(sys.argv[1]))
