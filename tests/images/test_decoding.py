"""What comes out of image files of every kind, in each format."""

import numpy as np
import pytest
from PIL import Image

from tests.images.reading import UNREADABLE, read_one

pytestmark = pytest.mark.usefixtures("each_format")


class TestPixels:
    """What comes out of files of every kind."""

    @pytest.fixture
    def photo(self, rng):
        """A smooth picture of three channels that differ."""
        small = Image.fromarray(rng.integers(0, 256, (4, 5, 3), np.uint8))
        return small.resize((40, 30), Image.Resampling.BICUBIC)

    def stretched(self, image, size=(5, 7)):
        resized = image.resize(size[::-1], Image.Resampling.BILINEAR)
        return np.asarray(resized, np.float32)

    def test_antialias_is_pillows_resize(self, tmp_path, photo):
        photo.save(tmp_path / "a.png")
        result = read_one(tmp_path / "a.png", interpolation="antialias")
        assert result.dtype == np.float32
        assert np.abs(result - self.stretched(photo)).max() <= 1

    def test_a_big_jpeg_is_nearly_that(self, tmp_path, photo):
        photo.resize((400, 300)).save(tmp_path / "a.jpg", quality=95)
        result = read_one(tmp_path / "a.jpg", interpolation="antialias")
        expected = self.stretched(Image.open(tmp_path / "a.jpg"))
        assert np.abs(result - expected).max() < 12
        assert np.abs(result - expected).mean() < 3

    def test_gray_becomes_three_equal_channels(self, tmp_path, photo):
        photo.convert("L").save(tmp_path / "a.png")
        gray = self.stretched(photo.convert("L"))
        result = read_one(tmp_path / "a.png", interpolation="antialias")
        assert np.abs(result - gray[..., None]).max() <= 1

    def test_transparency_is_dropped(self, tmp_path, photo):
        clear = photo.copy()
        clear.putalpha(0)
        clear.save(tmp_path / "a.png")
        result = read_one(tmp_path / "a.png", interpolation="antialias")
        assert np.abs(result - self.stretched(photo)).max() <= 1

    def test_palette_colours_are_looked_up(self, tmp_path):
        Image.new("RGB", (9, 9), (250, 128, 3)).quantize(4).save(tmp_path / "a.gif")
        assert np.abs(read_one(tmp_path / "a.gif") - [250, 128, 3]).max() <= 2

    def test_cmyk(self, tmp_path):
        cmyk = Image.new("CMYK", (9, 9), (0, 255, 255, 0))
        cmyk.save(tmp_path / "a.jpg", quality=95)
        assert np.abs(read_one(tmp_path / "a.jpg") - [255, 0, 0]).max() <= 3

    def test_exif_orientation_is_followed(self, tmp_path):
        pixels = np.zeros((32, 16, 3), np.uint8)
        pixels[:16] = 255  # white above black, once upright
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera lay on its side
        sideways = Image.fromarray(pixels).rotate(90, expand=True)
        sideways.save(tmp_path / "a.jpg", exif=exif, quality=95)
        result = read_one(tmp_path / "a.jpg", size=(32, 16))
        assert result[:14].min() > 240
        assert result[18:].max() < 15

    def test_16_bit_gray_is_scaled_not_clipped(self, tmp_path):
        levels = np.repeat([[0, 256, 32768, 65535]], 4, axis=0).astype(np.uint16)
        Image.fromarray(levels).save(tmp_path / "a.png")
        result = read_one(tmp_path / "a.png", size=(4, 4))
        np.testing.assert_array_equal(result[0, :, 0], [0, 1, 128, 255])

    def test_32_bit_pixels_are_refused(self, tmp_path):
        Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / "a.tif")
        with pytest.raises(UNREADABLE, match=r"a\.tif.*32-bit"):
            read_one(tmp_path / "a.tif")

    @pytest.mark.parametrize("keep", [0, 20, 600])
    def test_an_image_that_cannot_be_read_is_named(self, tmp_path, rng, keep):
        path = tmp_path / "broken.jpg"
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), np.uint8)).save(path)
        assert path.stat().st_size > keep
        path.write_bytes(path.read_bytes()[:keep])
        message = r"Cannot read the image .*broken\.jpg.*fix it, or remove its row"
        with pytest.raises(UNREADABLE, match=message):
            read_one(path)
