"""cache= of image datasets: what is decoded once is not decoded again."""

import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.images.reading import UNREADABLE, batches, read

pytestmark = pytest.mark.usefixtures("each_format")


@pytest.fixture
def folder(tmp_path):
    """Eleven noisy JPEGs, wide and tall."""
    rng = np.random.default_rng(0)
    (tmp_path / "images").mkdir()
    for number in range(11):
        size = (40, 30) if number % 3 else (30, 40)
        pixels = rng.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{number}.jpg")
    return tmp_path / "images"


def table():
    labels = [["odd"] if n % 2 else [] for n in range(11)]
    names = [f"{n}.jpg" for n in range(11)]
    return pd.DataFrame({"filename": names, "labels": labels, "weight": range(11)})


def dataset_of(folder, **options):
    options = {"sample_weight_col": "weight", "image_size": (16, 16)} | options
    return read(table(), folder, **options)


def by_row(dataset):
    """The images of an epoch by their row, which the sample weights tell."""
    found = {}
    for images, labels, weights in batches(dataset):
        assert (labels[:, 0] == weights % 2).all()
        found |= dict(zip(weights.astype(int).tolist(), images, strict=True))
    return found


def spoil(folder):
    """Overwrite the files; their sizes and times stay."""
    for path in folder.iterdir():
        state = path.stat()
        path.write_bytes(bytes(state.st_size))
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def assert_same(one, other):
    assert one.keys() == other.keys() == set(range(11))
    for row, image in one.items():
        np.testing.assert_array_equal(image, other[row])


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_later_epochs_decode_nothing(folder, tmp_path, dtype, kind):
    cache = "memory" if kind == "memory" else tmp_path / "kept"
    plain = by_row(dataset_of(folder, dtype=dtype))
    dataset = dataset_of(folder, shuffle=True, seed=0, dtype=dtype, cache=cache)
    first = by_row(dataset)
    for row, image in plain.items():
        assert first[row].dtype == dtype
        np.testing.assert_allclose(first[row], image, atol=0.5)
    spoil(folder)
    for _ in range(2):
        assert_same(by_row(dataset), first)


def test_a_folder_serves_the_next_run(folder, tmp_path):
    cache = str(tmp_path / "kept" / "here")
    first = by_row(dataset_of(folder, cache=cache))
    spoil(folder)
    assert_same(by_row(dataset_of(folder, cache=cache, shuffle=True)), first)
    with pytest.raises(UNREADABLE, match=r"Cannot read the image .*0\.jpg"):
        by_row(dataset_of(folder))


def test_an_epoch_that_broke_off_is_decoded_again(folder, tmp_path):
    cache = tmp_path / "kept"
    next(iter(batches(dataset_of(folder, cache=cache))))
    plain = by_row(dataset_of(folder, dtype="uint8"))
    assert_same(by_row(dataset_of(folder, cache=cache, dtype="uint8")), plain)


@pytest.mark.parametrize("shuffle", [False, True])
def test_buckets_are_kept_in_their_shapes(folder, shuffle):
    options = {"resize": "bucket", "n_shapes": 2, "shape_multiple": 4, "seed": 1}
    plain = dataset_of(folder, shuffle=shuffle, dtype="uint8", **options)
    kept = dataset_of(folder, shuffle=shuffle, dtype="uint8", cache="memory", **options)
    assert len(kept.shapes) == 2
    for _ in range(3):
        expected, found = by_row(plain), by_row(kept)
        for row, image in expected.items():
            assert found[row].shape == image.shape
            # A picture that changed its bucket is read by Pillow.
            np.testing.assert_allclose(found[row].astype(int), image, atol=6)


def test_two_parts_have_two_caches(folder, tmp_path):
    options = {"cache": tmp_path / "kept", "validation_split": 0.3, "seed": 0}
    parts = dataset_of(folder, **options)
    first = [batches(part) for part in parts]
    spoil(folder)
    for part, expected in zip(parts, first, strict=True):
        for batch, again in zip(expected, batches(part), strict=True):
            np.testing.assert_array_equal(batch[0], again[0])
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"train", "val"}


def test_augmentation_comes_after(folder):
    import keras

    flips = keras.layers.RandomFlip("horizontal", seed=0)
    dataset = dataset_of(folder, cache="memory", augment=flips)
    epochs = [by_row(dataset) for _ in range(3)]
    assert any((epochs[0][row] != epochs[2][row]).any() for row in range(11))


def test_what_a_cache_cannot_serve_is_refused(folder, tmp_path):
    cache = tmp_path / "kept"
    by_row(dataset_of(folder, cache=cache))
    with pytest.raises(ValueError, match=r"kept'? holds other files.*Pass another"):
        dataset_of(folder, cache=cache, image_size=(8, 8))
    os.utime(folder / "0.jpg", (1, 1))
    with pytest.raises(ValueError, match="or other states of them"):
        dataset_of(folder, cache=cache)
    with pytest.raises(ValueError, match="cache must be a folder of its own"):
        dataset_of(folder, cache=folder)
    with pytest.raises(ValueError, match="cache must be a folder of its own"):
        dataset_of(folder, cache=folder / "0.jpg")
    with pytest.raises(TypeError, match='cache must be "memory", a folder or None'):
        dataset_of(folder, cache=True)


def test_a_disk_that_is_too_small_is_named(folder, tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 2**20})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(ValueError, match=r"kept' needs 0.0 GiB for 11 pictures; its"):
        dataset_of(folder, cache=tmp_path / "kept")
