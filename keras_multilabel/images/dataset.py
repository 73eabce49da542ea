"""A table of file names and labels -> batches of images and multi-hot labels."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_multilabel.images.decoding import Size, check_resize, check_size, read_image
from keras_multilabel.images.table import check_frame, check_paths
from keras_multilabel.labels.encoding import encode_labels
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.options import OnUnseen, Resize

if TYPE_CHECKING:
    import tensorflow as tf

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
    on_unseen: OnUnseen = "error",
    image_size: Size = (224, 224),
    resize: Resize = "stretch",
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
        directory: The folder that relative paths start from. Default: the one that
            the table names, ``df.attrs["directory"]``, as that of `read_voc` does and
            its parts do (``df[mask]``, ``df.iloc[rows]``, ``df.sample``,
            `multilabel_train_test_split`); without one, the current folder.
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
        the columns; `MultiLabelMetrics` reads it. As with Keras's own image datasets,
        ``map``, ``batch``, ``prefetch`` and the like make datasets without it: keep
        it first, ``classes = dataset.class_names``, and pass ``label_names=classes``.
        An image that cannot be read, or has more pixels to
        decode than ``PIL.Image.MAX_IMAGE_PIXELS``, raises an error that names it when
        its turn comes.

    Raises:
        TypeError: If ``df`` is no DataFrame, or a row of labels is missing or no
            list.
        ValueError: If ``df`` is empty, lacks a column, lists a file twice (``"a.jpg"``
            and ``"./a.jpg"`` are one) or has labels outside ``classes``, or if an
            option is out of its range.
        FileNotFoundError: If images are missing.
        ImportError: If tensorflow or Pillow is not installed.

    Example:
        >>> import tempfile
        >>> import keras_multilabel as kml
        >>> root = kml.datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=40)
        >>> table = kml.read_voc(root)
        >>> dataset = kml.image_dataset_from_dataframe(table, image_size=(64, 64))
        >>> images, labels = next(iter(dataset))
        >>> images.shape
        TensorShape([32, 64, 64, 3])
        >>> labels.shape[1] == len(dataset.class_names)
        True
    """
    tf = require("tensorflow", extra=_EXTRA)
    require("PIL", extra=_EXTRA)
    image_size = check_size(image_size)
    read = partial(read_image, fit=check_resize(resize), size=image_size)
    _check_batch_size(batch_size)
    frame = check_frame(df, [filename_col, labels_col, unknown_col])
    paths = check_paths(frame[filename_col].to_list(), directory, df)
    multi_hot, class_names = encode_labels(
        frame[labels_col].to_list(),
        classes,
        sep=sep,
        unknown=None if unknown_col is None else frame[unknown_col].to_list(),
        on_unseen=on_unseen,
    )
    # As bytes: names need not be UTF-8 on Linux.
    files = [os.fsencode(path) for path in paths]
    rows = tf.data.Dataset.from_tensor_slices((files, multi_hot))
    if shuffle:
        # The buffer holds paths, not images, so it can hold them all.
        rows = rows.shuffle(len(paths), seed=seed)
    images = _load(rows, read, image_size)
    dataset = images.batch(batch_size).prefetch(tf.data.AUTOTUNE)
    dataset.class_names = class_names
    return dataset


def _check_batch_size(batch_size: int) -> None:
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer; got {batch_size!r}.")


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
