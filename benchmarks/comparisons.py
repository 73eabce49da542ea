"""Coverage of the difference of two models that predict labels more and less often.

Fresh samples of eight independent labels; both models see half of their noise alike.
"""

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm
from table import Row

import keras_multilabel as kml

N_LABELS = 8
# Rates of positives and of negatives that a model predicts.
Rates = tuple[float, float]


def rows(*, quick: bool) -> Iterator[Row]:
    repeats = 10 if quick else 300
    cautious = (0.5, 0.02)
    eager = (0.8, equal_rate(0.1, cautious, 0.8))
    for name, n, positives, a, b in (
        ("alike", 500, 0.1, (0.6, 0.05), (0.6, 0.05)),
        ("alike", 200, 0.03, (0.6, 0.05), (0.6, 0.05)),
        ("of equal F1, one predicts more", 500, 0.1, cautious, eager),
        ("of equal F1, one predicts more", 5000, 0.1, cautious, eager),
        ("of which one is better", 500, 0.1, (0.7, 0.03), (0.6, 0.05)),
        ("of which one predicts far more", 500, 0.2, (0.4, 0.05), (0.8, 0.4)),
        ("of which one predicts far more", 500, 0.016, (0.2, 0.004), (0.7, 0.5)),
    ):
        work = (
            f"95 % intervals of two models {name}, n = {n}, {positives:.1%} positives"
        )
        yield coverage(work, n, positives, (a, b), repeats)


def coverage(
    work: str, n: int, positives: float, rates: tuple[Rates, Rates], repeats: int
) -> Row:
    expected = np.subtract(*(f1(positives, each) for each in rates))
    hits = np.zeros((repeats, 4))
    for seed in range(repeats):
        y_true, *pair = draw(n, positives, rates, np.random.default_rng(seed))
        options = {"n_permutations": 200, "random_state": seed}
        macro, micro = (
            kml.compare_models(y_true, *pair, average=average, **options)
            for average in ("macro", "micro")
        )
        labels = macro.per_label
        hits[seed] = (
            ((labels.low <= expected) & (expected <= labels.high)).mean(),
            macro.low <= expected <= macro.high,
            micro.low <= expected <= micro.high,
            macro.p_value <= 0.05,
        )
    of_labels, of_macro, of_micro, rejected = hits.mean(0)
    figure = f"labels {of_labels:.1%}, macro {of_macro:.1%}, micro {of_micro:.1%}"
    is_met = min(of_labels, of_macro, of_micro) >= 0.92
    if expected == 0:
        figure += f"; a true null rejected {rejected:.1%}"
    return Row(work, "", "", figure, "", "92 to 98 %", is_met)


def draw(
    n: int, positives: float, rates: tuple[Rates, Rates], rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Truth, and the decisions of both models."""
    y_true = rng.random((n, N_LABELS)) < positives
    yield y_true.astype(np.int8)
    common = rng.normal(size=y_true.shape)
    for of_positives, of_negatives in rates:
        noise = (common + rng.normal(size=y_true.shape)) / np.sqrt(2)
        yield norm.cdf(noise) < np.where(y_true, of_positives, of_negatives)


def f1(positives: float, rates: Rates) -> float:
    found, false = positives * rates[0], (1 - positives) * rates[1]
    return 2 * found / (found + false + positives)


def equal_rate(positives: float, rates: Rates, of_positives: float) -> float:
    """The rate of negatives with which another of positives gives the same F1."""
    found = positives * of_positives
    return (2 * found / f1(positives, rates) - found - positives) / (1 - positives)
