"""How pictures of other sizes come out: cropped, padded, in buckets; by each way."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.images.reading import batches, read, read_one

pytestmark = pytest.mark.usefixtures("each_format")


@pytest.fixture
def stripes(tmp_path):
    """A picture of 8 x 24 pixels: a third is red, a third green, a third blue."""
    pixels = np.zeros((8, 24, 3), np.uint8)
    for channel in range(3):
        pixels[:, 8 * channel : 8 * channel + 8, channel] = 255
    Image.fromarray(pixels).save(tmp_path / "stripes.png")
    return tmp_path / "stripes.png"


def test_stretch_takes_all_of_it(stripes):
    result = read_one(stripes, (2, 3))
    np.testing.assert_array_equal(result, np.repeat(255 * np.eye(3)[None], 2, 0))


def test_crop_takes_the_middle(stripes):
    result = read_one(stripes, (4, 4), resize="crop")
    np.testing.assert_array_equal(result, np.broadcast_to([0, 255, 0], (4, 4, 3)))


def test_pad_keeps_it_whole_between_bars(stripes):
    result = read_one(stripes, (9, 9), resize="pad")
    assert not result[:3].any()
    assert not result[6:].any()
    np.testing.assert_array_equal(result[4].argmax(1), [0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert result[3:6].max(2).min() > 150


@pytest.mark.parametrize("resize", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (13, 7)])
def test_any_size_comes_out(stripes, resize, size):
    assert read_one(stripes, size, resize=resize).shape == (*size, 3)


@pytest.mark.parametrize("interpolation", ["area", "bilinear", "antialias"])
def test_pictures_grow_smoothly(tmp_path, interpolation):
    Image.fromarray(np.array([[0, 200]], np.uint8)).save(tmp_path / "a.png")
    row = read_one(tmp_path / "a.png", (1, 8), interpolation=interpolation)[0, :, 0]
    np.testing.assert_allclose(row, [0, 0, 25, 75, 125, 175, 200, 200], atol=1)


def test_area_is_the_mean(tmp_path, rng):
    pixels = rng.integers(0, 256, (12, 20, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    means = pixels.reshape(3, 4, 5, 4, 3).mean((1, 3))
    assert np.abs(read_one(tmp_path / "a.png", (3, 5)) - means).max() <= 1


def test_gray_and_uint8(stripes):
    options = {"color_mode": "grayscale", "dtype": "uint8"}
    result = read_one(stripes, (2, 3), **options)
    assert (result.shape, result.dtype) == ((2, 3, 1), np.uint8)
    # ITU-R BT.601, as Pillow and libjpeg compute gray.
    np.testing.assert_allclose(result[0, :, 0], [76, 150, 29], atol=1)


@pytest.fixture
def mixed(tmp_path, rng):
    """Twenty pictures, some wide, some high; picture n has the colour 10 n."""
    names = []
    for n in range(20):
        size = (60, 30) if n % 3 else (32, 64)
        Image.new("RGB", size, (10 * n,) * 3).save(tmp_path / f"{n}.png")
        names.append(f"{n}.png")
    return pd.DataFrame({"filename": names, "labels": [[str(n)] for n in range(20)]})


class TestBuckets:
    def read(self, df, folder, **options):
        names = [str(n) for n in range(20)]
        options = {"shape_multiple": 8, "classes": names, **options}
        return read(df, folder, resize="bucket", image_size=(64, 64), **options)

    def test_batches_have_few_shapes_and_all_pictures(self, mixed, tmp_path):
        dataset = self.read(mixed, tmp_path, shuffle=True, seed=3)
        assert 1 < len(dataset.shapes) <= 4
        assert 0 <= dataset.padding < 0.1
        epochs = [batches(dataset) for _ in range(2)]
        orders = []
        for epoch in epochs:
            assert len(epoch) == dataset.steps == 5
            orders.append(np.concatenate([labels.argmax(1) for _, labels in epoch]))
            assert sorted(orders[-1]) == list(range(20))
            for images, labels in epoch:
                assert images.shape[1:3] in dataset.shapes
                middle = images[:, images.shape[1] // 2, images.shape[2] // 2, 0]
                np.testing.assert_allclose(middle, 10 * labels.argmax(1), atol=1)
        assert orders[0].tolist() != orders[1].tolist()

    def test_one_batch_at_most_is_not_full(self, mixed, tmp_path):
        found = batches(self.read(mixed, tmp_path, batch_size=6, shuffle=True))
        assert sorted(len(images) for images, _ in found) == [2, 6, 6, 6]

    def test_other_ways_have_one_shape(self, mixed, tmp_path):
        dataset = read(mixed, tmp_path)
        assert (dataset.shapes, dataset.padding) == ([(4, 4)], None)
