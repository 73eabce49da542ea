"""Samples and options -> a dataset, or two if they are split."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from keras_multilabel.images.buckets import choose_shapes
from keras_multilabel.images.cache import PictureCache
from keras_multilabel.images.epochs import Epochs
from keras_multilabel.images.fitting import Size
from keras_multilabel.images.masks import PaddingMasks
from keras_multilabel.images.pictures import Pictures
from keras_multilabel.images.table import Samples
from keras_multilabel.images.targets import Targets
from keras_multilabel.model_selection.split import multilabel_train_test_split
from keras_multilabel.utils.image_headers import check_headers


class Options(NamedTuple):
    """The options that both parts of a split share."""

    make: Callable[..., Any]
    look: Callable[..., Pictures]
    dtype: str
    batch_size: int
    seed: int
    size: Size
    # "memory", a folder, or None.
    cache: str | Path | None
    has_mask: bool


def make_dataset(
    samples: Samples,
    options: Options,
    buckets: tuple[int, int] | None,
    shuffle: bool,
    augment: Any,
) -> Any:
    """Return the dataset, with its attributes."""
    shapes, assigned, padding = [options.size], None, None
    if buckets is not None or options.has_mask:
        headers = check_headers(samples.paths)
    if buckets is not None:
        n_shapes, multiple = buckets
        area = options.size[0] * options.size[1]
        chosen = choose_shapes(
            headers.sizes, n_shapes=n_shapes, multiple=multiple, area=area
        )
        shapes, assigned, padding = chosen.shapes, chosen.assigned, chosen.padding
    epochs = Epochs(
        len(samples.paths), options.batch_size, shuffle, options.seed, assigned
    )
    pictures = options.look(samples.paths, shapes=shapes)
    masks = None
    if options.has_mask:
        are_jpegs = np.array([name in ("JPEG", "MPO") for name in headers.formats])
        masks = PaddingMasks(headers.sizes, are_jpegs, pictures.resize)
    targets = Targets(samples.labels, samples.weights, masks)
    cache = None
    if options.cache is not None:
        folder = None if options.cache == "memory" else Path(options.cache)
        cache = PictureCache(pictures, folder)
    dataset = options.make(pictures, targets, epochs, options.dtype, augment, cache)
    dataset.class_names = samples.class_names
    dataset.steps = epochs.steps
    dataset.dropped = samples.dropped
    dataset.shapes, dataset.padding = shapes, padding
    return dataset


def split_samples(samples: Samples, share: float, seed: int) -> list[Samples]:
    """Two parts in which each label is equally frequent."""
    places = np.arange(len(samples.paths))
    parts = multilabel_train_test_split(
        places, stratify=samples.labels, test_size=share, random_state=seed
    )
    return [samples.take(part) for part in parts]
