"""Counts of Dask collections are those of NumPy arrays, workers lost or not."""

import os
import signal
import time
import uuid

import numpy as np
import pandas as pd
import pytest

import keras_multilabel as kml

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
Callback = pytest.importorskip("dask.callbacks").Callback

N_SAMPLES, N_LABELS, N_BLOCKS = 103, 4, 52
NAMES = ["bird", "cat", "dog", "owl"]


@pytest.fixture
def problem(rng):
    """(y_true with unknown entries, y_score, sample_weight)."""
    shape = (N_SAMPLES, N_LABELS)
    y_true = rng.choice(np.array([-1, 0, 1], np.int8), shape, p=[0.1, 0.6, 0.3])
    y_score = rng.random(shape, np.float32)
    return y_true, y_score, rng.integers(0, 4, N_SAMPLES).astype(float)


@pytest.fixture
def rows(rng):
    """Lists of labels; the first 40 samples lack a label that the others have."""
    y = rng.random((N_SAMPLES, N_LABELS)) < 0.3
    y[:40, 1] = False
    y[:10] = False
    return kml.decode_labels(y, NAMES)


@pytest.fixture
def plain_config():
    """Few threads, and lists in pandas frames left as they are."""
    with dask.config.set({"dataframe.convert-string": False, "num_workers": 2}):
        yield


def without_sizes(array):
    """The same chunks, of sizes that Dask does not know."""
    sizes = ((np.nan,) * len(array.chunks[0]), *array.chunks[1:])
    return array.map_blocks(np.copy, chunks=sizes, dtype=array.dtype)


def assert_same_counts(actual, expected):
    assert actual.axis == expected.axis
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(actual, name), getattr(expected, name))
        assert getattr(actual, name).dtype == getattr(expected, name).dtype


def assert_same_labels(actual, expected):
    np.testing.assert_array_equal(actual.positive, expected.positive)
    np.testing.assert_array_equal(actual.known, expected.known)
    assert actual.n_samples == expected.n_samples
    assert actual.classes == expected.classes


@pytest.mark.parametrize("axis", [0, None])
@pytest.mark.parametrize(
    ("true_chunks", "pred_chunks"),
    [((10, 4), (10, 4)), ((7, 2), (10, 3)), ((103, 4), (1, 1)), ((50, 1), (60, 4))],
)
def test_chunks_do_not_matter(problem, true_chunks, pred_chunks, axis):
    y_true, y_score, _ = problem
    y_pred = y_score >= 0.5
    counts = kml.confusion_counts(
        da.from_array(y_true, chunks=true_chunks),
        da.from_array(y_pred, chunks=pred_chunks),
        axis=axis,
    )
    assert_same_counts(counts, kml.confusion_counts(y_true, y_pred, axis=axis))


@pytest.mark.parametrize("lazy", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1)])
def test_arrays_may_lie_beside_dask_arrays(problem, lazy):
    y_true, y_score, weight = problem
    given = [
        da.from_array(array, chunks=9) if is_lazy else array
        for array, is_lazy in zip((y_true, y_score >= 0.5, weight), lazy, strict=True)
    ]
    counts = kml.confusion_counts(*given[:2], sample_weight=given[2])
    expected = kml.confusion_counts(y_true, y_score >= 0.5, sample_weight=weight)
    assert_same_counts(counts, expected)


@pytest.mark.parametrize("bins", [None, 300])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_histograms_of_arrays(problem, bins, is_weighted):
    y_true, y_score, weight = problem
    options = {"sample_weight": weight if is_weighted else None, "bins": bins}
    expected = kml.ScoreHistogram(N_LABELS, bins)
    expected.update(y_true, y_score, options["sample_weight"])
    assert_same_histogram(kml.score_histogram(y_true, y_score, **options), expected)
    lazy = da.from_array(y_true, chunks=(9, 2)), da.from_array(y_score, chunks=(20, 4))
    assert_same_histogram(kml.score_histogram(*lazy, **options), expected)
    with pytest.raises(ValueError, match="probabilities, from 0 to 1"):
        kml.score_histogram(lazy[0], lazy[1] * 2)


