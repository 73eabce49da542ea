"""Sizes from headers: as they come out decoded and upright."""

import pytest
from PIL import Image, ImageOps, features

from keras_multilabel.utils.image_headers import check_headers, read_headers

FORMATS = {
    "JPEG": "jpg",
    "PNG": "png",
    "TIFF": "tif",
    "WEBP": "webp",
    "GIF": "gif",
    "BMP": "bmp",
    **({"AVIF": "avif"} if features.check("avif") else {}),
}
ROTATED = [kind for kind in FORMATS if kind not in ("GIF", "BMP")]


def write(path, kind, orientation=None, size=(40, 30)):
    image = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    if orientation is not None:
        exif[274] = orientation
    image.save(path, kind, exif=exif)
    return str(path)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ROTATED)
def test_sizes_are_upright(tmp_path, kind, orientation):
    path = write(tmp_path / "a", kind, orientation)
    headers = read_headers([path])
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).size
    assert tuple(headers.sizes[0]) == upright
    assert upright == ((40, 30) if orientation < 5 else (30, 40))
    assert headers.formats == [kind]


def test_an_orientation_after_the_pixels_of_a_png(tmp_path):
    path = tmp_path / "late.png"
    write(path, "PNG", 6)
    data = path.read_bytes()
    start = data.index(b"eXIf") - 4
    length = int.from_bytes(data[start : start + 4], "big") + 12
    chunk, rest = data[start : start + length], data[:start] + data[start + length :]
    end = rest.index(b"IEND") - 4
    path.write_bytes(rest[:end] + chunk + rest[end:])
    with Image.open(path) as image:
        assert "exif" not in image.info
    assert read_headers([str(path)]).sizes.tolist() == [[30, 40]]


def test_all_formats_in_their_order(tmp_path):
    paths = [
        write(tmp_path / f"é {place}.{ending}", kind, size=(20 + place, 30))
        for place, (kind, ending) in enumerate(FORMATS.items())
    ]
    headers = read_headers(paths * 100)
    assert headers.formats == [*FORMATS] * 100
    widths = [20 + place for place in range(len(FORMATS))]
    assert headers.sizes[:, 0].tolist() == widths * 100
    assert headers.reasons == {}


def test_reasons_name_what_is_wrong(tmp_path):
    good = write(tmp_path / "good.jpg", "JPEG")
    (tmp_path / "text.jpg").write_text("no image")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIH")
    names = ["text.jpg", "good.jpg", "empty.jpg", "folder.jpg", "cut.png", "gone.jpg"]
    paths = [str(tmp_path / name) for name in names]
    headers = read_headers(paths)
    assert set(headers.reasons) == {0, 2, 3, 4, 5}
    assert headers.reasons[0] == headers.reasons[2] == "no image of a known format"
    assert "No such file" in headers.reasons[5]
    assert all(headers.reasons.values())
    assert headers.sizes.tolist() == [[0, 0], [40, 30], *[[0, 0]] * 4]
    assert headers.formats == [None, "JPEG", *[None] * 4]
    with pytest.raises(ValueError, match=r"5 of 6 images cannot be read: .*text\.jpg"):
        check_headers(paths)
    assert check_headers([good]).formats == ["JPEG"]


def test_a_decompression_bomb_is_a_reason(tmp_path, monkeypatch):
    path = write(tmp_path / "big.png", "PNG", size=(100, 100))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert "exceeds limit" in read_headers([path]).reasons[0]
