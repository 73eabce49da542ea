"""Stratified folds, against iterative-stratification and scikit-learn.

The label deviation is the "label distribution" of the paper on iterative
stratification: the mean, over labels and folds, of |p / n - P / N|, with p positives
and n negatives of the label in the fold, P and N in all of the data. A worst count is
that of |p - P / n_folds|.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold
from table import Row, is_installed, named_version, speed_row
from timing import Timed, interleaved

import keras_multilabel as kml

N_FOLDS = 5
N_SEEDS = 10
ITERATIVE = "iterative-stratification"
GROUPED = f"{named_version('scikit-learn')} StratifiedGroupKFold on the rarest label"
Folds = Callable[[np.ndarray, int], np.ndarray]


def rows(*, quick: bool) -> Iterator[Row]:
    repeats = 2 if quick else 3
    small, large, huge = (500, 2000, 5000) if quick else (5000, 100_000, 1_000_000)
    if is_installed(ITERATIVE):
        yield from without_groups(((small, 20), (large, 80)), huge, repeats)
    else:
        print(f"{ITERATIVE} is not installed: its rows are left out.")
    yield from with_groups(large, repeats)


def without_groups(
    shapes: tuple[tuple[int, int], ...], huge: int, repeats: int
) -> Iterator[Row]:
    peer = named_version(ITERATIVE)
    for n_samples, n_labels in shapes:
        yield deviation_row(n_samples, n_labels, peer)
    for n_samples in (shapes[-1][0], huge):
        y = long_tailed(0, n_samples, 80)
        pair = interleaved(cpu(theirs, y), cpu(ours, y), repeats)
        yield speed_row(f"{work(n_samples, 80)}, CPU time", peer, pair, 12)
        seconds = pair.medians()[1]
        yield Row(
            f"{work(n_samples, 80)}, CPU time",
            *("", "", f"{seconds:.3g} s", "", "<= 0.5 s", seconds <= 0.5),
        )


def deviation_row(n_samples: int, n_labels: int, peer: str) -> Row:
    """Label deviations of several seeds, medians; and how often ours is no worse."""
    deviations, sizes = [], []
    for seed in range(N_SEEDS):
        y = long_tailed(seed, n_samples, n_labels)
        found = theirs(y, seed), ours(y, seed)
        deviations.append([label_deviation(y, folds) for folds in found])
        sizes.append(np.ptp(np.bincount(found[1])))
    # At the optimum of both, sums of floats may differ in their last digits.
    no_worse = sum(one <= peers * (1 + 1e-9) for peers, one in deviations)
    peers, medians = np.median(deviations, axis=0)
    return Row(
        f"{work(n_samples, n_labels)}, label deviation, {N_SEEDS} seeds",
        peer,
        f"{peers:.3g}",
        f"{medians:.3g}, sizes within {max(sizes)}",
        f"no worse on {no_worse} of {N_SEEDS}",
        "no worse on each, sizes within 1",
        no_worse == N_SEEDS and max(sizes) <= 1,
    )


def with_groups(n_samples: int, repeats: int) -> Iterator[Row]:
    y = long_tailed(0, n_samples, 80)
    groups = np.random.default_rng(1).integers(0, n_samples // 8, n_samples)
    rarest = y[:, np.argmin(y.sum(0))]

    def peer(y: np.ndarray, seed: int) -> np.ndarray:
        cv = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
        return folds_of(cv.split(y, rarest, groups), n_samples)

    def mine(y: np.ndarray, seed: int) -> np.ndarray:
        cv = kml.MultilabelStratifiedGroupKFold(
            N_FOLDS, shuffle=True, random_state=seed
        )
        return folds_of(cv.split(None, y, groups), n_samples)

    task = f"{work(n_samples, 80)}, groups of 8 on average"
    pair = interleaved(cpu(peer, y), cpu(mine, y), repeats)
    yield speed_row(f"{task}, CPU time", GROUPED, pair, 5)
    found = peer(y, 0), mine(y, 0)
    for name, measure in (("label deviation", label_deviation), ("worst", worst_count)):
        peers, one = (measure(y, folds) for folds in found)
        yield Row(
            f"{task}, {name}{' count' if name == 'worst' else ''}",
            GROUPED,
            f"{peers:.3g}",
            f"{one:.3g}",
            f"{one / peers:.3f}x",
            "<= 0.1x",
            one <= 0.1 * peers,
        )


def long_tailed(seed: int, n_samples: int, n_labels: int) -> np.ndarray:
    """Labels of 20 % to 0.2 % of the samples; of 80 labels 3.4 a sample."""
    rng = np.random.default_rng(seed)
    rates = np.geomspace(0.2, 0.002, n_labels).astype(np.float32)
    return (rng.random((n_samples, n_labels), np.float32) < rates).astype(np.uint8)


def theirs(y: np.ndarray, seed: int) -> np.ndarray:
    """Folds of the peer."""
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold

    cv = MultilabelStratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    return folds_of(cv.split(y, y), len(y))


def ours(y: np.ndarray, seed: int) -> np.ndarray:
    """Folds of ours."""
    cv = kml.MultilabelStratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    return folds_of(cv.split(y, y), len(y))


def folds_of(splits: Any, n_samples: int) -> np.ndarray:
    """The fold of each row."""
    folds = np.empty(n_samples, int)
    for fold, (_, test) in enumerate(splits):
        folds[test] = fold
    return folds


def counts_of(y: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Positives of each label in each fold."""
    return np.stack([y[folds == fold].sum(0, dtype=int) for fold in range(N_FOLDS)])


def label_deviation(y: np.ndarray, folds: np.ndarray) -> float:
    """As the head of this file says."""
    total, counts = y.sum(0, dtype=int), counts_of(y, folds)
    sizes = np.bincount(folds)[:, None]
    ratios = counts / (sizes - counts) - total / (len(y) - total)
    return float(np.abs(ratios).mean())


def worst_count(y: np.ndarray, folds: np.ndarray) -> float:
    """The largest distance of a count from its share."""
    return float(np.abs(counts_of(y, folds) - y.sum(0, dtype=int) / N_FOLDS).max())


def work(n_samples: int, n_labels: int) -> str:
    return f"stratified {N_FOLDS}-fold, {n_samples:,} x {n_labels}"


def cpu(folds: Folds, y: np.ndarray) -> Timed:
    """A function that makes folds and returns the CPU time of it."""

    def timed() -> float:
        start = time.process_time()
        folds(y, 0)
        return time.process_time() - start

    return timed
