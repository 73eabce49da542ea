"""A table of file names and labels -> batches of images and multi-hot labels."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.utils.arguments import Array, listed
from keras_multilabel.utils.optional import require

if TYPE_CHECKING:
    import PIL.Image
    import tensorflow as tf

Size = tuple[int, int]
Resize = Callable[["PIL.Image.Image", Size], "PIL.Image.Image"]

_EXTRA = "images,tensorflow"


def image_dataset_from_dataframe(
    df: Any,
    *,
    filename_col: str = "filename",
    labels_col: str = "labels",
    unknown_col: str | None = None,
    directory: str | os.PathLike[str] | None = None,
    classes: Iterable[Hashable] | None = None,
    sep: str | None = None,
    on_unseen: str = "error",
    image_size: Size = (224, 224),
    resize: str = "stretch",
    batch_size: int = 32,
    shuffle: bool = True,
    seed: int | None = None,
) -> tf.data.Dataset:
    """Read the images and labels listed in a table as a ``tf.data.Dataset``.

    The table is checked here, before any training: missing files, files listed
    twice and missing labels raise. An image with an empty list of labels is kept:
    "no label" is data.

    Images are turned upright as their EXIF says. Gray, palette and CMYK images
    become RGB; transparency is dropped.

    Args:
        df: A pandas or polars DataFrame, one row per image.
        filename_col: Column of paths, absolute or relative to ``directory``.
        labels_col: Column of lists of labels.
        unknown_col: Column of lists of labels of which the truth is unknown: they
            become -1. Default: all are known.
        directory: The folder that relative paths start from. Default: the current
            one.
        classes: The labels in the order of the columns. Default: all, sorted.
            Pass those of the training data for validation data.
        sep: What separates the labels where they are strings, as in
            `encode_labels`.
        on_unseen: What to do with labels outside ``classes``: ``"error"`` or
            ``"ignore"``, as in `encode_labels`.
        image_size: ``(height, width)`` in pixels of the images that come out.
        resize: How they get it. ``"stretch"`` ignores the aspect ratio.
        batch_size: Images per batch; the last batch may be smaller.
        shuffle: Whether to shuffle the rows, anew in each epoch. False: in the
            order of the table.
        seed: Seed of the shuffling. Default: another order in each run.

    Returns:
        A dataset of ``(images, labels)``: float32 in [0, 255] of shape (batch,
        height, width, 3), and float32 0 / 1, or -1 for unknown, of shape (batch,
        n_labels). Its attribute ``class_names`` lists the labels in the order of
        the columns. An image that cannot be read raises an error that names it
        when its turn comes.

    Raises:
        TypeError: If ``df`` is no DataFrame, or a row of labels is missing or no
            list.
        ValueError: If ``df`` is empty, lacks a column, lists a file twice or has
            labels outside ``classes``, or if an option is out of its range.
        FileNotFoundError: If images are missing.
        ImportError: If tensorflow or Pillow is not installed.

    Example:
        >>> import tempfile
        >>> import keras_multilabel as kml
        >>> root = kml.datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=40)
        >>> dataset = kml.image_dataset_from_dataframe(
        ...     kml.read_voc(root), directory=root / "JPEGImages", image_size=(64, 64)
        ... )
        >>> images, labels = next(iter(dataset))
        >>> images.shape
        TensorShape([32, 64, 64, 3])
        >>> labels.shape[1] == len(dataset.class_names)
        True
    """
    tf = require("tensorflow", extra=_EXTRA)
    require("PIL", extra=_EXTRA)
    image_size = _check_size(image_size)
    read = partial(_read_image, fit=_check_resize(resize), size=image_size)
    _check_batch_size(batch_size)
    frame = _check_frame(df, [filename_col, labels_col, unknown_col])
    paths = _check_paths(frame[filename_col].to_list(), directory)
    multi_hot, class_names = encode_labels(
        frame[labels_col].to_list(),
        classes,
        sep=sep,
        unknown=None if unknown_col is None else frame[unknown_col].to_list(),
        on_unseen=on_unseen,
    )
    rows = tf.data.Dataset.from_tensor_slices((paths, multi_hot))
    if shuffle:
        # The buffer holds paths, not images, so it can hold them all.
        rows = rows.shuffle(len(paths), seed=seed)
    images = _load(rows, read, image_size)
    dataset = images.batch(batch_size).prefetch(tf.data.AUTOTUNE)
    dataset.class_names = class_names
    return dataset


def _check_size(image_size: Size) -> Size:
    sides = np.asarray(image_size)
    if sides.shape != (2,) or sides.dtype.kind not in "iu" or sides.min() < 1:
        raise ValueError(
            "image_size must be (height, width), two positive integers; "
            f"got {image_size!r}."
        )
    return int(sides[0]), int(sides[1])


def _check_resize(resize: str) -> Resize:
    if resize not in _RESIZE:
        raise ValueError(f"resize must be one of {listed([*_RESIZE])}; got {resize!r}.")
    return _RESIZE[resize]


def _check_batch_size(batch_size: int) -> None:
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer; got {batch_size!r}.")


def _check_frame(df: Any, columns: Iterable[str | None]) -> nw.DataFrame[Any]:
    try:
        frame = nw.from_native(df, eager_only=True)
    except TypeError as error:
        raise TypeError(
            "df must be a pandas or polars DataFrame (a LazyFrame: call .collect() "
            f"on it); got {type(df).__name__}."
        ) from error
    for column in columns:
        if column is not None and column not in frame.columns:
            raise ValueError(
                f"df must have the column {column!r}; it has {listed(frame.columns)}."
            )
    if len(frame) == 0:
        raise ValueError("df must have at least one row, an image; it is empty.")
    return frame


def _check_paths(
    names: Sequence[Any], directory: str | os.PathLike[str] | None
) -> list[str]:
    for row, name in enumerate(names):
        if not isinstance(name, (str, os.PathLike)) or not os.fspath(name):
            raise ValueError(f"Each row must name a file; row {row} has {name!r}.")
    paths = [os.fspath(os.path.join(directory or "", name)) for name in names]
    _check_no_repeats(paths)
    _check_files(paths, directory)
    return paths


def _check_no_repeats(paths: Sequence[str]) -> None:
    repeated = [path for path, count in Counter(paths).items() if count > 1]
    if repeated:
        raise ValueError(
            f"Each image must have one row; {len(repeated)} have more: "
            f"{listed(repeated)}. If df has one row per label, gather them: "
            'df.groupby("filename", as_index=False)["labels"].agg(list).'
        )


def _check_files(
    paths: Sequence[str], directory: str | os.PathLike[str] | None
) -> None:
    missing = [path for path in paths if not os.path.isfile(path)]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of {len(paths)} images are missing: {listed(missing)}. "
            f"directory= ({directory!r}) is put before each file name."
        )


def _load(
    rows: tf.data.Dataset, read: Callable[[bytes], Array], size: Size
) -> tf.data.Dataset:
    """Turn (path, labels) into (image, labels), several at a time."""
    tf = require("tensorflow", extra=_EXTRA)

    def load(path: Any, labels: Any) -> tuple[Any, Any]:
        image = tf.numpy_function(read, [path], tf.uint8, stateful=False)
        image.set_shape((*size, 3))
        return tf.cast(image, tf.float32), tf.cast(labels, tf.float32)

    return rows.map(load, num_parallel_calls=tf.data.AUTOTUNE)


def _read_image(path: str | bytes, *, fit: Resize, size: Size) -> Array:
    """Return an image file as uint8 RGB, (height, width, 3)."""
    import PIL.ImageOps

    try:
        with PIL.Image.open(os.fsdecode(path)) as image:
            # Decodes big JPEGs at 1/2, 1/4 or 1/8 of their size: several times faster,
            # and twice the size wanted is left for the resize to smooth.
            image.draft("RGB", (2 * max(size), 2 * max(size)))
            PIL.ImageOps.exif_transpose(image, in_place=True)
            return np.asarray(fit(_to_rgb(image), size))
    # Pillow raises errors of many types, and none names the file, on damaged files.
    except Exception as error:
        raise ValueError(
            f"Cannot read the image {os.fsdecode(path)} ({error}); mend or remove it."
        ) from error


def _to_rgb(image: PIL.Image.Image) -> PIL.Image.Image:
    """Return an image of any mode as RGB, without clipping pixels above 8 bits."""
    import PIL.Image

    if image.mode.startswith("I;16"):
        image = PIL.Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise ValueError("32-bit pixels have no known range; save 8-bit ones")
    # convert() would copy what is RGB already.
    return image if image.mode == "RGB" else image.convert("RGB")


def _stretch(image: PIL.Image.Image, size: Size) -> PIL.Image.Image:
    import PIL.Image

    height, width = size
    return image.resize((width, height), PIL.Image.Resampling.BILINEAR)


_RESIZE = {"stretch": _stretch}