def test_chunks_of_unknown_size_are_paired(problem):
    y_true, y_score, weight = problem
    counts = kml.confusion_counts(
        without_sizes(da.from_array(y_true, chunks=(10, 2))),
        da.from_array(y_score >= 0.5, chunks=(10, 4)),
        sample_weight=da.from_array(weight, chunks=10),
    )
    expected = kml.confusion_counts(y_true, y_score >= 0.5, sample_weight=weight)
    assert_same_counts(counts, expected)


def test_data_frames_hold_one_column_per_label(problem, plain_config):
    y_true, y_score, weight = problem
    frame = pd.DataFrame(y_true, columns=NAMES).assign(weight=weight)
    lazy = dd.from_pandas(frame, npartitions=5)
    scores = dd.from_pandas(pd.DataFrame(y_score, columns=NAMES), npartitions=5)
    counts = kml.confusion_counts(
        lazy[NAMES], scores >= 0.5, sample_weight=lazy["weight"]
    )
    expected = kml.confusion_counts(y_true, y_score >= 0.5, sample_weight=weight)
    assert_same_counts(counts, expected)
    assert_same_labels(kml.count_labels(lazy[NAMES]), kml.count_labels(y_true))
    for named in (counts, kml.count_labels(lazy[NAMES])):
        assert named.label_names == NAMES
    histogram = kml.score_histogram(lazy[NAMES], scores)
    assert kml.tune_thresholds(histogram).label_names == NAMES
    others = {"label_names": list("abcd")}
    assert kml.count_labels(lazy[NAMES], **others)["b"] == (y_true == 1).sum(0)[1]
    assert kml.score_histogram(lazy[NAMES], scores, **others).label_names[1] == "b"


def test_empty_chunks_count_nothing(problem):
    y_true = problem[0]
    lazy = da.from_array(y_true, chunks=10)
    none = lazy[lazy[:, 0] > 5]
    counts = kml.confusion_counts(none, none)
    assert_same_counts(counts, kml.confusion_counts(y_true[:0], y_true[:0]))
    with pytest.raises(ValueError, match="at least one sample"):
        kml.compute_class_weight(none)


@pytest.mark.parametrize("chunks", [(10, 4), (103, 1), (1, 2)])
def test_labels_of_arrays(problem, chunks):
    y_true = problem[0]
    lazy = da.from_array(y_true, chunks=chunks)
    assert_same_labels(kml.count_labels(lazy), kml.count_labels(y_true))
    np.testing.assert_array_equal(
        kml.compute_class_weight(lazy, "effective"),
        kml.compute_class_weight(y_true, "effective"),
    )


@pytest.mark.parametrize("n_partitions", [1, 5, 20])
def test_labels_of_lists_are_merged_by_name(rows, plain_config, n_partitions):
    column = dd.from_pandas(pd.Series(rows, name="labels"), npartitions=n_partitions)
    assert_same_labels(kml.count_labels(column), kml.count_labels(rows))
    np.testing.assert_array_equal(
        kml.compute_class_weight(column), kml.compute_class_weight(rows)
    )


def test_a_column_without_labels_has_none_to_weight(plain_config):
    column = dd.from_pandas(pd.Series([[], [], []]), npartitions=2)
    assert kml.count_labels(column).classes == []
    with pytest.raises(ValueError, match="no label at all"):
        kml.compute_class_weight(column)


def test_the_sum_is_a_tree_and_changes_nothing_on_its_way():
    """No task adds up more than a few, and a sum twice is the same sum."""
    y = da.from_array(np.eye(500, 3, dtype=np.int8), chunks=(1, 3))
    with dask.config.set(scheduler="synchronous"), Widest() as widest:
        counts = kml.count_labels(y)
    assert widest.fan_in == 8
    assert counts.n_samples == 500
    assert counts.positive.tolist() == [1, 1, 1]


