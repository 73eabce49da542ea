"""Intervals: their time, and how often they hold the truth.

The coverage is that of a continuous simulation: each repeat draws new rows from a
population of which the true scores are known. (To resample a finite population repeats
rows, and flatters.)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
import sklearn.metrics
from scipy.stats import multivariate_normal, norm
from table import Row, named_version, speed_row
from timing import extrapolated, interleaved, stopwatch

import keras_multilabel as kml

N_LABELS = 80
AVERAGES = (None, "micro", "macro", "weighted", "samples")
# Of the coverage of nominal 95 %.
LEAST, MOST = 92, 98


def rows(*, quick: bool) -> Iterator[Row]:
    yield from speed_rows(2_000 if quick else 100_000, 1 if quick else 3)
    yield from coverage_rows(8 if quick else 200)
    yield from null_rows(10 if quick else 200)


def speed_rows(n_samples: int, repeats: int) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    y_true = (rng.random((n_samples, N_LABELS), np.float32) < 0.05).astype(np.uint8)
    y_pred, other = (decisions(y_true, rng) for _ in range(2))
    size = f"{n_samples:,} x {N_LABELS}"

    def resample() -> None:
        chosen = rng.integers(0, n_samples, n_samples)
        for average in AVERAGES:
            sklearn.metrics.f1_score(
                y_true[chosen], y_pred[chosen], average=average, zero_division=0.0
            )

    pair = interleaved(
        extrapolated(resample, 1000),
        stopwatch(lambda: kml.score_intervals(y_true, y_pred)),
        repeats,
    )
    yield speed_row(
        f"F1 intervals per label and of four averages, {size} (and precision, recall, "
        "exact match, Hamming)",
        f"{named_version('scikit-learn')} f1_score in 1,000 resamples, extrapolated "
        "from one",
        pair,
        2_000,
    )
    yield budget_row(
        f"the same, {size}", lambda: kml.score_intervals(y_true, y_pred), 0.2, repeats
    )
    yield budget_row(
        f'method="bootstrap", 1,000 resamples, {size}',
        lambda: kml.score_intervals(y_true, y_pred, method="bootstrap", random_state=0),
        2,
        repeats,
    )
    yield budget_row(
        f"compare_models, 1,000 swaps, {size}",
        lambda: kml.compare_models(y_true, y_pred, other, random_state=0),
        1,
        repeats,
    )
    y_score = 0.4 * y_true + rng.random(y_true.shape, np.float32)
    yield budget_row(
        f"with average precision and ROC AUC, {size} float32",
        lambda: kml.score_intervals(y_true, y_pred, y_score=y_score),
        None,
        repeats,
    )


def decisions(y_true: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Most positives found, and a few false alarms."""
    draws = rng.random(y_true.shape, np.float32)
    return np.where(y_true, draws < 0.7, draws < 0.02).astype(np.uint8)


def budget_row(
    work: str, function: Callable[[], object], target: float | None, repeats: int
) -> Row:
    """Median seconds: at most ``target``."""
    timed = stopwatch(function)
    timed()
    seconds = [timed() for _ in range(2 * repeats + 1)]
    middle = median(seconds)
    spread = f"{min(seconds):.3g} to {max(seconds):.3g}, n={len(seconds)}"
    return Row(
        work,
        "",
        "",
        f"{middle:.3g} s ({spread})",
        "",
        "" if target is None else f"<= {target:g} s",
        None if target is None else middle <= target,
    )


