"""A CSV file -> its rows, one at a time, each with its line number."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from keras_multilabel.readers.table import is_text
from keras_multilabel.readers.text import not_utf8
from keras_multilabel.utils.arguments import listed


class CsvFile:
    """A file with a header, read row by row.

    Args:
        path: The file.
        file: The same, opened as text in UTF-8 with ``newline=""``.
        delimiter: What separates the cells.

    Attributes:
        columns: The names in the header.
    """

    def __init__(self, path: Path, file: TextIO, delimiter: str) -> None:
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            raise ValueError(f"delimiter must be one character; got {delimiter!r}.")
        self.path = path
        self._reader = csv.reader(file, delimiter=delimiter, strict=True)
        self.columns: Sequence[str] = next(self._cells(), [])
        if not self.columns:
            raise ValueError(f"{path} must start with a header; it is empty.")
        if twice := [name for name, n in Counter(self.columns).items() if n > 1]:
            raise ValueError(
                f"{path} must have different columns; it repeats {listed(twice)}."
            )

    def where(self) -> str:
        """Name the file, and the line where the last row ended."""
        return f"{self.path}, line {self._reader.line_num}"

    def position(self, option: str, column: str) -> int:
        """The position of a column; ``option`` is named in errors."""
        if column not in self.columns:
            raise ValueError(
                f"{option} must name columns of {self.path}; it has no {column!r}, "
                f"but {listed(self.columns, most=20)}."
            )
        return self.columns.index(column)

    def rows(self, filename_col: str) -> Iterator[tuple[str, list[str]]]:
        """Yield the file name and all cells of each row."""
        place = self.position("filename_col", filename_col)
        first_line: dict[str, int] = {}
        for cells in self._cells():
            if not cells:  # an empty line
                continue
            if len(cells) != len(self.columns):
                raise ValueError(
                    f"{self.where()}, must have {len(self.columns)} cells, as the "
                    f"header has; got {len(cells)}."
                )
            name = cells[place]
            if not name.strip() or not is_text(name):
                raise ValueError(f"{self.where()}, must name a file; got {name!r}.")
            line = self._reader.line_num
            before = first_line.setdefault(name, line)
            if before != line:
                raise ValueError(
                    f"{self.where()}, names {name!r}, which line {before} does too: "
                    "each image must have one row. Gather the labels of an image in it."
                )
            yield name, cells
        if not first_line:
            raise ValueError(f"{self.path} must have at least one row; it has none.")

    def _cells(self) -> Iterator[list[str]]:
        try:
            yield from self._reader
        except UnicodeDecodeError as error:
            raise not_utf8(self.path, error) from error
        except csv.Error as error:
            raise ValueError(
                f"{self.where()}, is not CSV ({error}): look for a quote that is not "
                "closed, or for NUL bytes."
            ) from error
