"""One record of a COCO file -> its checked fields; errors say what is wrong with it."""

import math
from collections.abc import Hashable
from typing import Any, NamedTuple

from keras_multilabel.readers.table import LARGEST_SIDE, NO_SIZE, Size, as_size, is_text

_MISSING = object()
_IS_CROWD = (0, 1)


class Image(NamedTuple):
    """A record of ``images``."""

    id: Hashable
    filename: str
    size: Size

    @classmethod
    def of(cls, record: Any) -> "Image":
        """Check a record."""
        _check_object(record)
        sides = record.get("width"), record.get("height")
        try:
            size = NO_SIZE if None in sides else as_size(*sides)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(
                '"width" and "height" must be pixels, at most '
                f"{LARGEST_SIDE:,}; got {sides[0]!r:.50} x {sides[1]!r:.50}."
            ) from None
        return cls(_id(record, "id"), _name(record, "file_name"), size)


class Category(NamedTuple):
    """A record of ``categories``."""

    id: Hashable
    name: str

    @classmethod
    def of(cls, record: Any) -> "Category":
        """Check a record."""
        _check_object(record)
        return cls(_id(record, "id"), _name(record, "name"))


class Instance(NamedTuple):
    """A record of ``annotations``; the area is infinite if it is not needed."""

    image_id: Hashable
    category_id: Hashable
    is_crowd: bool
    area: float

    @classmethod
    def of(cls, record: Any, *, area: bool) -> "Instance":
        """Check a record."""
        _check_object(record)
        is_crowd = record.get("iscrowd", 0)
        if is_crowd not in _IS_CROWD:
            raise ValueError(f'"iscrowd" must be 0 or 1; got {is_crowd!r:.50}.')
        return cls(
            _id(record, "image_id"),
            _id(record, "category_id"),
            is_crowd == 1,
            _area(record) if area else math.inf,
        )


def _check_object(record: Any) -> None:
    if type(record) is not dict:
        raise ValueError(f"expected an object of fields; got {record!r:.50}.")


def _id(record: dict[str, Any], key: str) -> Hashable:
    value = record.get(key, _MISSING)
    # A boolean would equal 0 or 1, and 1.0 equals 1.
    if type(value) is not int and type(value) is not str:
        raise ValueError(_expected(key, value, "an integer or a string"))
    return value


def _name(record: dict[str, Any], key: str) -> str:
    value = record.get(key, _MISSING)
    if not isinstance(value, str) or not value.strip() or not is_text(value):
        raise ValueError(_expected(key, value, "text"))
    return value


def _area(record: dict[str, Any]) -> float:
    value = record.get("area", _MISSING)
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        what = "a number, 0 or more, since min_area is to compare it"
        raise ValueError(_expected("area", value, what))
    return value


def _expected(key: str, value: object, what: str) -> str:
    got = "it is missing" if value is _MISSING else f"got {value!r:.50}"
    return f'"{key}" must be {what}; {got}.'
