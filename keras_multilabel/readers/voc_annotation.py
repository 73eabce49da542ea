"""One annotation of a PASCAL VOC folder -> its contents; errors name file and line."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree
from xml.parsers import expat

from keras_multilabel.readers.table import LARGEST_SIDE, NO_SIZE, Size, as_size

# A label and its box: (label, xmin, ymin, xmax, ymax).
Box = tuple[str, float, float, float, float]

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_IS_DIFFICULT = {"1": True, "true": True, "0": False, "false": False}
# VOC's values for "not checked", and a missing <difficult>.
_IS_DIFFICULT |= dict.fromkeys(("unspecified", ""), False)


class Annotation:
    """The contents of one file."""

    def __init__(self, path: str, data: bytes, root: ElementTree.Element) -> None:
        self.path = path
        self.data = data
        self.root = root

    @property
    def filename(self) -> str:
        """The picture's name as written."""
        return (self.root.findtext("filename") or "").strip()

    def objects(self) -> list[tuple[str, bool]]:
        """Return each object's label and whether it is difficult."""
        found = []
        for index, item in enumerate(self.root.findall("object")):
            name = (item.findtext("name") or "").strip()
            if not name:
                raise ValueError(
                    f"{self._line(index)} has an <object> without a <name>; name it."
                )
            told = item.findtext("difficult")
            found.append((name, told == "1" or self._is_difficult(told, index)))
        return found

    def _is_difficult(self, told: str | None, index: int) -> bool:
        if told is None or told == "0":
            return False
        try:
            return _IS_DIFFICULT[told.strip().lower()]
        except KeyError:
            raise ValueError(
                f"{self._line(index)} has an <object> whose <difficult> must be 0 or "
                f"1; got {told!r}."
            ) from None

    def boxes(self) -> list[Box]:
        """Return each object's label and box."""
        return [
            ((item.findtext("name") or "").strip(), *self._corners(item, index))
            for index, item in enumerate(self.root.findall("object"))
        ]

    def _corners(
        self, item: ElementTree.Element, index: int
    ) -> tuple[float, float, float, float]:
        box = item.find("bndbox")
        texts = [None if box is None else box.findtext(corner) for corner in _CORNERS]
        try:
            left, top, right, bottom = (float(text or "") for text in texts)
            if not math.isfinite(left + top + right + bottom):
                raise ValueError
        except ValueError:
            raise ValueError(
                f"{self._line(index)} has an <object> whose <bndbox> must hold the "
                f"numbers {', '.join(_CORNERS)}; got {texts}. Fix it, or read the "
                "labels alone, with boxes=False."
            ) from None
        return left, top, right, bottom

    def size(self) -> Size:
        """Return (width, height) as written, Nones where they are not above zero."""
        size = self.root.find("size")
        if size is None:
            return NO_SIZE
        texts = [size.findtext(side) or "0" for side in ("width", "height")]
        try:
            return as_size(*texts)
        except (ValueError, OverflowError) as error:
            raise ValueError(
                f"{self.path} must give <size> in pixels, at most {LARGEST_SIDE:,} a "
                f"side; got {texts[0]!r} x {texts[1]!r}. Fix it, or take <size> out, "
                "to have the picture measured."
            ) from error

    def _line(self, index: int) -> str:
        """Name file and line of an object."""
        starts: list[int] = []
        depth = 0

        def enter(name: str, _: object) -> None:
            nonlocal depth
            depth += 1
            if depth == 2 and name == "object":
                starts.append(parser.CurrentLineNumber)

        def leave(_: object) -> None:
            nonlocal depth
            depth -= 1

        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = enter, leave
        parser.Parse(self.data, True)
        return f"{self.path}, line {starts[index]},"


def read_annotation(path: str) -> Annotation:
    """Read one file, without ever expanding an entity."""
    # Unbuffered: the file is read whole.
    with open(path, "rb", buffering=0) as file:
        data = file.read()
    _check_no_dtd(path, data)
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise ValueError(
            f"{path} is not well-formed XML ({error}); fix the file or remove it."
        ) from error
    # For names that are not encodings, and encodings that the parser does not know.
    except (LookupError, ValueError) as error:
        raise ValueError(
            f"{path} says that its encoding is {_declared_encoding(data)!r}, which "
            f"cannot be read as XML ({error}); save it as UTF-8."
        ) from error
    if root.tag != "annotation":
        raise ValueError(
            f"{path} must hold a VOC <annotation>; got <{root.tag}>. "
            "Export the labels in PASCAL VOC format."
        )
    return Annotation(path, data, root)


def _check_no_dtd(path: str, data: bytes) -> None:
    """Raise if there is a document type, before anything is parsed.

    Only there can entities be declared that grow a thousandfold or name other files,
    and attributes that are repeated in every element. A handler of the parser could not
    stop it: it reads on to the end of its buffer, and expands them.

    Expat reads UTF-16, where each ASCII character is itself beside a NUL, and encodings
    whose ASCII half is ASCII, so these bytes cannot be hidden.
    """
    if b"<!DOCTYPE" in data.replace(b"\0", b""):
        raise ValueError(
            f"{path} has a <!DOCTYPE>, which VOC annotations do not need and which can "
            "make a parser use up all memory; it is not read. Remove that part."
        )


def _declared_encoding(data: bytes) -> str:
    declaration = data.partition(b"?>")[0].decode("ascii", "replace")
    found = re.search(r"encoding\s*=\s*[\"'](.*?)[\"']", declaration)
    return found[1] if found else ""