@dataclass(frozen=True)
class Population:
    """Labels as thresholds of normal variables, decisions as those of noisy ones.

    Truth and noise of the labels have a part in common, by blocks of labels and with
    either sign: labels occur together or exclude each other, and are mistaken together.
    """

    name: str
    prevalence: np.ndarray
    quality: np.ndarray
    shared: float
    block: np.ndarray
    sign: np.ndarray
    threshold: np.ndarray

    @classmethod
    def draw(
        cls,
        name: str,
        prevalence: np.ndarray,
        quality: tuple[float, float],
        *,
        shared: float = 0.3,
        blocks: int = 4,
    ) -> "Population":
        """Qualities and blocks at random; thresholds that are good for F1."""
        rng = np.random.default_rng(1)
        n_labels = len(prevalence)
        q = rng.uniform(*quality, n_labels)
        pairs = zip(prevalence, q, strict=True)
        return cls(
            name,
            prevalence,
            q,
            shared,
            rng.integers(0, blocks, n_labels),
            rng.choice([-1, 1], n_labels),
            np.array([best_threshold(*pair) for pair in pairs]),
        )

    def sample(
        self, n: int, rng: np.random.Generator, groups: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Truth and scores; rows of a group have 0.4 of all variance in common."""
        truth, noise = (self._normal(n, rng, groups) for _ in range(2))
        q = self.quality.astype(np.float32)
        score = q * truth + np.sqrt(1 - q**2) * noise
        return (truth > norm.isf(self.prevalence)).astype(np.uint8), score

    def _normal(
        self, n: int, rng: np.random.Generator, groups: np.ndarray | None
    ) -> np.ndarray:
        common = rng.standard_normal((n, self.block.max() + 1), np.float32)
        own = rng.standard_normal((n, len(self.block)), np.float32)
        shared = np.float32(self.shared)
        drawn = np.sqrt(shared) * (common[:, self.block] * self.sign)
        drawn += np.sqrt(1 - shared) * own
        if groups is None:
            return drawn
        of_groups = rng.standard_normal((groups.max() + 1, drawn.shape[1]), np.float32)
        return np.float32(0.6**0.5) * drawn + np.float32(0.4**0.5) * of_groups[groups]

    def decide(self, score: np.ndarray) -> np.ndarray:
        """1 where a score exceeds its threshold."""
        return (score > self.threshold).astype(np.uint8)

    def shares(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """How often truth and decision are positive, both and each alone."""
        columns = zip(self.prevalence, self.quality, self.threshold, strict=True)
        both = np.array([found(*column) for column in columns])
        return both, self.prevalence, norm.sf(self.threshold)

    def rankings(self) -> tuple[np.ndarray, np.ndarray]:
        """True average precision and ROC AUC of each label, by integration."""
        at = np.linspace(-9, 9, 6001)
        scores = []
        for p, q in zip(self.prevalence, self.quality, strict=True):
            every = norm.pdf(at)
            positive = norm.sf((norm.isf(p) - q * at) / np.sqrt(1 - q**2)) * every
            reached = [np.cumsum(each[::-1])[::-1] for each in (positive, every)]
            below = np.cumsum(every - positive) - (every - positive) / 2
            precision = positive @ (reached[0] / reached[1]) / positive.sum()
            auc = positive @ below / positive.sum() / (every - positive).sum()
            scores.append((precision, auc))
        precision, auc = np.array(scores).T
        return precision, auc


def found(p: float, q: float, threshold: float) -> float:
    """How often truth and decision are both positive."""
    return float(
        multivariate_normal.cdf([-norm.isf(p), -threshold], cov=[[1, q], [q, 1]])
    )


def best_threshold(p: float, q: float) -> float:
    """Of a few thresholds that with the best F1."""
    candidates = np.linspace(norm.isf(min(0.9, 4 * p)), norm.isf(p / 5), 15)
    f1 = [2 * found(p, q, t) / (p + norm.sf(t)) for t in candidates]
    return float(candidates[int(np.argmax(f1))])


def populations() -> list[Population]:
    """As rare and as well told apart as in two well-known tasks; and extremes."""
    ecg, x_ray = np.geomspace(0.4, 0.0006, 71), np.geomspace(0.18, 0.002, 14)
    return [
        Population.draw("71 labels, 40 to 0.06 %", ecg, (0.55, 0.97)),
        Population.draw("14 labels, 18 to 0.2 %, hard", x_ray, (0.3, 0.8)),
        Population.draw("71 labels, good scores", ecg, (0.9, 0.99)),
        Population.draw(
            "71 labels, highly correlated", ecg, (0.55, 0.97), shared=0.7, blocks=1
        ),
    ]


def coverage_rows(repeats: int) -> Iterator[Row]:
    for people in populations():
        for n in (200, 1_000, 10_000):
            # Ten thousand rows take long.
            yield from coverage_row(people, n, repeats if n < 10_000 else repeats // 2)


def coverage_row(people: Population, n: int, repeats: int) -> Iterator[Row]:
    """The share of repeats in which intervals hold the truth, in percent."""
    rng, kept = np.random.default_rng(0), Coverage(people)
    for repeat in range(repeats):
        y_true, score = people.sample(n, rng)
        y_pred = people.decide(score)
        ranked = repeat % 4 == 0
        kept.add(
            kml.score_intervals(
                y_true,
                y_pred,
                y_score=score if ranked else None,
                zero_division=np.nan,
            )
        )
        if n <= 1_000 and ranked:
            kept.add_bootstrap(
                kml.score_intervals(
                    y_true,
                    y_pred,
                    zero_division=np.nan,
                    method="bootstrap",
                    n_resamples=400,
                    random_state=repeat,
                )
            )
        groups = rng.integers(0, n // 10, n)
        y_true, score = people.sample(n, rng, groups)
        kept.add_groups(
            kml.score_intervals(
                y_true, people.decide(score), groups=groups, zero_division=np.nan
            )
        )
    macro = kept.percent("macro F1")
    yield Row(
        f"coverage of 95 %, macro F1, {people.name}, n={n:,}, {repeats} repeats",
        "percentile bootstrap",
        "" if n > 1_000 else f"{kept.percent('bootstrap'):.1f} %",
        f"{macro:.1f} %",
        kept.others(),
        f"{LEAST} to {MOST} %",
        # Two standard errors of the simulation are no miss.
        bool(LEAST - error(macro, repeats) <= macro <= MOST + error(macro, repeats)),
    )


def error(percent: float, repeats: int) -> float:
    """Two standard errors of a percentage."""
    share = min(max(percent / 100, 1 / repeats), 1 - 1 / repeats)
    return 200 * float(np.sqrt(share * (1 - share) / repeats))


class Coverage:
    """How often intervals held the truth, by the name of the score."""

    def __init__(self, people: Population):
        self.both, self.truth, self.predicted = people.shares()
        self.ranked = dict(
            zip(("average_precision", "roc_auc"), people.rankings(), strict=True)
        )
        self.held: dict[str, list[float]] = {}

    @property
    def f1(self) -> np.ndarray:
        """True F1 of each label."""
        return 2 * self.both / (self.truth + self.predicted)

    def add(self, found: kml.ScoreIntervals) -> None:
        """Note what intervals of one sample hold."""
        f1 = found.per_label["f1_score"]
        seen = ~np.isnan(f1.value)
        self._keep(
            "macro F1", found.averages["macro"]["f1_score"], self.f1[seen].mean()
        )
        self._keep("labels' F1", kml.Interval(*(x[seen] for x in f1)), self.f1[seen])
        micro = 2 * self.both.sum() / (self.truth + self.predicted).sum()
        self._keep("micro F1", found.averages["micro"]["f1_score"], micro)
        weighted = self.truth @ self.f1 / self.truth.sum()
        self._keep("weighted F1", found.averages["weighted"]["f1_score"], weighted)
        wrong = (self.truth + self.predicted - 2 * self.both).mean()
        self._keep("Hamming", found.overall["hamming_loss"], wrong)
        for name, truth in self.ranked.items():
            if name in found.per_label:
                self._add_ranking(name, truth, found)

    def _add_ranking(
        self, name: str, truth: np.ndarray, found: kml.ScoreIntervals
    ) -> None:
        short = {"average_precision": "AP", "roc_auc": "AUC"}[name]
        interval, frequent = found.per_label[name], found.support >= 10
        seen = ~np.isnan(interval.value)
        labels = kml.Interval(*(x[seen] for x in interval))
        self._keep(f"labels' {short}", labels, truth[seen])
        macro = found.averages["macro"][name]
        self._keep(f"macro {short}", macro, truth[seen].mean())
        if frequent.any():
            few = found.frequent[name]
            self._keep(f"macro {short}, 10+", few, truth[frequent].mean())

    def add_bootstrap(self, found: kml.ScoreIntervals) -> None:
        """Note what percentile intervals hold."""
        seen = ~np.isnan(found.per_label["f1_score"].value)
        macro = found.averages["macro"]["f1_score"]
        self._keep("bootstrap", macro, self.f1[seen].mean())

    def add_groups(self, found: kml.ScoreIntervals) -> None:
        """Note what intervals of a sample in groups hold."""
        seen = ~np.isnan(found.per_label["f1_score"].value)
        macro = found.averages["macro"]["f1_score"]
        self._keep("macro F1, groups", macro, self.f1[seen].mean())

    def _keep(
        self, name: str, interval: kml.Interval, truth: float | np.ndarray
    ) -> None:
        held = (interval.low <= truth) & (truth <= interval.high)
        self.held.setdefault(name, []).append(float(np.mean(held)))

    def percent(self, name: str) -> float:
        """In how many samples the interval held the truth."""
        return 100 * float(np.mean(self.held[name]))

    def others(self) -> str:
        """The percentages of all but macro F1."""
        names = (name for name in self.held if name not in ("macro F1", "bootstrap"))
        return ", ".join(f"{name} {self.percent(name):.1f}" for name in names)


def null_rows(repeats: int) -> Iterator[Row]:
    """How often two equally good models are called different at p <= 0.05."""
    people = populations()[1]
    for n in (200, 1_000):
        rejected: dict[str, list[bool]] = {}
        rng = np.random.default_rng(0)
        for repeat in range(repeats):
            y_true, a, b = two_equal(people, n, rng)
            for metric in ("f1", "average_precision", "roc_auc"):
                pair = (a, b) if metric != "f1" else map(people.decide, (a, b))
                found = kml.compare_models(
                    y_true,
                    *pair,
                    metric=metric,
                    n_permutations=400,
                    random_state=repeat,
                )
                rejected.setdefault(metric, []).append(found.p_value <= 0.05)
        shares = {name: 100 * float(np.mean(each)) for name, each in rejected.items()}
        limit = 5 + error(5, repeats)
        yield Row(
            f"a true null rejected at 5 %, macro, {people.name}, n={n:,}, {repeats} "
            "repeats",
            "",
            "",
            ", ".join(f"{name} {share:.1f} %" for name, share in shares.items()),
            "",
            f"<= {limit:.1f} % (5 % and two standard errors)",
            max(shares.values()) <= limit,
        )


def two_equal(
    people: Population, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, and scores of two models that are as good, and err alike in part."""
    truth, common, one, other = (people._normal(n, rng, None) for _ in range(4))
    q = people.quality.astype(np.float32)
    noises = (np.sqrt(np.float32(0.5)) * (common + own) for own in (one, other))
    a, b = (q * truth + np.sqrt(1 - q**2) * noise for noise in noises)
    return (truth > norm.isf(people.prevalence)).astype(np.uint8), a, b
