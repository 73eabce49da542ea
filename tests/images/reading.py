"""Small tables of images, and their batches as NumPy arrays."""

import importlib.util

import numpy as np
import pandas as pd

import keras_multilabel as kml

# The format of the test, set by the fixture each_format.
FORMAT = None
# What is raised for an image that cannot be read.
UNREADABLE: tuple[type[Exception], ...] = (ValueError,)
if importlib.util.find_spec("tensorflow"):
    import tensorflow as tf

    UNREADABLE = (ValueError, tf.errors.InvalidArgumentError)


def read(df, directory=None, **options):
    options = {"image_size": (4, 4), "batch_size": 4, "shuffle": False, **options}
    options = {"format": FORMAT, **options}
    return kml.image_dataset_from_dataframe(df, directory=directory, **options)


def batches(dataset):
    """The batches of one pass, as NumPy arrays; then comes the next epoch."""
    found = [tuple(np.asarray(part) for part in batch) for batch in dataset]
    if hasattr(dataset, "on_epoch_end"):
        dataset.on_epoch_end()
    return found


def numbers(dataset):
    """Return the number of each image, as its colour tells it."""
    reds = [batch[0][:, 0, 0, 0] for batch in batches(dataset)]
    return (np.concatenate(reds) / 10).round().astype(int).tolist()


def ten_rows(frame=pd.DataFrame):
    """Image n has the label "odd" or none, and "large" from 5 on."""
    labels = [["odd"] * (n % 2) + ["large"] * (n >= 5) for n in range(10)]
    return frame({"filename": [f"{n}.png" for n in range(10)], "labels": labels})


def read_one(path, size=(5, 7), **options):
    """The pixels of one image."""
    df = pd.DataFrame({"filename": [path.name], "labels": [["cat"]]})
    ((images, _),) = batches(read(df, path.parent, image_size=size, **options))
    return images[0]
