"""mask=True of image datasets: 1 where a picture is, 0 on its bars."""

import keras
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.images.reading import read

pytestmark = pytest.mark.usefixtures("each_format")

# Some are reduced as they are decoded, to sides that do not divide.
SIZES = [(60, 31), (31, 60), (7, 7), (1001, 403), (335, 998), (1, 90)]


@pytest.fixture
def white(tmp_path):
    """White pictures of many sizes, JPEG, PNG, and a JPEG that Exif turns."""
    names = []
    for width, height in SIZES:
        for kind in ("jpg", "png"):
            names.append(f"{width}x{height}.{kind}")
            Image.new("RGB", (width, height), "white").save(tmp_path / names[-1])
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (1001, 403), "white").save(tmp_path / "turned.jpg", exif=exif)
    names.append("turned.jpg")
    return pd.DataFrame({"filename": names, "labels": [["a"]] * len(names)}), tmp_path


def masked(dataset):
    """Images and masks of each batch."""
    for (images, mask), *_ in dataset:
        yield np.asarray(images), np.asarray(mask)


def assert_same(images, mask):
    """White where the mask is 1, up to rounding, and black elsewhere."""
    np.testing.assert_array_equal(np.rint(images.max(3, keepdims=True)), 255 * mask)


@pytest.mark.parametrize("resize", ["pad", "bucket"])
@pytest.mark.parametrize("options", [{}, {"cache": "memory", "dtype": "uint8"}])
def test_the_mask_is_where_the_picture_is(white, resize, options):
    table, folder = white
    options |= {"resize": resize, "image_size": (32, 40), "shape_multiple": 8}
    dataset = read(table, folder, mask=True, **options)
    shapes = set()
    for _ in range(2):
        for images, mask in masked(dataset):
            assert mask.dtype == np.float32
            assert mask.shape == (*images.shape[:3], 1)
            assert_same(images, mask)
            shapes.add(images.shape[1:3])
    assert (len(shapes) > 1) == (resize == "bucket")


def test_weights_and_labels_come_after_both(white):
    table, folder = white
    table = table.assign(weight=range(len(table)))
    options = {"resize": "pad", "mask": True, "sample_weight_col": "weight"}
    ((images, mask), labels, weights) = next(iter(read(table, folder, **options)))
    assert len(images) == len(mask) == len(labels) == len(weights) == 4


def test_each_part_of_a_split_has_its_masks(white):
    table, folder = white
    options = {"resize": "pad", "mask": True, "validation_split": 0.5, "seed": 0}
    for part in read(table, folder, **options):
        for images, mask in masked(part):
            assert_same(images, mask)


def test_a_model_pools_the_picture_alone(white):
    """The mean of white pictures is white, however wide their bars are."""
    table, folder = white
    dataset = read(table, folder, resize="pad", mask=True, image_size=(32, 40))
    images, mask = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    total = keras.ops.sum(images * mask, axis=(1, 2))
    model = keras.Model([images, mask], total / keras.ops.sum(mask, axis=(1, 2)))
    predicted = model.predict(dataset, verbose=0)
    np.testing.assert_allclose(predicted, 255, rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resize": "crop"}, 'mask=True needs resize="pad" or "bucket"'),
        (
            {"resize": "pad", "augment": keras.layers.RandomFlip()},
            "mask=True and augment do not go together",
        ),
    ],
)
def test_where_there_are_no_masks(white, options, message):
    table, folder = white
    with pytest.raises(ValueError, match=message):
        read(table, folder, mask=True, **options)
