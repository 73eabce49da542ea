"""The header of a JPEG: its size, and whether libjpeg alone shows it upright.

References:
    ITU-T T.81, annex B (markers); Exif 2.32 and TIFF 6.0 (orientation).
"""

_START = b"\xff\xd8\xff"
_END = b"\xff\xd9"
_EXIF = b"Exif\0\0"
_SCAN, _TABLES, _QUANTIZATION, _APP1 = 0xDA, {0xC4, 0xDD, 0xFE}, 0xDB, 0xE1
# Baseline, extended sequential and progressive, all Huffman coded.
_FRAMES = {0xC0, 0xC1, 0xC2}
_ORIENTATION, _SHORT = 0x0112, 3


def plain_size(data: bytes) -> tuple[int, int] | None:
    """Return (height, width) of a plain JPEG; None for all else.

    Plain are complete files of 8 bits in one or three channels that are upright as
    they are stored. Whatever is odd about a file makes it not plain: then Pillow reads
    it, or says what is wrong.
    """
    if not data.startswith(_START):
        return None
    at, frame, exif, tables = 2, b"", b"", b""
    while True:
        marker, length = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4])
        body, at = data[at + 4 : at + 2 + length], at + 2 + length
        if len(marker) < 2 or marker[0] != 0xFF or length < 2 or at > len(data):
            return None
        kind = marker[1]
        if kind == _SCAN:
            break
        if kind in _FRAMES and not frame:
            frame = body
        elif kind == _APP1 and body.startswith(_EXIF):
            exif += body[len(_EXIF) :]
        elif kind == _APP1 and b"tiff:Orientation" in body:
            return None  # XMP, which counts where Exif says nothing
        elif kind == _QUANTIZATION:
            tables += body
        elif kind not in _TABLES and not 0xE0 <= kind <= 0xEF:
            return None
    is_complete = data.rfind(_END, at) >= 0
    if not (is_complete and tables and _is_upright(exif)):
        return None
    return _size(frame)


def _size(frame: bytes) -> tuple[int, int] | None:
    if len(frame) < 6 or frame[0] != 8 or frame[5] not in (1, 3):
        return None
    if len(frame) != 6 + 3 * frame[5]:
        return None
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    return (height, width) if height and width else None


def _is_upright(exif: bytes) -> bool:
    """Whether the first directory of the tags surely has no other orientation."""
    if not exif:
        return True
    orders = {b"II*\0": "little", b"MM\0*": "big"}
    order = orders.get(exif[:4])
    if order is None:
        return False

    def number(start: int, length: int) -> int:
        return int.from_bytes(exif[start : start + length], order)  # type: ignore[arg-type]

    directory = number(4, 4)
    n_tags = number(directory, 2)
    if directory < 8 or directory + 2 + 12 * n_tags > len(exif):
        return False
    for tag in range(directory + 2, directory + 2 + 12 * n_tags, 12):
        if number(tag, 2) == _ORIENTATION:
            return (number(tag + 2, 2), number(tag + 8, 2)) == (_SHORT, 1)
    return True
