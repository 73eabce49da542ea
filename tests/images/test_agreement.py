"""TensorFlow and Pillow give the same pictures, up to their ways of resizing."""

import numpy as np
import pytest
from PIL import Image

from tests.images.reading import read_one
from tests.paths import SHARED

VOC2007 = SHARED / "voc2007" / "JPEGImages"
pytest.importorskip("tensorflow")


def both(path, **options):
    return [
        read_one(path, (120, 140), format=form, **options)
        for form in ("tf", "pydataset")
    ]


def photograph(rng):
    noise = Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8))
    return noise.resize((500, 375), Image.Resampling.BICUBIC)


# The mean difference of what TensorFlow and Pillow give, of 255.
CLOSE = {"area": 2.5, "bilinear": 1.0, "antialias": 1.0}


@pytest.mark.parametrize("interpolation", CLOSE)
@pytest.mark.parametrize("resize", ["stretch", "crop", "pad"])
def test_tensorflow_and_pillow_agree(tmp_path, rng, interpolation, resize):
    photograph(rng).save(tmp_path / "a.jpg", quality=90, progressive=True)
    one, other = both(tmp_path / "a.jpg", interpolation=interpolation, resize=resize)
    assert np.abs(one - other).mean() < CLOSE[interpolation]


@pytest.mark.skipif(not VOC2007.exists(), reason="the pictures are not there")
@pytest.mark.parametrize("interpolation", CLOSE)
def test_they_agree_on_real_photographs(interpolation):
    for path in sorted(VOC2007.glob("*.jpg"))[:6]:
        one, other = both(path, interpolation=interpolation)
        assert np.abs(one - other).mean() < CLOSE[interpolation], path
