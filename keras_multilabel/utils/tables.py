"""One table for all results: as text, as HTML in notebooks, and as a data frame."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from unicodedata import east_asian_width

import numpy as np

from keras_multilabel.utils.label_names import (
    LIBRARIES,
    library_of,
    readable,
    shorten,
)
from keras_multilabel.utils.matrices import Array
from keras_multilabel.utils.optional import require

# Up to this many rows are all shown (the labels of VOC); else the first and last few.
MOST_ROWS = 20
ENDS = 8
# Longer names lose their middle.
WIDEST = 40


@dataclass(frozen=True, eq=False)
class Table:
    """A row per label (or sample), and facts about all of them.

    Attributes:
        title: The first line, or lines; all there is without columns.
        names: Names of the rows.
        columns: Numbers, or cells as text, one per row, by the name of the column.
        index: The name of the index: what a row is.
    """

    title: str
    names: Sequence[Any] = ()
    columns: Mapping[str, Array | Sequence[str]] | None = None
    index: str = "label"

    def text(self) -> str:
        """Aligned lines; of many rows the first and last."""
        if not self.columns or not len(self.names):
            return self.title
        lines = list(self._lines())
        widths = [max(map(text_width, column)) for column in zip(*lines, strict=True)]
        text = [
            "  ".join(
                [_padded(line[0], widths[0]), *map(str.rjust, line[1:], widths[1:])]
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *text])

    def html(self) -> str:
        """The same as HTML; names are text, never tags."""
        lines = escape(self.title).splitlines()
        title = f"<div>{'<br>'.join(lines)}</div>"
        if not self.columns or not len(self.names):
            return title
        head, *rows = self._lines()
        # The class that notebooks and documentation use for data frames.
        parts = [title, '<table border="1" class="dataframe">']
        parts += [f"<thead>{html_row(head, 'th')}</thead>", "<tbody>"]
        parts += [html_row(row, "td") for row in rows]
        return "\n".join([*parts, "</tbody></table>"])

    def frame(self) -> Any:
        """All rows as a data frame: from polars if the names came with one."""
        if self.columns is None:
            raise ValueError(f"A data frame needs a row per label; got {self.title}.")
        import narwhals.stable.v2 as nw

        library = library_of(self.names) or LIBRARIES[0]
        pandas = require("pandas", extra="images") if library == "pandas" else None
        columns: dict[str, Any] = {self.index: list(self.names)}
        columns |= self.columns
        if pandas is not None:
            return pandas.DataFrame(columns).set_index(self.index)
        return nw.from_dict(columns, backend=library).to_native()

    def _lines(self) -> Iterator[list[str]]:
        """The header and the rows, as cells."""
        columns = self.columns or {}
        yield ["", *columns]
        for row in shown_rows(len(self.names)):
            if row is None:
                n_hidden = len(self.names) - 2 * ENDS
                yield [f"... {n_hidden:,} more", *[""] * len(columns)]
            else:
                values = (_number(column[row]) for column in columns.values())
                yield [cell_name(self.names[row]), *values]


class Tabular(ABC):
    """A result that prints as a table. Private: subclasses define its `Table`."""

    @abstractmethod
    def _table(self) -> Table: ...

    def to_frame(self) -> Any:
        """All of the table as a data frame, one row per label.

        Returns:
            A pandas data frame with the names as its index; or a polars one, with the
            column ``label``, if the names or the data came from polars.

        Raises:
            ImportError: If pandas is not installed.
        """
        return self._table().frame()

    def __repr__(self) -> str:
        return self._table().text()

    def _repr_html_(self) -> str:
        """The table shown in a notebook."""
        return self._table().html()


def counted(n: int, noun: str) -> str:
    """Such as "1 label" and "1,200 labels"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def shown_rows(n_rows: int) -> Iterator[int | None]:
    """Positions of the rows to show; None for rows left out."""
    if n_rows <= MOST_ROWS:
        yield from range(n_rows)
        return
    yield from range(ENDS)
    yield None
    yield from range(n_rows - ENDS, n_rows)


def _number(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    plain = value == 0 or 1e-4 <= abs(value) < 1e9
    return f"{value:,.4f}" if plain else f"{value:.3e}"


def cell_name(name: Any) -> str:
    """A name on one line, cut to the width of a table."""
    return shorten(readable(name), WIDEST)


def text_width(text: str) -> int:
    """Width in terminal columns: Chinese and Japanese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))


def html_row(cells: list[str], kind: str) -> str:
    """A row of a table; names are text, never tags."""
    head, *rest = map(escape, cells)
    values = "".join(
        f'<{kind} style="text-align: right">{cell}</{kind}>' for cell in rest
    )
    return f'<tr><th style="text-align: left">{head}</th>{values}</tr>'
