"""The header of a JPEG: its size, and whether libjpeg alone shows it upright.

References:
    ITU-T T.81, annex B (markers) and C (Huffman codes); Exif 2.32 and TIFF 6.0
    (orientation).
"""

import re
from functools import lru_cache
from typing import Literal

_START = b"\xff\xd8\xff"
_EXIF = b"Exif\0\0"
_END, _SCAN, _HUFFMAN, _QUANTIZATION, _RESTART = 0xD9, 0xDA, 0xC4, 0xDB, 0xDD
_COMMENT, _APP0, _APP1, _APP15 = 0xFE, 0xE0, 0xE1, 0xEF
# Baseline, extended sequential and progressive, all Huffman coded.
_FRAMES, _PROGRESSIVE = {0xC0, 0xC1, 0xC2}, 0xC2
_ORIENTATION, _SHORT = 0x0112, 3
# Markers that end the data of a scan: no stuffed zero, no restart.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def plain_size(data: bytes) -> tuple[int, int] | None:
    """Return (height, width) of a plain JPEG; None for all others.

    Plain JPEGs are complete files of 8 bits in one or three channels, stored upright.
    Anything unusual makes a file not plain: then Pillow reads it, or reports what is
    wrong.
    """
    if not data.startswith(_START):
        return None
    at, frame, exif, scans, tables = 2, b"", b"", 0, set[tuple[int, int]]()
    while data[at : at + 2] != b"\xff\xd9" or not scans:
        marker, length = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4])
        body, at = data[at + 4 : at + 2 + length], at + 2 + length
        if len(marker) < 2 or marker[0] != 0xFF or length < 2 or at > len(data):
            return None
        kind = marker[1]
        if kind in _FRAMES and not frame:
            frame = marker[1:] + body
            is_sound = _is_frame(frame)
        elif kind == _SCAN:
            is_sound = bool(frame) and _is_scan(frame, body, tables)
            found = _MARKER.search(data, at)
            at, scans = found.start() if found else len(data), scans + 1
        elif kind == _APP1:
            exif += body[len(_EXIF) :] if body.startswith(_EXIF) else b""
            # The XMP orientation, which counts if Exif has none.
            is_sound = b"tiff:Orientation" not in body
        elif kind in (_QUANTIZATION, _HUFFMAN):
            defined = _tables(kind, body)
            tables |= defined
            is_sound = bool(defined)
        elif kind == _RESTART:
            is_sound = len(body) == 2
        else:
            is_sound = kind == _COMMENT or _APP0 <= kind <= _APP15
        if not is_sound:
            return None
    upright = _is_upright(exif)
    return (_number(frame[2:4]), _number(frame[4:6])) if upright else None


def _number(part: bytes) -> int:
    return int.from_bytes(part)


@lru_cache(1024)
def _tables(kind: int, body: bytes) -> frozenset[tuple[int, int]]:
    """The kinds and numbers of a segment's tables; none if libjpeg would refuse one."""
    found = set()
    while body:
        place, number = divmod(body[0], 16)
        if place > 1 or number > 3:
            return frozenset()
        if kind == _QUANTIZATION:
            found.add((kind, number))
            size = 1 + 64 * (1 + place)
        else:
            found.add((place, number))
            counts = body[1:17]
            size = 17 + sum(counts)
            # Codes of each length must fit, and none is all ones.
            taken = sum(n << 15 - index for index, n in enumerate(counts))
            differences = max(body[17:size], default=0)
            if taken >= 2**16 or size > 273 or (place == 0 and differences > 15):
                return frozenset()
        if len(body) < size:
            return frozenset()
        body = body[size:]
    return frozenset(found)


@lru_cache(1024)
def _is_frame(frame: bytes) -> bool:
    """Whether a frame has 8 bits, a size, and channels that libjpeg accepts."""
    if len(frame) < 7 or frame[1] != 8 or frame[6] not in (1, 3):
        return False
    n_channels = frame[6]
    factors, names = frame[8::3], frame[7::3]
    return (
        len(frame) == 7 + 3 * n_channels
        and any(frame[2:4])
        and any(frame[4:6])
        and len(set(names)) == n_channels
        and all(1 <= byte >> 4 <= 4 and 1 <= byte & 15 <= 4 for byte in factors)
        # Else the channels are sampled by fractions, or by too many.
        and all(4 % (byte >> 4) == 0 and 4 % (byte & 15) == 0 for byte in factors)
        and sum((byte >> 4) * (byte & 15) for byte in factors) <= 10
    )


def _is_scan(frame: bytes, scan: bytes, tables: set[tuple[int, int]]) -> bool:
    """Whether a scan has channels of the frame, and all its tables are defined."""
    names, quantization = frame[7::3], frame[9::3]
    n_scanned = scan[0] if scan else 0
    if not 1 <= n_scanned <= len(names) or len(scan) != 4 + 2 * n_scanned:
        return False
    scanned, chosen = scan[1:-3:2], scan[2:-3:2]
    if len(set(scanned)) < n_scanned or not set(scanned) <= set(names):
        return False
    first, last, bits = scan[-3:]
    high, low = divmod(bits, 16)
    needed = {(_QUANTIZATION, table) for table in quantization}
    if frame[0] == _PROGRESSIVE:
        if low > 13 or high not in (0, low + 1) or not first <= last <= 63:
            return False
        if (first == 0 and last != 0) or (first > 0 and n_scanned > 1):
            return False
        if first > 0:
            needed |= {(1, byte & 15) for byte in chosen}
        elif high == 0:
            needed |= {(0, byte >> 4) for byte in chosen}
    else:
        needed |= {(0, byte >> 4) for byte in chosen}
        needed |= {(1, byte & 15) for byte in chosen}
        if (first, last, bits) != (0, 63, 0):
            return False
    return needed <= tables


def _is_upright(exif: bytes) -> bool:
    """Whether the first directory of the tags surely has no other orientation."""
    if not exif:
        return True
    orders: dict[bytes, Literal["little", "big"]] = {
        b"II*\0": "little",
        b"MM\0*": "big",
    }
    order = orders.get(exif[:4])
    if order is None:
        return False

    def number(start: int, length: int) -> int:
        return int.from_bytes(exif[start : start + length], order)

    directory = number(4, 4)
    n_tags = number(directory, 2)
    if directory < 8 or directory + 2 + 12 * n_tags > len(exif):
        return False
    for tag in range(directory + 2, directory + 2 + 12 * n_tags, 12):
        if number(tag, 2) == _ORIENTATION:
            return (number(tag + 2, 2), number(tag + 8, 2)) == (_SHORT, 1)
    return True
