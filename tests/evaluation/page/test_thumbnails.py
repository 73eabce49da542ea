import base64
import io

import numpy as np
import PIL.Image
import pytest

from keras_multilabel.evaluation.page.thumbnails import thumbnail, worst


def opened(text):
    return PIL.Image.open(io.BytesIO(base64.b64decode(text)))


def image(height=200, width=400):
    return np.full((height, width, 3), (200, 30, 60), np.uint8)


def test_paths_pictures_and_arrays(tmp_path):
    picture = PIL.Image.fromarray(image())
    picture.save(tmp_path / "a.png")
    floats = image() / 255
    kinds = (tmp_path / "a.png", str(tmp_path / "a.png"), picture, image(), floats)
    for kind in kinds:
        found = opened(thumbnail(kind, 0))
        assert (found.format, found.size) == ("WEBP", (96, 48))
        np.testing.assert_allclose(np.asarray(found)[20, 40], (200, 30, 60), atol=12)


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 4)])
def test_gray_and_transparent_ones(shape):
    assert opened(thumbnail(np.zeros(shape, np.uint8), 0)).size == (30, 20)


def test_pictures_of_16_bits_have_their_grays(tmp_path):
    steps = np.linspace(0, 60_000, 90).astype(np.uint16)
    pixels = np.broadcast_to(steps, (90, 90))
    picture = PIL.Image.fromarray(pixels)
    picture.save(tmp_path / "a.png")
    for kind in (pixels, picture, tmp_path / "a.png", steps * np.ones((90, 1))):
        found = np.asarray(opened(thumbnail(kind, 0)).convert("L"), float)[45]
        np.testing.assert_allclose(found, steps / 60_000 * 255, atol=12)


def test_what_cannot_be_read_is_named():
    with pytest.raises(ValueError, match="row 7 cannot be read"):
        thumbnail("nowhere.png", 7)
    with pytest.raises(ValueError, match=r"array \(height, width"):
        thumbnail(np.zeros(4), 7)


def test_the_worst_come_first():
    truth = np.array([[1], [1], [0], [0], [1], [-1]], np.int8)
    score = np.array([[0.4], [0.1], [0.7], [0.9], [0.8], [0.9]])
    assert worst(truth, score >= 0.5, score) == [[[1, 0], [3, 2]]]
    assert worst(truth, score >= 0.5, None) == [[[0, 1], [2, 3]]]


def test_of_many_labels_few_each():
    truth = np.ones((20, 300), np.int8)
    kinds = worst(truth, np.zeros_like(truth), None)
    assert {len(misses) for misses, _ in kinds} == {1}
