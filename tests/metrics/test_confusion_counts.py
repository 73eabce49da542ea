"""Counts against the slow truth and scikit-learn; laws; bad input."""

import itertools

import numpy as np
import pytest
from hypothesis import given

import keras_multilabel as kml
from tests.strategies import problems, slow_counts


def cells(counts):
    return np.stack([counts.tp, counts.fp, counts.fn, counts.tn])


@given(problems())
def test_counts_equal_counting_entry_by_entry(problem):
    y_true, y_pred, _, weight = problem
    np.testing.assert_array_equal(
        cells(kml.confusion_counts(y_true, y_pred)), slow_counts(y_true, y_pred)
    )
    np.testing.assert_array_equal(
        cells(kml.confusion_counts(y_true, y_pred, sample_weight=weight)),
        slow_counts(y_true, y_pred, weight),
    )
    np.testing.assert_array_equal(
        cells(kml.confusion_counts(y_true, y_pred, axis=1)),
        slow_counts(y_true.T, y_pred.T),
    )


@given(problems())
def test_counts_of_parts_add_up_to_the_whole(problem):
    y_true, y_pred, _, _ = problem
    cut = len(y_true) // 2
    parts = kml.confusion_counts(y_true[:cut], y_pred[:cut]) + kml.confusion_counts(
        y_true[cut:], y_pred[cut:]
    )
    np.testing.assert_array_equal(
        cells(parts), cells(kml.confusion_counts(y_true, y_pred))
    )


@given(problems())
def test_weight_two_is_a_row_twice(problem):
    y_true, y_pred, _, weight = problem
    twice = np.repeat(np.arange(len(y_true)), weight.astype(int))
    np.testing.assert_array_equal(
        cells(kml.confusion_counts(y_true, y_pred, sample_weight=weight)),
        cells(kml.confusion_counts(y_true[twice], y_pred[twice])),
    )


@given(problems())
def test_permuting_labels_permutes_counts_and_rows_do_not_matter(problem):
    y_true, y_pred, _, _ = problem
    straight = cells(kml.confusion_counts(y_true, y_pred))
    flipped = cells(kml.confusion_counts(y_true[::-1, ::-1], y_pred[::-1, ::-1]))
    np.testing.assert_array_equal(flipped, straight[:, ::-1])


# Of wide integers a block has 65,536 entries: so many rows of one label, 21,845 of
# three. After 255 of them sums of bytes are widened; rows are summed 255 bytes at a
# time, or 31 words of eight.
FEW_ROWS = list(itertools.product([1, 254, 255, 256, 5000], [1, 3, 255, 256, 700]))
ABOUT_BLOCKS = [(65_535, 1), (65_536, 1), (65_537, 1), (200_000, 1)]
ABOUT_BLOCKS += [(21_844, 3), (21_845, 3), (21_846, 3), (100_000, 3)]
ABOUT_BLOCKS += [(255, 70_000), (256, 70_000), (3, 248), (3, 256), (3, 504)]


@pytest.mark.parametrize(("n_samples", "n_labels"), FEW_ROWS + ABOUT_BLOCKS)
def test_folds_and_blocks_do_not_show(rng, n_samples, n_labels):
    y_true = rng.integers(-1, 2, (n_samples, n_labels))
    y_pred = rng.integers(0, 2, (n_samples, n_labels))
    known = y_true >= 0
    both = kml.confusion_counts(y_true, y_pred, axis=(0, 1))
    for axis in (0, 1):
        counts = kml.confusion_counts(y_true, y_pred, axis=axis)
        np.testing.assert_array_equal(cells(counts), cells(both[axis]))
        assert both[axis].axis == axis
        np.testing.assert_array_equal(
            counts.tp, ((y_true == 1) & (y_pred == 1)).sum(axis)
        )
        np.testing.assert_array_equal(
            counts.fp, ((y_true == 0) & (y_pred == 1)).sum(axis)
        )
        np.testing.assert_array_equal(
            counts.fn, ((y_true == 1) & (y_pred == 0)).sum(axis)
        )
        np.testing.assert_array_equal(counts.total, known.sum(axis))


