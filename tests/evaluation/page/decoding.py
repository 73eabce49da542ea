"""What the page's script reads, read in Python."""

import base64
import zlib


def unpacked(text):
    """The whole numbers that were packed, as the script of the page reads them."""
    numbers, value, scale = [], 0, 1
    for byte in zlib.decompress(base64.b64decode(text)):
        value += (byte & 127) * scale
        scale *= 128
        if byte < 128:
            numbers.append(value)
            value, scale = 0, 1
    return numbers
