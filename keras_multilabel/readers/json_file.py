"""A JSON file -> the elements of its arrays, with one in memory at a time."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from keras_multilabel.readers.text import not_utf8

# Characters read at once: some thousand annotations.
CHUNK = 2**20

_SPACE = re.compile(r"[ \t\n\r]*")


class JsonFile:
    """An object in a file, some of whose values are arrays that may be long.

    Args:
        path: The file.
        file: The same, opened as text in UTF-8.
        arrays: Keys whose values are such arrays. The object must have all of them;
            other values are checked and dropped.
    """

    def __init__(self, path: Path, file: TextIO, arrays: Sequence[str]) -> None:
        self._path = path
        self._file = file
        self._arrays = arrays
        self._decode = json.JSONDecoder(object_pairs_hook=_no_key_twice).raw_decode
        self._buffer = ""  # what is read; consumed up to the position
        self._position = 0
        self._lines_before = 0
        self._ended = False

    def elements(self) -> Iterator[tuple[str, int, Any]]:
        """Yield ``(key, index, element)`` for each element of the arrays, in order."""
        self._take("{", "a JSON object")
        seen: set[str] = set()
        more = not self._take_if("}")
        while more:
            key = self._key(seen)
            self._take(":")
            if key in self._arrays:
                yield from self._elements_of(key)
            else:
                self._value()
            more = self._goes_on("}")
        if self._next():
            self._fail("there is more after the end of the object")
        if missing := [key for key in self._arrays if key not in seen]:
            raise ValueError(
                f"{self._path} must hold a JSON object with {_quoted(self._arrays)}; "
                f"it lacks {_quoted(missing)}."
            )

    def where(self) -> str:
        """Name the file, and the line that is read."""
        lines = self._buffer.count("\n", 0, self._position)
        return f"{self._path}, line {self._lines_before + lines + 1}"

    def _key(self, seen: set[str]) -> str:
        key = self._value()
        if not isinstance(key, str):
            self._fail(f"expected a key, a string; got {key!r:.50}")
        if key in seen:
            self._fail(f"the key {key!r} is given twice")
        seen.add(key)
        return key

    def _elements_of(self, key: str) -> Iterator[tuple[str, int, Any]]:
        self._take("[", f"an array as {key!r}")
        index = 0
        more = not self._take_if("]")
        while more:
            yield key, index, self._value()
            index += 1
            more = self._goes_on("]")

    def _goes_on(self, end: str) -> bool:
        """Whether a comma follows, and not the end."""
        if self._take_if(","):
            return True
        self._take(end, f"',' or {end!r}")
        return False

    def _take(self, character: str, what: str = "") -> None:
        if not self._take_if(character):
            found = self._next()
            self._fail(
                f"expected {what or repr(character)}; got {found!r}"
                if found
                else f"the file ends where {what or repr(character)} should follow"
            )

    def _take_if(self, character: str) -> bool:
        found = self._next() == character
        self._position += found
        return found

    def _next(self) -> str:
        """Skip white space; return the character after it, "" at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._position)
            self._position = match.end() if match else self._position
            if self._position < len(self._buffer) or not self._grow():
                return self._buffer[self._position : self._position + 1]

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._decode(self._buffer, self._position)
            except json.JSONDecodeError as error:
                # The rest of it may not have been read yet.
                if self._grow():
                    continue
                self._position = max(self._position, min(error.pos, len(self._buffer)))
                self._fail(error.msg)
            except RecursionError:
                self._fail("brackets are nested too deeply")
            # For a key that is given twice, and a number with too many digits.
            except ValueError as error:
                self._fail(str(error))
            # A number at the end of the buffer may go on.
            if end < len(self._buffer) or not self._grow():
                self._position = end
                return value

    def _grow(self) -> bool:
        """Drop what is consumed and read on; False at the end of the file."""
        if self._ended:
            return False
        self._lines_before += self._buffer.count("\n", 0, self._position)
        rest = self._buffer[self._position :]
        try:
            # As much again, so that a long value is tried only a few times.
            more = self._file.read(max(CHUNK, len(rest)))
        except UnicodeDecodeError as error:
            raise not_utf8(self._path, error) from error
        self._ended = not more
        self._buffer, self._position = rest + more, 0
        return bool(more)

    def _fail(self, what: str) -> NoReturn:
        near = self._buffer[max(0, self._position - 20) : self._position + 20]
        raise ValueError(
            f"{self.where()}, is not JSON as it should be: {what}, near {near!r}. Fix "
            "the file, or load it again if it was cut off."
        ) from None


def _quoted(keys: Sequence[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make the dict of an object, where JSON would keep the last of equal keys."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is given twice in one object")
    return found
