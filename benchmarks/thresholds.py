"""Thresholds: how fast they are tuned, and what they are worth on other data.

What they are worth is simulated, so that fresh data never ends:

- 200 labels, long-tailed: label k = 1, 2, ... has the prevalence
  p = max(0.3 / k**0.9, 0.002), and y ~ Bernoulli(p), labels independent.
- A feature x ~ N(0, 1) + d * y, with d ~ U(1.2, 2.8) for each label, so that the
  calibrated logit is log(p / (1 - p)) + d * (x - d / 2).
- The classifier's logit is slope * calibrated + offset, with slope =
  exp(m * 0.2 * N(0, 1)) and offset = m * 0.5 * N(0, 1) for each label: with m = 0 it
  is calibrated, m = 1 is the headline, m = 2 is a poor one. Its score is the
  sigmoid, in float32.
- Thresholds are tuned on 2,500 rows, where the rarest labels have some six positives,
  now and then none, and scored by macro F1 on 50,000 fresh rows. All labels are in
  the mean; one without any positive has an F1 of 0. Each seed draws new labels and
  new rows; all policies and all m get the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sklearn.metrics
from ranking import N_LABELS, scores
from table import Row, memory_row, named_version, overhead_row, speed_row
from timing import Timed, extrapolated, interleaved, peak_megabytes, stopwatch

import keras_multilabel as kml

PEER = named_version("scikit-learn")
# The peers are slow: they are timed on a part of the work.
N_THRESHOLDS = 100
SAMPLED_THRESHOLDS = (0.25, 0.5, 0.75)
SAMPLED_LABELS = range(4)

TUNED_ON = 2_500
HEADLINE = 1
MISCALIBRATIONS = (0, 1, 2)
SHRINKAGES = (0, 2, 5, 10, 20)
OTHERS = ("0.5", "one for all", "shrinkage=0")
DEFAULT = "default"


def rows(*, quick: bool) -> Iterator[Row]:
    n_samples = 20_000 if quick else 1_000_000
    yield from speed_rows(*scores(n_samples), 2 if quick else 3)
    y_true, y_score = scores(5_000 if quick else 100_000)
    for kind, given in ("", y_score), (", two decimals", y_score.round(2)):
        yield curves_row(y_true, given, kind, 2 if quick else 5)
    yield folds_row(5_000 if quick else 100_000, 2 if quick else 5)
    if not quick:
        yield folds_row(1_000_000, 3)
    yield micro_row(5_000 if quick else 50_000, 2 if quick else 5)
    n_seeds, n_fresh = (2, 5_000) if quick else (10, 50_000)
    yield from simulation_rows([simulate(seed, n_fresh) for seed in range(n_seeds)])


def speed_rows(y_true: np.ndarray, y_score: np.ndarray, repeats: int) -> Iterator[Row]:
    def exact() -> kml.Thresholds:
        return kml.tune_thresholds(y_true, y_score, shrinkage=0)

    def default() -> kml.Thresholds:
        return kml.tune_thresholds(y_true, y_score)

    size = f"{len(y_true):,} x {N_LABELS} float32"
    work = f"F1-optimal threshold per label, all candidates, {size}"
    by_calls, by_curves = f1_calls(y_true, y_score), f1_of_curves(y_true, y_score)
    for title, (peer, timed), ours, target in (
        (work, by_calls, exact, 1200),
        (work, by_curves, exact, 25),
        (f"{work}, default shrinkage", by_curves, default, None),
    ):
        pair = interleaved(timed, stopwatch(ours), repeats)
        yield speed_row(title, peer, pair, target)
    yield memory_row(f"memory of tuning thresholds, {size}", peak_megabytes(exact), 150)


def curves_row(y_true: np.ndarray, y_score: np.ndarray, kind: str, repeats: int) -> Row:
    peer, timed = f1_of_curves(y_true, y_score)
    pair = interleaved(
        timed, stopwatch(lambda: kml.tune_thresholds(y_true, y_score)), repeats
    )
    work = f"the same, {len(y_true):,} x {N_LABELS}{kind}, default shrinkage"
    return speed_row(work, peer, pair, None)


def folds_row(n_samples: int, repeats: int) -> Row:
    """Cross-fitting against the plain call, which it contains."""
    y_true, y_score = scores(n_samples)
    pair = interleaved(
        stopwatch(lambda: kml.tune_thresholds(y_true, y_score)),
        stopwatch(lambda: kml.tune_thresholds(y_true, y_score, cv=5, random_state=0)),
        repeats,
    )
    size = f"{n_samples:,} x {N_LABELS} float32"
    return overhead_row(
        f"tune_thresholds(cv=5), {size}", "the same without cv", pair, 2.5
    )


def f1_calls(y_true: np.ndarray, y_score: np.ndarray) -> tuple[str, Timed]:
    def peer() -> list[float]:
        return [
            # As y_true's type: with bool or int64 it takes longer.
            sklearn.metrics.f1_score(
                y_true[:, 0], (y_score[:, 0] >= threshold).astype(y_true.dtype)
            )
            for threshold in SAMPLED_THRESHOLDS
        ]

    n_calls = N_LABELS * N_THRESHOLDS
    return (
        f"{PEER} f1_score at {N_THRESHOLDS} thresholds a label "
        f"(extrapolated from {len(SAMPLED_THRESHOLDS)} of {n_calls:,} calls)",
        extrapolated(peer, n_calls / len(SAMPLED_THRESHOLDS)),
    )


def f1_of_curves(y_true: np.ndarray, y_score: np.ndarray) -> tuple[str, Timed]:
    def peer() -> list[float]:
        return [
            best_of_curve(y_true[:, column], y_score[:, column])
            for column in SAMPLED_LABELS
        ]

    sample = np.s_[:, list(SAMPLED_LABELS)]
    found = kml.tune_thresholds(
        y_true[sample], y_score[sample], average=None, shrinkage=0
    )
    np.testing.assert_allclose(found.score, peer(), rtol=1e-12)
    return (
        f"{PEER} precision_recall_curve + argmax of F1 "
        f"(extrapolated from {len(SAMPLED_LABELS)} of {N_LABELS} labels)",
        extrapolated(peer, N_LABELS / len(SAMPLED_LABELS)),
    )


def best_of_curve(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """The best F1, found (with its threshold) as scikit-learn's users do."""
    precision, recall, _ = sklearn.metrics.precision_recall_curve(y_true, y_score)
    total = precision + recall
    f1 = 2 * precision * recall / np.where(total > 0, total, 1)
    return f1[np.argmax(f1)]