class Widest(Callback):
    """The most inputs that any task of a run has."""

    fan_in = 0

    def _start_state(self, dsk, state):
        self.fan_in = max(map(len, state["dependencies"].values()))


@pytest.mark.parametrize(
    ("y_true", "y_pred", "options", "message"),
    [
        (da.zeros((10, 3)), da.zeros((10, 4)), {}, r"\(10, 3\).*got \(10, 4\)"),
        (da.zeros((10, 3)), da.zeros((11, 3)), {}, r"\(10, 3\).*got \(11, 3\)"),
        (da.zeros((10, 3)), np.zeros((11, 3)), {}, r"\(10, 3\).*got \(11, 3\)"),
        (da.zeros((10, 3)), da.zeros(10), {}, r"\(10, 3\).*got \(10,\)"),
        (da.zeros(10), da.zeros(10), {}, "shape .n_samples, n_labels"),
        (da.zeros((10, 3)), da.full((10, 3), 0.3), {}, "predictions, 0 or 1; got 0.3"),
        (da.full((10, 3), 7), da.zeros((10, 3)), {}, "y_true must hold 0 and 1"),
        (da.zeros((10, 3)), da.zeros((10, 3)), {"axis": 1}, "not a sum over blocks"),
        (
            da.zeros((10, 3)),
            da.zeros((10, 3)),
            {"axis": (0, 1)},
            "not a sum over blocks",
        ),
        (da.zeros((10, 3)), da.zeros((10, 3)), {"axis": 2}, "axis must be 0, 1"),
        (
            da.zeros((10, 3)),
            da.zeros((10, 3)),
            {"sample_weight": da.zeros((10, 3))},
            r"sample_weight must have the shape \(10,\)",
        ),
        (
            da.zeros((10, 3)),
            da.zeros((10, 3)),
            {"sample_weight": da.full(10, -1.0)},
            "finite and not negative",
        ),
    ],
)
def test_bad_arrays(y_true, y_pred, options, message):
    with pytest.raises(ValueError, match=message):
        kml.confusion_counts(y_true, y_pred, **options)


def test_unknown_sizes_in_other_chunks_are_an_error(problem):
    y_true, y_score, _ = problem
    y_pred = da.from_array(y_score >= 0.5, chunks=(50, 4))
    lazy = without_sizes(da.from_array(y_true, chunks=(10, 4)))
    with pytest.raises(ValueError, match=r"in 11 chunks of rows.*got 3.*compute_chunk"):
        kml.confusion_counts(lazy, y_pred)
    with pytest.raises(ValueError, match=r"in 11 chunks of rows.*got 1"):
        kml.confusion_counts(lazy, y_score >= 0.5)
    shifted = y_pred.rechunk(((9, 11, *[10] * 7, 10, 3), 4))
    with pytest.raises(ValueError, match=r"y_true's shape \(10, 4\).*got \((9|11), 4"):
        kml.confusion_counts(lazy, without_sizes(shifted))


def test_bad_columns(rows, plain_config):
    numbers = dd.from_pandas(pd.Series([1, 2, 3]), npartitions=2)
    with pytest.raises(TypeError, match="collection of labels"):
        kml.count_labels(numbers)
    with (
        dask.config.set({"dataframe.convert-string": True}),
        pytest.raises(TypeError, match=r"lists of labels; got strings.*convert-string"),
    ):
        kml.count_labels(dd.from_pandas(pd.Series(rows, name="labels"), npartitions=2))
    bag = pytest.importorskip("dask.bag").from_sequence(rows)
    with pytest.raises(TypeError, match="got a Bag"):
        kml.count_labels(bag)


