"""Files that go wrong elsewhere: turned, animated, damaged, of rare kinds."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image, features

from tests.images.reading import UNREADABLE, batches, read, read_one

pytestmark = pytest.mark.usefixtures("each_format")
ORIENTATION = 0x0112
# How a picture is stored for each orientation, so that it is upright when shown.
STORED = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.fixture
def corners():
    """A picture of 40 x 24 pixels with a colour in each corner."""
    colours = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]])
    return Image.fromarray(colours.repeat(12, 0).repeat(20, 1).astype(np.uint8))


def assert_upright(path, tolerance=12):
    expected = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]])
    assert np.abs(read_one(path, (2, 2)) - expected).max() <= tolerance


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize(
    ("order", "suffix"), [("<", "jpg"), (">", "jpg"), (">", "png")]
)
def test_all_orientations_of_exif(tmp_path, corners, orientation, order, suffix):
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F] = "a maker"  # tags before and after it
    exif[ORIENTATION] = orientation
    exif[0x0132] = "2026:01:01 00:00:00"
    path = tmp_path / f"a.{suffix}"
    STORED[orientation](corners).save(path, exif=exif, quality=95)
    assert_upright(path)


@pytest.mark.parametrize("exif", [b"", b"II*\0\xff\0\0\0", b"x", b"MM\0*"])
def test_broken_exif_is_no_orientation(tmp_path, corners, exif):
    corners.save(tmp_path / "a.jpg", exif=b"Exif\0\0" + exif, quality=95)
    assert_upright(tmp_path / "a.jpg")


def test_orientation_in_xmp(tmp_path, corners):
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="3"/></x:xmpmeta>'
    path = tmp_path / "a.jpg"
    STORED[3](corners).save(path, xmp=xmp, quality=95)
    assert_upright(path)


KINDS = {
    "progressive.jpg": lambda image: (image, {"progressive": True, "quality": 95}),
    "colours.png": lambda image: (image.quantize(4), {}),
    "clear.png": lambda image: (image.convert("RGBA"), {}),
    "a.bmp": lambda image: (image, {}),
    "palette.bmp": lambda image: (image.quantize(4), {}),
    "a.tif": lambda image: (image, {}),
    "a.webp": lambda image: (image, {"lossless": True}),
    "clear.webp": lambda image: (image.convert("RGBA"), {"lossless": True}),
    "a.avif": lambda image: (image, {"quality": 100}),
    "still.gif": lambda image: (image, {}),
    "moving.gif": lambda image: (image, moving(image)),
    "moving.png": lambda image: (image, moving(image)),
    "moving.webp": lambda image: (image, {"lossless": True, **moving(image)}),
}


def moving(image):
    others = [Image.new("RGB", image.size, colour) for colour in ("black", "white")]
    return {"save_all": True, "append_images": others}


@pytest.mark.parametrize("name", KINDS)
def test_files_of_every_kind(tmp_path, corners, name):
    if name.endswith(".avif") and not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    image, options = KINDS[name](corners)
    image.save(tmp_path / name, **options)
    assert_upright(tmp_path / name)


def test_one_bit_is_black_and_white(tmp_path):
    pixels = np.array([[0, 1], [1, 0]], bool)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    result = read_one(tmp_path / "a.png", (2, 2))
    np.testing.assert_array_equal(result[..., 0], 255 * pixels)


@pytest.mark.parametrize(
    "contents", [b"", b"\0" * 500, b"just text", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0"]
)
def test_what_is_no_image_is_named(tmp_path, contents):
    (tmp_path / "text.jpg").write_bytes(contents)
    with pytest.raises(UNREADABLE, match=r"Cannot read the image .*text\.jpg"):
        read_one(tmp_path / "text.jpg")


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "tif"])
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_truncated_files_are_named(tmp_path, rng, suffix, share):
    path = tmp_path / f"cut.{suffix}"
    Image.fromarray(rng.integers(0, 256, (60, 60, 3), np.uint8)).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(UNREADABLE, match=rf"Cannot read the image .*cut\.{suffix}"):
        read_one(path)


def test_a_truncated_jpeg_is_not_saved_by_its_thumbnail(tmp_path, corners, rng):
    path = tmp_path / "cut.jpg"
    noise = Image.fromarray(rng.integers(0, 256, (60, 60, 3), np.uint8))
    noise.save(path, comment=b"\xff\xd8 a thumbnail \xff\xd9")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UNREADABLE, match=r"Cannot read the image .*cut\.jpg"):
        read_one(path)


def test_damaged_headers_are_read_or_named(tmp_path, rng):
    """Whatever byte of the header changes, no error comes without the file's name."""
    photo = Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8))
    photo.save(tmp_path / "whole.jpg")
    whole = (tmp_path / "whole.jpg").read_bytes()
    places = rng.choice(whole.index(b"\xff\xda") + 14, 150, replace=False)
    for number, place in enumerate(places):
        changed = bytearray(whole)
        changed[place] = rng.integers(256)
        (tmp_path / f"{number}.jpg").write_bytes(changed)
    names = [f"{number}.jpg" for number in range(len(places))]
    df = pd.DataFrame({"filename": names, "labels": [["a"]] * len(names)})
    dropped = read(df, tmp_path, on_unreadable="drop", batch_size=1)
    bad = {str(file) for file in dropped.dropped["file"]}
    assert 0 < len(bad) < len(names)
    for name in sorted(bad)[:6]:
        with pytest.raises(UNREADABLE, match=r"Cannot read the image .*\d+\.jpg"):
            read_one(tmp_path / name.rpartition("/")[2])
    assert len(batches(dropped)) == len(names) - len(bad)


def test_links_that_lead_nowhere_are_missing(tmp_path):
    (tmp_path / "link.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "folder.png").mkdir()
    for name in ("link.png", "folder.png"):
        df = pd.DataFrame({"filename": [name], "labels": [["a"]]})
        with pytest.raises(FileNotFoundError, match=rf"1 of 1 .*{name}"):
            read(df, tmp_path)


@pytest.mark.parametrize("name", ["with space.png", "käse 猫 🐱.png", "a'b\"c%20.png"])
def test_any_name(tmp_path, name):
    Image.new("RGB", (4, 4), (9, 9, 9)).save(tmp_path / name)
    assert np.abs(read_one(tmp_path / name) - 9).max() < 1e-3
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(UNREADABLE, match=name.replace("'", ".*").replace('"', ".*")):
        read_one(tmp_path / name)


def test_absolute_names_need_no_folder_and_take_none(tmp_path):
    Image.new("RGB", (4, 4), (9, 9, 9)).save(tmp_path / "a.png")
    df = pd.DataFrame({"filename": [str(tmp_path / "a.png")], "labels": [["a"]]})
    ((images, _),) = batches(read(df, tmp_path / "elsewhere"))
    assert np.abs(images - 9).max() < 1e-3
