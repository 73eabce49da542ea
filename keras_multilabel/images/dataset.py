"""A table of file names and labels -> batches of images and multi-hot labels."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Hashable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from keras_multilabel.images.assembly import Options, make_dataset, split_samples
from keras_multilabel.images.fitting import Size, check_resize, check_size
from keras_multilabel.images.pictures import Pictures
from keras_multilabel.images.table import (
    Columns,
    Policies,
    drop_unreadable,
    read_table,
)
from keras_multilabel.utils.arguments import check_word
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.options import (
    ColorMode,
    DatasetFormat,
    Interpolation,
    OnUnseenLabel,
    PixelType,
    Policy,
    Resize,
)


def image_dataset_from_dataframe(
    df: Any,
    *,
    filename_col: str = "filename",
    labels_col: str | None = "labels",
    unknown_col: str | None = None,
    sample_weight_col: str | None = None,
    directory: str | os.PathLike[str] | None = None,
    classes: Iterable[Hashable] | None = None,
    sep: str | None = None,
    on_missing_file: Policy = "error",
    on_unreadable: Policy = "error",
    on_unseen_label: OnUnseenLabel = "error",
    image_size: Size = (224, 224),
    resize: Resize = "stretch",
    interpolation: Interpolation = "area",
    color_mode: ColorMode = "rgb",
    dtype: PixelType = "float32",
    n_shapes: int = 4,
    shape_multiple: int = 32,
    mask: bool = False,
    batch_size: int = 32,
    shuffle: bool = True,
    seed: int | None = None,
    cache: str | os.PathLike[str] | None = None,
    augment: Any = None,
    validation_split: float | None = None,
    format: DatasetFormat | None = None,  # noqa: A002
) -> Any:
    """Read the images and labels listed in a table, as a dataset for ``fit``.

    The table is checked here, before any training: missing files, files listed twice
    and missing labels raise. An image with an empty list of labels is kept: "no label"
    is data.

    Images are rotated as their EXIF data says. Palette, CMYK and 16-bit images become
    8-bit RGB; transparency is dropped; of animations the first frame is read.

    Args:
        df: A pandas or polars DataFrame or a pyarrow Table, one row per image.
        filename_col: Column of paths, absolute or relative to ``directory``.
        labels_col: Column of lists of labels (or tuples, sets, arrays), or of strings
            with ``sep``. None, for images to predict: all labels are unknown, -1, and
            ``classes`` says which they are.
        unknown_col: Column of lists of labels whose truth is unknown: they become -1.
            Default: all are known.
        sample_weight_col: Column of numbers, the third part of each batch. Default:
            batches have two parts.
        directory: The folder that relative paths start from. Default: the one named by
            the table, ``df.attrs["directory"]``, as in tables of `read_voc` and their
            parts (``df[mask]``, ``df.iloc[rows]``, ``df.sample``,
            `multilabel_train_test_split`); without one, the current folder.
        classes: The labels in the order of the columns. Default: all, sorted, including
            those of dropped rows. For validation data pass those of the training data.
        sep: What separates the labels if they are strings, as in `encode_labels`.
        on_missing_file: ``"error"``, or ``"drop"`` to leave out rows without a file:
            ``.dropped`` lists them.
        on_unreadable: ``"error"`` raises when a damaged image is reached. ``"drop"``
            decodes every image once, here, and leaves out rows whose image cannot be
            read. That takes about as long as an epoch.
        on_unseen_label: What to do with labels outside ``classes``: ``"error"``;
            ``"drop"`` leaves out rows that have one; ``"ignore"`` keeps the rows
            without these labels, and warns how many there were.
        image_size: ``(height, width)`` in pixels of the returned images.
        resize: How images get this size. ``"stretch"`` ignores the aspect ratio;
            ``"crop"`` keeps it and cuts off what does not fit; ``"pad"`` keeps it and
            the whole picture, with black bars. ``"bucket"`` pads too, but hardly: each
            picture goes to one of ``n_shapes`` shapes with the area of ``image_size``,
            chosen for the least padding, and each batch has one shape. The model must
            accept any size: ``keras.Input((None, None, 3))`` and global pooling.
        interpolation: ``"area"``, the mean of the pixels that a new one covers;
            ``"bilinear"``, between the four nearest ones, which is the fastest, but
            jagged; ``"antialias"``, bilinear after smoothing, as in Pillow. Pictures
            that are enlarged are always interpolated linearly.
        color_mode: ``"rgb"`` for three channels, ``"grayscale"`` for one.
        dtype: ``"float32"``, or ``"uint8"``, a quarter of the memory, for models that
            rescale. Both lie in [0, 255].
        n_shapes: For ``"bucket"``: maximum number of shapes. Each costs a compilation.
        shape_multiple: For ``"bucket"``: all sides are multiples of this.
        mask: For ``"pad"`` and ``"bucket"``: whether batches hold ``(images, mask)``
            instead of images: float32 of shape (batch, height, width, 1), 1 on the
            picture and 0 on its bars. Not with ``augment``, which would move only the
            pictures.
        batch_size: Images per batch; the last batch may be smaller.
        shuffle: Whether to shuffle the rows, anew in each epoch. False: in the order of
            the table (with ``"bucket"``: of the shapes).
        seed: Seed of the shuffling: the same order on each backend and in each format.
            Default: drawn from NumPy's global generator, which
            ``keras.utils.set_random_seed`` also seeds.
        cache: ``"memory"`` or a folder to keep decoded pictures in, as uint8 of the
            final size, height x width x channels bytes each: later epochs decode
            nothing. A folder also serves later runs with the same files and options
            (else it raises), and one process at a time. Default: none.
        augment: A Keras layer or a list of layers, called on batches of float32 images
            in training mode. ``MixUp`` and ``CutMix`` mix labels and sample weights
            too; a label that is unknown in one of two mixed images is unknown.
        validation_split: A share, such as 0.2: then two datasets are returned,
            ``(train, val)``. Each label is equally frequent in both, as with
            `multilabel_train_test_split` and ``seed``; the second is neither shuffled
            nor augmented. Default: one dataset.
        format: ``"tf"`` returns a ``tf.data.Dataset``, which decodes in TensorFlow and
            feeds every backend; ``"pydataset"`` a ``keras.utils.PyDataset``, which only
            needs Pillow. Default: ``"tf"`` if TensorFlow is installed.

    Returns:
        A dataset of ``(images, labels)``, or ``(images, labels, sample_weight)``:
        images in [0, 255] of shape (batch, height, width, channels), float32 0 / 1, or
        -1 for unknown, of shape (batch, n_labels), and float32 of shape (batch,). Its
        attributes: ``class_names``, the labels in the order of the columns, which
        `MultiLabelMetrics` reads; ``steps``, the batches of an epoch; ``dropped``, a
        table like ``df`` of row, file and reason; ``shapes``, (height, width) of the
        batches; ``padding``, the share of padding pixels (``"bucket"``). As with
        Keras's own image datasets, ``map``, ``batch``, ``prefetch`` and the like return
        datasets without these attributes: save the names first, ``classes =
        dataset.class_names``, and pass ``label_names=classes``. An image that cannot be
        read, or has more pixels to decode than ``PIL.Image.MAX_IMAGE_PIXELS``, raises
        an error that names it when it is reached.

    Raises:
        TypeError: If ``df`` is not a DataFrame, or a row of labels is missing or not a
            list, or weights are not numbers.
        ValueError: If ``df`` is empty, lacks a column, lists a file twice (``"a.jpg"``
            and ``"./a.jpg"`` are one) or has labels outside ``classes``, if a weight is
            NaN or below 0, if all rows are dropped, if ``labels_col`` is None and
            ``classes`` too, or if an option is out of range.
        FileNotFoundError: If images are missing.
        ImportError: If Pillow, or for ``format="tf"`` TensorFlow, is not installed.

    Example:
        >>> import tempfile
        >>> import keras_multilabel as kml
        >>> root = kml.datasets.digit_scenes(tempfile.mkdtemp(), n_scenes=40)
        >>> table = kml.read_voc(root)
        >>> dataset = kml.image_dataset_from_dataframe(table, image_size=(64, 64))
        >>> images, labels = next(iter(dataset))
        >>> tuple(images.shape)
        (32, 64, 64, 3)
        >>> labels.shape[1] == len(dataset.class_names)
        True
        >>> dataset.steps
        2
    """
    make = _maker(format)
    _check_validation_split(validation_split)
    size = check_size(image_size)
    check_resize(resize, interpolation)
    check_word("color_mode", color_mode, ColorMode)
    check_word("dtype", dtype, PixelType)
    _check_batch_size(batch_size)
    samples = read_table(
        df,
        Columns(filename_col, labels_col, unknown_col, sample_weight_col, sep),
        _check_policies(on_missing_file, on_unreadable, on_unseen_label),
        directory=directory,
        classes=classes,
    )
    look = partial(
        Pictures, resize=resize, interpolation=interpolation, color_mode=color_mode
    )
    if on_unreadable == "drop":
        check = look(samples.paths, shapes=[size]).check
        samples = drop_unreadable(samples, check)
    options = Options(
        *(make, look, dtype, int(batch_size), _check_seed(seed), size),
        cache=_check_cache(cache),
        has_mask=_check_mask(mask, resize, augment),
    )
    buckets = (n_shapes, shape_multiple) if resize == "bucket" else None
    augmentation = _check_augment(augment)
    if validation_split is None:
        return make_dataset(samples, options, buckets, shuffle, augmentation)
    train, val = split_samples(samples, validation_split, options.seed)
    return (
        make_dataset(train, _part(options, "train"), buckets, shuffle, augmentation),
        make_dataset(val, _part(options, "val"), buckets, False, None),
    )


def _part(options: Options, name: str) -> Options:
    """The options of one of two parts, whose caches are separate."""
    if options.cache in (None, "memory"):
        return options
    return options._replace(cache=Path(str(options.cache), name))


def _check_cache(cache: str | os.PathLike[str] | None) -> str | Path | None:
    if cache is None or cache == "memory":
        return cache
    if not isinstance(cache, (str, os.PathLike)) or not os.fspath(cache):
        raise TypeError(f'cache must be "memory", a folder or None; got {cache!r}.')
    return Path(cache)


def _check_mask(mask: bool, resize: str, augment: Any) -> bool:
    if mask and resize not in ("pad", "bucket"):
        raise ValueError(
            'mask=True needs resize="pad" or "bucket", whose pictures have bars; got '
            f"{resize!r}."
        )
    if mask and augment is not None:
        raise ValueError(
            "mask=True and augment do not go together: layers would move the pictures, "
            "not their masks. Augment in the model, where it has both."
        )
    return bool(mask)


def _check_augment(augment: Any) -> Any:
    if augment is None:
        return None
    from keras_multilabel.images.augment import check_augment

    return check_augment(augment)


def _check_validation_split(share: float | None) -> None:
    if share is not None and not (isinstance(share, float) and 0 < share < 1):
        raise ValueError(
            f"validation_split must be a share between 0 and 1; got {share!r}."
        )


def _maker(format: str | None) -> Any:  # noqa: A002
    """The factory of a format's datasets; the default depends on what is installed."""
    if format is None:
        format = "tf" if importlib.util.find_spec("tensorflow") else "pydataset"  # noqa: A001
    check_word("format", format, DatasetFormat)
    extra = "images,tensorflow" if format == "tf" else "images"
    require("PIL", extra=extra)
    if format == "tf":
        require("tensorflow", extra=extra)
        from keras_multilabel.images.tf_dataset import tf_dataset

        return tf_dataset
    from keras_multilabel.images.py_dataset import ImagePyDataset

    return ImagePyDataset


def _check_policies(missing: str, unreadable: str, unseen: str) -> Policies:
    check_word("on_missing_file", missing, Policy)
    check_word("on_unreadable", unreadable, Policy)
    check_word("on_unseen_label", unseen, OnUnseenLabel)
    return Policies(missing, unreadable, unseen)


def _check_seed(seed: int | None) -> int:
    if seed is None:  # follows keras.utils.set_random_seed
        return int(np.random.randint(2**31))  # noqa: NPY002
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be an integer, not below 0; got {seed!r}.")
    return int(seed)


def _check_batch_size(batch_size: int) -> None:
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer; got {batch_size!r}.")