def test_all_positive_columns_do_not_overflow_a_byte():
    ones = np.ones((100_000, 300), np.uint8)
    assert (kml.confusion_counts(ones, ones).tp == 100_000).all()
    assert (kml.confusion_counts(ones, ones, axis=1).tp == 300).all()


DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "int32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_type_counts_alike_and_refuses_other_values(rng, dtype, order):
    y = rng.integers(0, 2, (2, 50, 16))
    expected = kml.confusion_counts(*y, axis=(0, 1))
    typed = [each.astype(dtype, order=order) for each in y]
    counts = kml.confusion_counts(*typed, axis=(0, 1))
    for ours, plain in zip(counts, expected, strict=True):
        np.testing.assert_array_equal(cells(ours), cells(plain))
    for wrong in () if dtype == "bool" else wrong_values(dtype):
        for which in (0, 1):
            bad = [each.copy() for each in typed]
            bad[which][40, 3] = wrong
            with pytest.raises(ValueError, match="hold"):
                kml.confusion_counts(*bad)


def wrong_values(dtype):
    if np.dtype(dtype).kind == "f":
        return [2, 0.5, 1e-7, np.inf, -np.inf, -2, 1 + 2 * np.finfo(dtype).eps]
    info = np.iinfo(dtype)
    return [2, 3, info.max] + ([info.min, -2] if info.min else [])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_negative_zero_is_zero(dtype):
    y = np.array([[-0.0, 1.0], [0.0, -0.0]], dtype)
    assert kml.confusion_counts(y, y).tn.tolist() == [2, 1]


def test_bytes_that_start_between_words_count_alike(rng):
    held = rng.integers(0, 2, 2 * 161, np.uint8)
    y_true, y_pred = held[1:161].reshape(10, 16), held[162:].reshape(10, 16)
    np.testing.assert_array_equal(
        cells(kml.confusion_counts(y_true, y_pred, axis=1)),
        cells(kml.confusion_counts(y_true.copy(), y_pred.copy(), axis=1)),
    )


def test_both_axes_at_once_carry_names_and_weights(rng):
    y_true, y_pred = rng.integers(0, 2, (2, 30, 2))
    options = {"sample_weight": rng.random(30)}
    pair = kml.confusion_counts(
        y_true, y_pred, axis=(0, 1), label_names=["a", "b"], **options
    )
    assert [counts.label_names for counts in pair] == [["a", "b"], None]
    for axis, counts in enumerate(pair):
        single = kml.confusion_counts(y_true, y_pred, axis=axis, **options)
        np.testing.assert_array_equal(cells(counts), cells(single))


def test_minus_one_and_nan_both_mean_unknown():
    as_integers = kml.confusion_counts([[1, -1], [0, 1]], [[1, 1], [1, 0]])
    as_floats = kml.confusion_counts([[1, np.nan], [0, 1]], [[1, 1], [1, 0]])
    np.testing.assert_array_equal(cells(as_integers), cells(as_floats))
    assert as_floats.total.tolist() == [2, 1]


def test_weights_leave_nothing_of_a_label_that_is_unknown(rng):
    y_true = np.full((50, 1), -1)
    counts = kml.confusion_counts(y_true, y_true == 0, sample_weight=rng.random(50))
    assert (cells(counts) == 0).all()


def test_views_and_columns_of_larger_arrays_count_alike(rng):
    y = rng.integers(0, 2, (60, 9)).astype(np.uint8)
    strided = kml.confusion_counts(y[::2, ::2], y[1::2, ::2])
    copied = kml.confusion_counts(y[::2, ::2].copy(), y[1::2, ::2].copy())
    np.testing.assert_array_equal(cells(strided), cells(copied))


def test_frames_and_sparse_matrices_are_arrays(rng):
    pandas = pytest.importorskip("pandas")
    scipy_sparse = pytest.importorskip("scipy.sparse")
    y_true, y_pred = rng.integers(0, 2, (2, 20, 3))
    expected = cells(kml.confusion_counts(y_true, y_pred))
    for wrap in (pandas.DataFrame, scipy_sparse.csr_array, np.ndarray.tolist):
        np.testing.assert_array_equal(
            cells(kml.confusion_counts(wrap(y_true), wrap(y_pred))), expected
        )