def micro_row(n_samples: int, repeats: int) -> Row:
    """The joint optimum of micro F1: seconds, and beside what others reach."""
    rng = np.random.default_rng(0)
    labels = Labels.draw(np.geomspace(0.2, 0.002, 200), rng)
    y_true, logit = labels.sample(n_samples, rng)
    y_score = labels.scores(logit, HEADLINE)

    def ours() -> kml.Thresholds:
        return kml.tune_thresholds(y_true, y_score, average="micro", shrinkage=0)

    def micro_f1(thresholds: kml.Thresholds) -> float:
        y_pred = thresholds.apply(y_score)
        return kml.f1_score(y_true, y_pred, average="micro")

    each = micro_f1(kml.tune_thresholds(y_true, y_score, shrinkage=0))
    one = micro_f1(
        kml.tune_thresholds(y_true, y_score, average="micro", per_label=False)
    )
    joint = micro_f1(ours())
    timed = stopwatch(ours)
    seconds = float(np.median([timed() for _ in range(repeats)]))
    return Row(
        f"joint optimum of micro F1, {n_samples:,} x {len(labels.prevalence)} float32",
        "each label's best F1; best one threshold for all",
        f"micro F1 {each:.4f}; {one:.4f}",
        f"{seconds:.3g} s, micro F1 {joint:.4f}",
        f"{joint - max(each, one):+.4f}",
        "< 3 s, and the best micro F1",
        seconds < 3 and joint >= max(each, one),
    )


