"""Shapes for pictures, and epochs of batches of them, against brute force."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_multilabel.images.buckets import choose_shapes, epoch_batches, padding_of

SIDES = st.integers(1, 600)
SIZES = st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=12)
# Made, after what photographs of VOC2007 look like: most of 4:3 or 3:2, a few others.
COMMON = {(500, 375): 49, (375, 500): 14, (500, 333): 20, (333, 500): 8}


def voc_like_sizes(rng, n=9963):
    common = rng.choice([*COMMON], n, p=np.array([*COMMON.values()]) / 91)
    odd = rng.random(n) < 0.1
    common[odd, rng.integers(0, 2, odd.sum())] = rng.integers(150, 500, odd.sum())
    return common


def all_shapes(multiple, area):
    """All of which the area is within a factor of 1.125."""
    units = range(1, int(2 * area // multiple**2) + 2)
    return [
        (height * multiple, width * multiple)
        for height, width in itertools.product(units, repeat=2)
        if area / 1.125 <= height * width * multiple**2 <= area * 1.125
    ]


def least_padding(sizes, shapes, n_shapes):
    """The best of all choices, picture by picture."""
    ratios = np.array([width / height for width, height in sizes])
    of_shapes = np.array([width / height for height, width in shapes])
    covered = np.minimum(
        ratios[:, None] / of_shapes, of_shapes / ratios[:, None]
    )  # (n_images, n_candidates)
    choices = itertools.combinations(range(len(shapes)), min(n_shapes, len(shapes)))
    return min(1 - covered[:, list(choice)].max(1).mean() for choice in choices)


class TestShapes:
    @given(SIZES, st.integers(1, 3), st.sampled_from([64 * 64, 96 * 64, 90 * 90]))
    def test_no_choice_of_shapes_pads_less(self, sizes, n_shapes, area):
        buckets = choose_shapes(sizes, n_shapes=n_shapes, area=area)
        expected = least_padding(sizes, all_shapes(32, area), n_shapes)
        assert buckets.padding == pytest.approx(expected, abs=1e-12)

    @given(SIZES, st.integers(1, 5), st.sampled_from([1, 8, 32]))
    def test_sides_areas_and_assignments(self, sizes, n_shapes, multiple):
        area = 224 * 224
        buckets = choose_shapes(
            np.array(sizes), n_shapes=n_shapes, multiple=multiple, area=area
        )
        shapes = np.array(buckets.shapes)
        assert 1 <= len(shapes) <= n_shapes
        assert (shapes % multiple == 0).all()
        assert (np.abs(np.log(shapes.prod(1) / area)) <= np.log(1.125) + 1e-9).all()
        assert (np.diff(shapes[:, 1] / shapes[:, 0]) > 0).all()
        # None without a picture, which would be a trace for nothing.
        assert set(buckets.assigned.tolist()) == set(range(len(shapes)))
        found = padding_of(np.array(sizes), shapes[buckets.assigned])
        assert buckets.padding == pytest.approx(found)
        assert buckets.padding == pytest.approx(
            least_padding(sizes, buckets.shapes, len(shapes)), abs=1e-12
        )

    @given(SIZES, st.sampled_from([1, 8, 32]))
    def test_tall_and_wide_are_alike(self, sizes, multiple):
        options = {"n_shapes": 2, "multiple": multiple, "area": 96 * 96}
        wide = choose_shapes(sizes, **options)
        tall = choose_shapes([size[::-1] for size in sizes], **options)
        assert tall.padding == pytest.approx(wide.padding, abs=1e-12)

    @given(SIZES)
    def test_more_shapes_pad_no_more(self, sizes):
        paddings = [
            choose_shapes(sizes, n_shapes=n, area=224 * 224).padding
            for n in range(1, 6)
        ]
        assert (np.diff(paddings) <= 1e-12).all()

    def test_shapes_are_height_and_width_and_sizes_width_and_height(self):
        buckets = choose_shapes([(500, 375), (375, 500)], n_shapes=2, area=224 * 224)
        assert buckets.shapes == [(256, 192), (192, 256)]
        assert buckets.assigned.tolist() == [1, 0]
        assert buckets.padding == 0

    def test_one_size_needs_one_shape(self):
        buckets = choose_shapes([(500, 375)] * 40, n_shapes=8, area=224 * 224)
        assert buckets.shapes == [(192, 256)]

    def test_very_long_pictures(self):
        buckets = choose_shapes([(30_000, 1), (1, 30_000)], area=224 * 224)
        assert buckets.shapes == [(1760, 32), (32, 1760)]

    def test_an_area_that_no_shape_has(self):
        buckets = choose_shapes([(4, 3)], area=1.4 * 32**2)
        assert buckets.shapes == [(32, 32)]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"sizes": []}, r"shape \(n_images, 2\); got \(0,\)"),
            ({"sizes": [(1, 2, 3)]}, r"got \(1, 3\)"),
            ({"sizes": [(1, 2), (0, 5)]}, r"picture 1 has \[0, 5\]"),
            ({"n_shapes": 0}, "n_shapes must be a positive integer; got 0"),
            ({"multiple": 1.5}, r"shape_multiple must be .* integer; got 1\.5"),
            ({"area": 1000}, "32 x 32, at least; got 1000.*smaller shape_multiple"),
        ],
    )
    def test_what_is_refused(self, change, message):
        options = {"sizes": [(4, 3)], "area": 224**2} | change
        with pytest.raises(ValueError, match=message):
            choose_shapes(options.pop("sizes"), **options)


ASSIGNED = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(np.array)


def fewest_misfits(assigned, batch_size):
    """The best over all places of the smaller batch, and shapes for each batch."""
    ordered = np.sort(assigned)
    n_batches = -(-len(ordered) // batch_size)
    best = len(ordered)
    for place in range(n_batches):
        lengths = [batch_size] * n_batches
        lengths[place] = len(ordered) - batch_size * (n_batches - 1)
        parts = np.split(ordered, np.cumsum(lengths)[:-1])
        most = [max(Counter(part.tolist()).values()) for part in parts]
        best = min(best, len(ordered) - sum(most))
    return best


class TestEpochs:
    @given(ASSIGNED, st.integers(1, 9), st.none() | st.integers(0, 9))
    def test_each_row_once_in_batches_of_one_size(self, assigned, batch_size, seed):
        rng = None if seed is None else np.random.default_rng(seed)
        batches = epoch_batches(assigned, batch_size, rng)
        rows = np.concatenate([rows for _, rows in batches])
        assert sorted(rows.tolist()) == list(range(len(assigned)))
        assert len(batches) == -(-len(assigned) // batch_size)
        assert sum(len(rows) < batch_size for _, rows in batches) <= 1
        assert {shape for shape, _ in batches} <= set(assigned.tolist())

    @given(
        st.lists(st.integers(0, 1), min_size=1, max_size=60).map(np.array),
        st.integers(1, 9),
    )
    def test_of_two_shapes_no_cut_has_fewer_misfits(self, assigned, batch_size):
        batches = epoch_batches(assigned, batch_size, np.random.default_rng(0))
        misfits = sum((assigned[rows] != shape).sum() for shape, rows in batches)
        assert misfits == fewest_misfits(assigned, batch_size)

    @given(ASSIGNED, st.integers(1, 9))
    def test_batches_are_of_their_shape_or_between(self, assigned, batch_size):
        batches = epoch_batches(assigned, batch_size, np.random.default_rng(0))
        for shape, rows in batches:
            assert shape == np.sort(assigned[rows])[len(rows) // 2]
        misfits = sum((assigned[rows] != shape).sum() for shape, rows in batches)
        assert misfits <= len(set(assigned.tolist())) * batch_size

    def test_leftovers_go_to_a_neighbour(self):
        assigned = np.repeat([0, 1, 2], [33, 31, 32])
        batches = epoch_batches(assigned, 32, None)
        found = [(shape, Counter(assigned[rows].tolist())) for shape, rows in batches]
        assert found == [(0, {0: 32}), (1, {1: 31, 0: 1}), (2, {2: 32})]

    def test_the_smaller_batch_goes_where_something_is_left_over(self):
        assigned = np.repeat([0, 1, 2], [32, 37, 32])
        batches = epoch_batches(assigned, 32, None)
        assert [(shape, len(rows)) for shape, rows in batches][1:3] == [(1, 5), (1, 32)]
        assert all((assigned[rows] == shape).all() for shape, rows in batches)

    def test_without_shuffling_the_order_is_that_of_the_rows(self):
        assigned = np.array([1, 0, 1, 0, 0, 1])
        for _ in range(2):
            batches = epoch_batches(assigned, 2, None)
            assert [rows.tolist() for _, rows in batches] == [[1, 3], [4, 0], [2, 5]]

    def test_shuffled_anew_and_by_seed(self):
        assigned = np.random.default_rng(0).integers(0, 4, 500)

        def epoch(rng):
            return [rows.tolist() for _, rows in epoch_batches(assigned, 32, rng)]

        rng = np.random.default_rng(3)
        first, second = epoch(rng), epoch(rng)
        assert first == epoch(np.random.default_rng(3)) != second

    def test_batches_of_all_shapes_come_in_random_order(self):
        assigned = np.repeat([0, 1], 3200)
        batches = epoch_batches(assigned, 32, np.random.default_rng(0))
        shapes = np.array([shape for shape, _ in batches])
        assert 70 < np.abs(np.diff(shapes)).sum() < 130


@pytest.mark.parametrize(("n_shapes", "most"), [(4, 0.03), (8, 0.02)])
@pytest.mark.parametrize(("side", "multiple"), [(224, 32), (320, 32), (512, 16)])
def test_padding_of_photographs_leftovers_included(n_shapes, most, side, multiple):
    rng = np.random.default_rng(0)
    sizes = voc_like_sizes(rng)
    buckets = choose_shapes(sizes, n_shapes=n_shapes, multiple=multiple, area=side**2)
    of_batch = np.empty((len(sizes), 2))
    for shape, rows in epoch_batches(buckets.assigned, 32, rng):
        of_batch[rows] = buckets.shapes[shape]
    assert buckets.padding <= padding_of(sizes, of_batch) <= most