@pytest.fixture(scope="module")
def client():
    """A cluster of two processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def shards(problem, rows, tmp_path):
    """A folder of seven Parquet files: labels in lists, a score per label."""
    _, y_score, weight = problem
    frame = pd.DataFrame(y_score, columns=NAMES).assign(labels=rows, weight=weight)
    for number, start in enumerate(range(0, N_SAMPLES, 16)):
        shard = frame.iloc[start : start + 16]
        shard.to_parquet(tmp_path / f"part-{number}.parquet", index=False)
    return tmp_path


def truth_of(labels):
    return pd.DataFrame(kml.encode_labels(labels, NAMES)[0], columns=NAMES)


def test_parquet_shards_on_two_processes(client, shards, problem, rows):
    _, y_score, weight = problem
    frame = dd.read_parquet(shards)
    assert frame.npartitions == 7
    assert_same_labels(kml.count_labels(frame["labels"]), kml.count_labels(rows))
    np.testing.assert_array_equal(
        kml.compute_class_weight(frame["labels"]), kml.compute_class_weight(rows)
    )
    meta = truth_of([])
    y_true = frame["labels"].map_partitions(truth_of, meta=meta)
    histogram = kml.score_histogram(
        y_true, frame[NAMES], sample_weight=frame["weight"], bins=300
    )
    expected = kml.score_histogram(
        kml.encode_labels(rows, NAMES)[0], y_score, sample_weight=weight, bins=300
    )
    assert_same_histogram(histogram, expected)


class DyingOnce:
    """Passes blocks on; the process that passes a certain one dies, the first time.

    Leaves a file for each block passed, so that tests see what was done twice.
    """

    def __init__(self, folder, dies_at):
        self.folder = folder
        self.dies_at = dies_at

    def __call__(self, block):
        (self.folder / f"passed-{uuid.uuid4()}").touch()
        if self.n_passed() > self.dies_at and self._is_first():
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)  # so that the other process gets its share
        return block

    def n_passed(self):
        return len(list(self.folder.glob("passed-*")))

    def _is_first(self):
        try:
            (self.folder / "died").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def of_arrays(function):
    def compute(problem, rows, through):
        y_true, y_score, weight = problem
        lazy = da.from_array(y_true, chunks=(2, 4))
        assert lazy.numblocks == (N_BLOCKS, 1)
        lazy = lazy.map_blocks(through, meta=np.empty((0, 0), np.int8))
        return function(lazy, y_score, weight), function(y_true, y_score, weight)

    return compute


def counts_of(y_true, y_score, weight):
    return kml.confusion_counts(y_true, y_score >= 0.5, sample_weight=weight)


def histogram_of(y_true, y_score, weight):
    return kml.score_histogram(y_true, y_score, sample_weight=weight)


def labels_of(y_true, y_score, weight):
    return kml.count_labels(y_true)


def labels_of_lists(problem, rows, through):
    column = dd.from_pandas(pd.Series(rows, name="labels"), npartitions=N_BLOCKS)
    assert column.npartitions == N_BLOCKS
    lazy = column.map_partitions(through, meta=("labels", object))
    return kml.count_labels(lazy), kml.count_labels(rows)


def assert_same_histogram(actual, expected):
    np.testing.assert_array_equal(actual.thresholds, expected.thresholds)
    np.testing.assert_array_equal(actual.positives, expected.positives)
    np.testing.assert_array_equal(actual.negatives, expected.negatives)


@pytest.mark.parametrize(
    ("compute", "assert_same"),
    [
        (of_arrays(counts_of), assert_same_counts),
        (of_arrays(histogram_of), assert_same_histogram),
        (of_arrays(labels_of), assert_same_labels),
        (labels_of_lists, assert_same_labels),
    ],
    ids=["confusion_counts", "score_histogram", "count_labels", "lists"],
)
def test_a_worker_that_dies_half_way_changes_nothing(
    client, problem, rows, tmp_path, plain_config, compute, assert_same
):
    """What it held is counted anew, and what others held is not counted again."""
    client.wait_for_workers(2)
    before = set(client.run(os.getpid).values())
    through = DyingOnce(tmp_path, dies_at=N_BLOCKS // 2)
    actual, expected = compute(problem, rows, through)
    assert_same(actual, expected)
    assert (tmp_path / "died").exists()
    assert through.n_passed() > N_BLOCKS, "blocks that were lost were read again"
    client.wait_for_workers(2)
    assert len(before - set(client.run(os.getpid).values())) == 1