@dataclass(frozen=True)
class Labels:
    """What the labels are like, and what a classifier makes of them."""

    prevalence: np.ndarray
    distance: np.ndarray
    log_slope: np.ndarray
    offset: np.ndarray

    @classmethod
    def draw(cls, prevalence: np.ndarray, rng: np.random.Generator) -> "Labels":
        """How well each label is told apart, and how it is distorted."""
        n_labels = len(prevalence)
        return cls(
            prevalence,
            rng.uniform(1.2, 2.8, n_labels),
            0.2 * rng.standard_normal(n_labels),
            0.5 * rng.standard_normal(n_labels),
        )

    def sample(
        self, n_samples: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Truth, and its calibrated logit."""
        p, d = self.prevalence, self.distance
        y_true = rng.random((n_samples, len(p))) < p
        x = rng.standard_normal(y_true.shape) + d * y_true
        return y_true.astype(np.uint8), np.log(p / (1 - p)) + d * (x - d / 2)

    def scores(self, logit: np.ndarray, miscalibration: float) -> np.ndarray:
        """What the classifier says."""
        slope = np.exp(miscalibration * self.log_slope)
        distorted = slope * logit + miscalibration * self.offset
        return (1 / (1 + np.exp(-distorted))).astype(np.float32)


@dataclass(frozen=True)
class Outcome:
    """Macro F1 at one seed and miscalibration.

    ``fresh`` has that on fresh rows of each policy; ``cross_fitted`` and ``flattering``
    have ``cv_score`` and ``score`` of those that were cross-fitted.
    """

    fresh: dict[str, float]
    cross_fitted: dict[str, float]
    flattering: dict[str, float]


def simulate(seed: int, n_fresh: int) -> dict[int, Outcome]:
    """The outcome at each miscalibration."""
    rng = np.random.default_rng(seed)
    k = np.arange(1, 201)
    labels = Labels.draw(np.maximum(0.3 / k**0.9, 0.002), rng)
    y_true, logit = labels.sample(TUNED_ON, rng)
    fresh_true, fresh_logit = labels.sample(n_fresh, rng)
    folds_seed = int(rng.integers(2**32))
    outcomes = {}
    for m in MISCALIBRATIONS:
        tuned = tune_all(y_true, labels.scores(logit, m), folds_seed)
        fresh_score = labels.scores(fresh_logit, m)
        outcomes[m] = Outcome(
            {
                name: kml.f1_score(fresh_true, thresholds.apply(fresh_score))
                for name, thresholds in tuned.items()
            },
            {name: tuned[name].cv_score for name in (DEFAULT, "shrinkage=0")},
            {name: tuned[name].score for name in (DEFAULT, "shrinkage=0")},
        )
    return outcomes


def tune_all(
    y_true: np.ndarray, y_score: np.ndarray, folds_seed: int
) -> dict[str, kml.Thresholds]:
    """The thresholds of each policy."""

    def tune(**options: object) -> kml.Thresholds:
        return kml.tune_thresholds(y_true, y_score, random_state=folds_seed, **options)

    return {
        "0.5": kml.Thresholds(np.full(y_true.shape[1], 0.5)),
        "one for all": tune(per_label=False),
        "shrinkage=0": tune(shrinkage=0, cv=5),
        DEFAULT: tune(cv=5),
        **{f"shrinkage={n}": tune(shrinkage=n) for n in SHRINKAGES if n > 0},
    }


def simulation_rows(seeds: list[dict[int, Outcome]]) -> Iterator[Row]:
    headline = [outcomes[HEADLINE] for outcomes in seeds]
    yield cv_row(headline, DEFAULT)
    yield cv_row(headline, "shrinkage=0")
    for m in (HEADLINE, *(m for m in MISCALIBRATIONS if m != HEADLINE)):
        yield policies_row([outcomes[m] for outcomes in seeds], m)
    for m in MISCALIBRATIONS:
        yield shrinkages_row([outcomes[m] for outcomes in seeds], m)


def cv_row(outcomes: list[Outcome], policy: str) -> Row:
    """How near ``cv_score`` comes to the score on fresh rows."""
    fresh = np.array([o.fresh[policy] for o in outcomes])
    cross_fitted = np.array([o.cross_fitted[policy] for o in outcomes])
    flattering = np.mean([o.flattering[policy] for o in outcomes])
    error = cross_fitted - fresh
    return Row(
        f"cv_score against fresh rows, macro F1, {policy}, {n_seeds(outcomes)}",
        "fresh rows",
        f"{fresh.mean():.4f}",
        f"{cross_fitted.mean():.4f} (score on the data tuned on: {flattering:.4f})",
        spread(error),
        "within 0.01",
        bool(abs(error.mean()) <= 0.01),
    )


def policies_row(outcomes: list[Outcome], m: int) -> Row:
    """The default against the other policies on fresh rows."""
    means = means_on_fresh(outcomes)
    best = max(OTHERS, key=means.__getitem__)
    gain = np.array([o.fresh[DEFAULT] - o.fresh[best] for o in outcomes])
    target = m == HEADLINE
    return Row(
        f"macro F1 on fresh rows, m={m}, {n_seeds(outcomes)}",
        "; ".join(OTHERS),
        "; ".join(f"{means[name]:.4f}" for name in OTHERS),
        f"{means[DEFAULT]:.4f}",
        f"{spread(gain)} over {best}",
        "best, or within 0.001" if target else "",
        bool(gain.mean() >= -0.001) if target else None,
    )


def shrinkages_row(outcomes: list[Outcome], m: int) -> Row:
    """Why the default is what it is."""
    means = means_on_fresh(outcomes)
    figures = (f"{means[f'shrinkage={strength}']:.4f}" for strength in SHRINKAGES)
    return Row(
        f"shrinkage={', '.join(map(str, SHRINKAGES))}: macro F1 on fresh rows, m={m}, "
        f"{n_seeds(outcomes)}",
        *("", "", "; ".join(figures), "", "", None),
    )


def means_on_fresh(outcomes: list[Outcome]) -> dict[str, float]:
    """Each policy's mean over the seeds."""
    policies = outcomes[0].fresh
    return {p: float(np.mean([o.fresh[p] for o in outcomes])) for p in policies}


def n_seeds(outcomes: list[Outcome]) -> str:
    return f"mean of {len(outcomes)} seeds"


def spread(differences: np.ndarray) -> str:
    """Mean and range over the seeds."""
    low, high = differences.min(), differences.max()
    return (
        f"{differences.mean():+.4f} ({low:+.4f} to {high:+.4f}, n={len(differences)})"
    )
