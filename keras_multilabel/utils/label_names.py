"""Names of labels, which results carry along from the data."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from keras_multilabel.utils.arguments import check_label_names, listed
from keras_multilabel.utils.matrices import column_names

LIBRARIES = ("pandas", "polars")


class LabelNames(list[Any]):
    """Names of labels, and the library of the data frame that they came with.

    Attributes:
        library: ``"pandas"`` or ``"polars"``, which ``to_frame`` uses.
    """

    library: str

    def __init__(self, names: Iterable[Any], library: str | None = None):
        super().__init__(names)
        self.library = library or library_of(names) or LIBRARIES[0]


def library_of(*values: Any) -> str | None:
    """The library of the first data frame, column or `LabelNames`; None without one."""
    for value in values:
        if isinstance(value, LabelNames):
            return value.library
        library = type(value).__module__.partition(".")[0]
        if library in LIBRARIES:
            return library
    return None


def given_names(
    label_names: Iterable[Any] | None, n_labels: int, *values: Any
) -> LabelNames | None:
    """One name per label: those given, else those of the first of ``values`` with any.

    Values may be anything: data frames and results have names. None if none has any.
    """
    if isinstance(label_names, (set, frozenset)):
        raise TypeError(
            "label_names must be in the order of the columns; got "
            f"{label_names!r}, a set, which has none."
        )
    every = (label_names, *map(_names_of, values))
    found = [names for names in every if names is not None]
    if not found:
        return None
    library = library_of(*values, found[0])
    names, *others = (list(map(str, names)) for names in found)
    for other in others:
        # Other words for the labels are fine, the same words in another order are not.
        if names != other and sorted(names) == sorted(other):
            merged_names(names, other)
    return LabelNames(check_label_names(names, n_labels), library)


def shown_names(
    label_names: Iterable[Any] | None, n_labels: int, *values: Any
) -> list[Any]:
    """As `given_names`; ``"label 0"`` and so on if there are none."""
    names = given_names(label_names, n_labels, *values)
    return check_label_names(None, n_labels) if names is None else names


def _names_of(value: Any) -> Iterable[Any] | None:
    if hasattr(value, "columns"):
        return column_names(value)
    return getattr(value, "label_names", None)


def check_order(values: Any, label_names: Sequence[Any] | None, name: str) -> None:
    """Raise if a pandas Series has one value per label, in another order."""
    # (A list has a method of that name.)
    index: Any = getattr(values, "index", None)
    if label_names is None or not hasattr(index, "tolist"):
        return
    found, names = (list(map(str, each)) for each in (index.tolist(), label_names))
    if found != names and sorted(found) == sorted(names):
        raise ValueError(
            f"{name} must be in the order of the labels, {listed(names)}; its index is "
            f"{listed(found)}. Put it in order: {name}.loc[[*label_names]]."
        )


def merged_names(one: list[Any] | None, other: list[Any] | None) -> list[Any] | None:
    """The names of two parts of the data: equal, or those of one alone."""
    if one is None or other is None or list(one) == list(other):
        return other if one is None else one
    pairs = enumerate(zip(one, other, strict=False))
    differ = [f"{at}: {a!r} and {b!r}" for at, (a, b) in pairs if a != b]
    remedy = (
        "They are the same labels in another order: put the columns in one order."
        if sorted(one) == sorted(other)
        else "Name the same labels alike, or count each apart."
    )
    more = f" and {len(differ) - 5} more" if len(differ) > 5 else ""
    raise ValueError(
        "Parts add up where their label_names are the same, in the same order; these "
        f"differ at label {', '.join(differ[:5])}{more}. {remedy}"
    )


def label_index(key: Any, names: Sequence[Any] | None) -> Any:
    """The index that picks labels out of an array: names, as positions."""
    # Of arrays, and of the index of a data frame.
    key = key.tolist() if hasattr(key, "tolist") else key
    if isinstance(key, str):
        return _position(key, names)
    if key is None or isinstance(key, bool):
        raise KeyError(f"{key!r} is no label: a name, a position, or several in a list")
    if isinstance(key, (list, tuple)) and any(isinstance(name, str) for name in key):
        return [label_index(name, names) for name in key]
    return list(key) if isinstance(key, tuple) else key


def names_at(names: Sequence[Any] | None, index: Any) -> LabelNames | None:
    """The names of the picked labels; None for a single label."""
    if names is None:
        return None
    picked = np.array(names, object)[index]
    is_array = isinstance(picked, np.ndarray)
    return LabelNames(picked.tolist(), library_of(names)) if is_array else None


def _position(name: Any, names: Sequence[Any] | None) -> int:
    if names is None or name not in names:
        raise unknown_label(name, names)
    return names.index(name)


def unknown_label(name: Any, names: Sequence[Any] | None) -> KeyError:
    """The error for an unknown label, with similar names."""
    if names is None:
        return KeyError(
            f"{name!r}: these labels have no names, only positions. Give them names "
            "with label_names=."
        )
    close = get_close_matches(str(name), [str(known) for known in names])
    rest = f"did you mean {listed(close)}?" if close else f"there are {listed(names)}."
    return KeyError(f"No label is named {name!r}; {rest}")


def shorten(name: str, most: int = 26) -> str:
    """A long name without its middle: labels often differ at either end."""
    if len(name) <= most:
        return name
    return f"{name[: most // 2]}…{name[len(name) - most // 2 + 1 :]}"


def readable(name: Any) -> str:
    """On one line, with characters that cannot be printed written as escapes."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(name))