def test_no_rows_count_zero_so_that_empty_parts_merge():
    empty = np.zeros((0, 3), int)
    assert (cells(kml.confusion_counts(empty, empty)) == 0).all()


def test_sum_pools_labels():
    counts = kml.confusion_counts([[1, 0], [1, 1]], [[1, 1], [0, 1]])
    total = counts.sum()
    assert (total.tp, total.fp, total.fn, total.tn) == (2, 1, 1, 0)
    assert counts.support.tolist() == [2, 1]
    both = kml.confusion_counts([[1, 0], [1, 1]], [[1, 1], [0, 1]], axis=None)
    assert (both.tp, both.axis) == (2, None)


def test_counts_of_samples_or_of_other_labels_do_not_add_up():
    three = kml.confusion_counts([[1, 0, 1]], [[1, 0, 1]])
    with pytest.raises(ValueError, match="same labels"):
        three + kml.confusion_counts([[1, 0]], [[1, 0]])
    rows = kml.confusion_counts([[1, 0, 1]], [[1, 0, 1]], axis=1)
    with pytest.raises(ValueError, match="same labels"):
        rows + rows
    with pytest.raises(TypeError):
        three + 1


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([1, 0], [1, 0], ValueError, r"\(n_samples, n_labels\).*got \(2,\)"),
        ([[1, 0]], [[1, 0, 1]], ValueError, r"shape \(1, 2\).*got \(1, 3\)"),
        ([[2, 0]], [[1, 0]], ValueError, "unknown; got 2"),
        ([[0.5, 0]], [[1, 0]], ValueError, "got 0.5"),
        ([[1, 0]], [[0.7, 0.2]], ValueError, "y_score >= 0.5"),
        ([[1, 0]], [[1, -1]], ValueError, "got -1"),
        ([[1, 0]], [[1, np.nan]], ValueError, "got nan"),
        ([["cat", "dog"]], [[1, 0]], TypeError, "encode_labels"),
        ([[{}, 1]], [[1, 0]], TypeError, "dtype object"),
        ([[1j, 1]], [[1, 0]], TypeError, "complex"),
        ([[], []], [[], []], ValueError, "at least one label"),
        (3, 3, ValueError, r"got \(\)"),
        ([[1, 0], [1]], [[1, 0], [1, 0]], ValueError, "y_true must have rows of one"),
    ],
)
def test_bad_input_says_what_was_expected(y_true, y_pred, error, message):
    with pytest.raises(error, match=message):
        kml.confusion_counts(y_true, y_pred)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], r"shape \(2,\).*got \(1,\)"),
        ([[1.0], [1.0]], r"got \(2, 1\)"),
        ([1.0, -1.0], "not negative"),
        ([1.0, np.nan], "finite"),
    ],
)
def test_bad_weights(weight, message):
    with pytest.raises(ValueError, match=message):
        kml.confusion_counts([[1], [0]], [[1], [0]], sample_weight=weight)


def test_bad_axis_and_bad_counts():
    for axis in (2, (1, 0), (0,), "both"):
        with pytest.raises(ValueError, match="axis must be"):
            kml.confusion_counts([[1]], [[1]], axis=axis)
    with pytest.raises(ValueError, match="one shape"):
        kml.Counts([1, 2], [1], [1], [1])


@pytest.mark.parametrize("axis", [0, 1])
def test_arrays_that_repeat_one_number_in_memory(axis):
    """Broadcast zeros were once taken for the ones that stand for "all known"."""
    y_true = np.array([[1, 0], [1, 1], [0, 0]], np.uint8)
    for decision in (0, 1):
        y_pred = np.broadcast_to(np.uint8(decision), y_true.shape)
        ours = kml.confusion_counts(y_true, y_pred, axis=axis)
        plain = kml.confusion_counts(y_true, y_pred.copy(), axis=axis)
        np.testing.assert_array_equal(ours.tp, plain.tp)
        np.testing.assert_array_equal(ours.fp, plain.fp)


def test_weights_whose_sum_is_no_float_are_refused():
    weights = [1.7e308, 1.7e308]
    for call in (kml.confusion_counts, kml.f1_score):
        with pytest.raises(ValueError, match="sample_weight must have a finite sum"):
            call([[1, 0], [1, 1]], [[1, 1], [1, 0]], sample_weight=weights)
