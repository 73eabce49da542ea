"""Statistics of a table's images, before training: sizes, formats, memory."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_multilabel.images.files import paths_of
from keras_multilabel.images.fitting import Size, check_size
from keras_multilabel.images.table import check_frame
from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.image_headers import Headers, read_headers
from keras_multilabel.utils.label_names import LabelNames, library_of
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.tables import Table, Tabular, counted

QUANTILES = {"min": 0.0, "5 %": 0.05, "median": 0.5, "95 %": 0.95, "max": 1.0}


@dataclass(frozen=True, eq=False, repr=False)
class ImageSummary(Tabular):
    """Sizes and formats of images, and the memory that a batch of them needs.

    It prints as a table of quantiles; ``to_frame()`` returns it as a data frame. The
    arrays describe the images that can be read, in the order of the table.

    Attributes:
        filenames: Their names in the table.
        width: In pixels, after the rotation in EXIF, shape (n_readable,).
        height: Likewise.
        formats: How many images each format has, the most frequent first.
        unreadable: Why files cannot be read, by their names in the table.
        image_size: ``(height, width)`` of the images in a batch.
        batch_size: Images per batch.

    Example:
        >>> import tempfile
        >>> import keras_multilabel as kml
        >>> root = kml.datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=40)
        >>> table = kml.read_voc(root)
        >>> summary = kml.describe_images(table)
        >>> summary.formats, len(summary.width)
        ({'JPEG': 40}, 40)
    """

    filenames: list[Any]
    width: Array
    height: Array
    formats: dict[str, int]
    unreadable: dict[Any, str]
    image_size: Size
    batch_size: int

    @property
    def aspect_ratio(self) -> Array:
        """Width over height, shape (n_readable,)."""
        return np.asarray(self.width / self.height)

    @property
    def pixels(self) -> Array:
        """Width times height, shape (n_readable,)."""
        return self.width * self.height

    @property
    def batch_bytes(self) -> int:
        """The memory of a batch of float32 RGB, in bytes."""
        height, width = self.image_size
        return self.batch_size * height * width * 3 * 4

    @property
    def smallest(self) -> Any:
        """The name of the image with the fewest pixels."""
        return self.filenames[int(self.pixels.argmin())]

    @property
    def largest(self) -> Any:
        """The name of the image with the most pixels."""
        return self.filenames[int(self.pixels.argmax())]

    def pixel_histogram(self, bins: int = 20) -> tuple[Array, Array]:
        """How many images there are by their number of pixels.

        Args:
            bins: Number of bins of equal width.

        Returns:
            ``(counts, edges)``, as of ``numpy.histogram``: shapes (bins,), (bins + 1,).
        """
        return np.histogram(self.pixels, bins)

    def _table(self) -> Table:
        measures = {
            "width": self.width,
            "height": self.height,
            "aspect ratio": self.aspect_ratio,
            "pixels": self.pixels,
        }
        columns = {
            name: np.array([np.quantile(each, at) for each in measures.values()])
            for name, at in QUANTILES.items()
        }
        names = LabelNames(measures, library_of(self.filenames))
        return Table("\n".join(self._facts()), names, columns, "measure")

    def _facts(self) -> list[str]:
        n, (height, width) = len(self.filenames), self.image_size
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.formats.items())
        facts = [
            f"ImageSummary of {counted(n, 'image')}: {kinds}",
            f"A batch of {self.batch_size} at {height} x {width} (height x width) "
            f"needs {self.batch_bytes / 2**20:,.1f} MiB as float32.",
        ]
        for word, name in (("Smallest", self.smallest), ("Largest", self.largest)):
            at = self.filenames.index(name)
            facts.append(
                f"{word}: {name!r}, {self.height[at]} x {self.width[at]} pixels."
            )
        if self.unreadable:
            files = [f"{name} ({why})" for name, why in self.unreadable.items()]
            facts.append(f"Cannot be read, {len(files):,}: {listed(files)}.")
        return facts


def describe_images(
    table: Any,
    image_size: Size | None = None,
    batch_size: int = 32,
    *,
    directory: str | os.PathLike[str] | None = None,
    filename_col: str = "filename",
) -> ImageSummary:
    """Read sizes and formats of the images of a table, without decoding them.

    The sizes are those of the files: size columns, which come from annotations, may be
    wrong, and ignore rotations.

    Args:
        table: A pandas or polars DataFrame, or a pyarrow Table, one row per image.
        image_size: ``(height, width)`` of the images in a batch. Default: the largest
            height and width, to which all would have to be padded.
        batch_size: Images per batch.
        directory: The folder that relative paths start from, as in
            `image_dataset_from_dataframe`.
        filename_col: Column of paths, absolute or relative to ``directory``.

    Returns:
        `ImageSummary`. Files that are missing or cannot be read are named in its
        ``unreadable``.

    Raises:
        TypeError: If ``table`` is not a data frame.
        ValueError: If it is empty, lacks the column, a row does not name a file, no
            file can be read, or an option is out of range.
        ImportError: If Pillow is not installed.

    Example:
        >>> import tempfile
        >>> import keras_multilabel as kml
        >>> root = kml.datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=40)
        >>> table = kml.read_voc(root)
        >>> summary = kml.describe_images(table, image_size=(64, 64))
        >>> summary.batch_bytes
        1572864
        >>> counts, edges = summary.pixel_histogram(bins=5)
        >>> int(counts.sum())
        40
    """
    require("PIL", extra="images")
    size = None if image_size is None else check_size(image_size)
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer; got {batch_size!r}.")
    names = check_frame(table, "table", [filename_col])[filename_col].to_list()
    own = getattr(table, "attrs", {}).get("directory")
    paths = paths_of(names, own if directory is None else directory)
    headers = read_headers(paths)
    readable = [row for row in range(len(paths)) if row not in headers.reasons]
    if not readable:
        raise _none_readable(paths, headers)
    width, height = headers.sizes[readable].T
    formats = Counter(str(headers.formats[row]) for row in readable)
    return ImageSummary(
        LabelNames((names[row] for row in readable), library_of(table)),
        width,
        height,
        dict(formats.most_common()),
        {names[row]: reason for row, reason in headers.reasons.items()},
        (int(height.max()), int(width.max())) if size is None else size,
        int(batch_size),
    )


def _none_readable(paths: list[str], headers: Headers) -> ValueError:
    files = [f"{path} ({headers.reasons[row]})" for row, path in enumerate(paths)]
    return ValueError(
        f"None of the {len(paths)} images can be read: {listed(files)}. Pass "
        "directory=, the folder that file names start from, if it is another."
    )
