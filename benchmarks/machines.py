"""Histograms of scores in Parquet files, by Dask: two processes against one."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster
from table import Row, named_version, speed_row
from timing import interleaved, stopwatch

import keras_multilabel as kml

N_LABELS, N_SHARDS = 20, 40
SCORES = [f"score_{label}" for label in range(N_LABELS)]
TRUTH = [f"truth_{label}" for label in range(N_LABELS)]


def rows(*, quick: bool) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        write_shards(Path(folder), 500 if quick else 500_000)
        frame = dd.read_parquet(folder)
        repeats = 1 if quick else 3
        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=":0"
            ) as cluster,
            Client(cluster),
        ):
            one = "one process, one thread"
            yield row(frame, one, "synchronous", repeats, 1.6)
            yield row(frame, "one process, 2 threads", "threads", repeats, None)


def row(
    frame: dd.DataFrame, peer: str, scheduler: str, repeats: int, target: float | None
) -> Row:
    options = {"scheduler": scheduler, "num_workers": 2}
    check_same(frame.partitions[:2], options)
    pair = interleaved(
        stopwatch(lambda: histogram(frame, **options)),
        stopwatch(lambda: histogram(frame)),
        repeats,
    )
    versions = f"{named_version('dask')}, {named_version('pyarrow')}"
    work = (
        f"score_histogram of {len(frame):,} x {N_LABELS} float32 in {N_SHARDS} Parquet "
        "files, 2 worker processes of one thread"
    )
    return speed_row(work, f"{versions}, the same in {peer}", pair, target)


def histogram(frame: dd.DataFrame, **options: object) -> kml.ScoreHistogram:
    with dask.config.set(options):
        scores = frame[SCORES].rename(columns=dict(zip(SCORES, TRUTH, strict=True)))
        return kml.score_histogram(frame[TRUTH], scores)


def check_same(frame: dd.DataFrame, options: dict[str, object]) -> None:
    one, other = histogram(frame), histogram(frame, **options)
    assert np.array_equal(one.positives, other.positives)
    assert np.array_equal(one.negatives, other.negatives)


def write_shards(folder: Path, n_rows: int) -> None:
    """Truth of 10 % positives, and scores."""
    rng = np.random.default_rng(0)
    for number in range(N_SHARDS):
        truth = (rng.random((n_rows, N_LABELS), np.float32) < 0.1).astype(np.int8)
        logits = rng.standard_normal(truth.shape, np.float32) + 2 * truth - 2
        shard = pd.DataFrame(1 / (1 + np.exp(-logits)), columns=SCORES)
        shard[TRUTH] = truth
        shard.to_parquet(folder / f"part-{number:02}.parquet", index=False)
