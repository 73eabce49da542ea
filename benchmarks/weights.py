"""Class and sample weights, against a plain count and scikit-learn."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np
import sklearn.utils.class_weight
from labels import N_LABELS, label_lists
from table import Row, named_version, overhead_row, speed_row
from timing import interleaved, stopwatch

import keras_multilabel as kml

# scikit-learn is timed on so many labels, and its time scaled up.
SAMPLED_LABELS = 8


def rows(*, quick: bool) -> Iterator[Row]:
    n_samples = 20_000 if quick else 1_000_000
    yield from list_rows(n_samples, 2 if quick else 5)
    yield sample_row(n_samples, 2 if quick else 3)


def list_rows(n_samples: int, repeats: int) -> Iterator[Row]:
    lists = label_lists(n_samples)

    def in_python() -> Counter[str]:
        return Counter(label for row in lists for label in row)

    def chained() -> Counter[str]:
        return Counter(chain.from_iterable(lists))

    def ours() -> np.ndarray:
        return kml.compute_class_weight(lists)

    counts = in_python()
    expected = [n_samples / (2 * counts[label]) for label in sorted(counts)]
    np.testing.assert_allclose(ours()[:, 1], expected)
    work = f"compute_class_weight of {n_samples:,} label lists"
    for peer, name, target in (
        (in_python, "Counter(label for row in rows for label in row)", 1.2),
        (chained, "Counter(chain.from_iterable(rows))", 1.1),
    ):
        pair = interleaved(stopwatch(peer), stopwatch(ours), repeats)
        yield overhead_row(work, f"collections.{name}", pair, target)


def sample_row(n_samples: int, repeats: int) -> Row:
    rng = np.random.default_rng(0)
    y = (rng.random((n_samples, N_LABELS), np.float32) < 0.05).astype(np.uint8)
    sample = y[:, :SAMPLED_LABELS]
    timed = stopwatch(
        lambda: sklearn.utils.class_weight.compute_sample_weight("balanced", sample)
    )
    peer = f"{named_version('scikit-learn')} compute_sample_weight"
    return speed_row(
        f"compute_sample_weight, {n_samples:,} x {N_LABELS} uint8",
        f"{peer} (extrapolated from {SAMPLED_LABELS} of {N_LABELS} labels)",
        interleaved(
            lambda: timed() * N_LABELS / SAMPLED_LABELS,
            stopwatch(lambda: kml.compute_sample_weight(y)),
            repeats,
        ),
        50,
    )
