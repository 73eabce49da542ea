"""One annotation of a PASCAL VOC folder -> what it says; errors name the file."""

import re
from pathlib import Path
from xml.etree import ElementTree

# Of a PNG; those of other formats are smaller.
LARGEST_SIDE = 2**31 - 1


def parse(path: Path) -> ElementTree.Element:
    """Return the root of an annotation."""
    try:
        annotation = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(
            f"{path} is not well-formed XML ({error}); fix the file or remove it."
        ) from error
    # Of names that are no encoding, and of encodings that the parser does not know.
    except (LookupError, ValueError) as error:
        raise ValueError(
            f"{path} says that its encoding is {_declared_encoding(path)!r}, which "
            f"cannot be read as XML ({error}); save it as UTF-8."
        ) from error
    if annotation.tag != "annotation":
        raise ValueError(
            f"{path} must hold a VOC <annotation>; got <{annotation.tag}>. "
            "Export the labels in PASCAL VOC format."
        )
    return annotation


def _declared_encoding(path: Path) -> str:
    declaration = path.read_bytes().partition(b"?>")[0].decode("ascii", "replace")
    found = re.search(r"encoding\s*=\s*[\"'](.*?)[\"']", declaration)
    return found[1] if found else ""


def read_object(path: Path, item: ElementTree.Element) -> tuple[str, bool]:
    """Return an object's label and whether it is difficult."""
    name = (item.findtext("name") or "").strip()
    if not name:
        raise ValueError(f"{path} has an <object> without a <name>; name it.")
    return name, (item.findtext("difficult") or "").strip() == "1"


def read_size(path: Path, annotation: ElementTree.Element) -> tuple[int, int] | None:
    """Return (width, height) as written, or None where they are not above zero."""
    texts = [annotation.findtext(f"size/{side}") or "0" for side in ("width", "height")]
    try:
        width, height = (int(float(text)) for text in texts)
        if max(width, height) > LARGEST_SIDE:
            raise OverflowError
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"{path} must give <size> in pixels, at most {LARGEST_SIDE:,} a side; got "
            f"{texts[0]!r} x {texts[1]!r}. Fix it, or take <size> out, to have the "
            "picture measured."
        ) from error
    return (width, height) if width > 0 and height > 0 else None
