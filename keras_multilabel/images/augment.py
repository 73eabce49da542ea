"""Keras's augmentation layers on batches of images, and on labels that they mix."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

# Keras has CutMix since 3.9.
MIXING = tuple(
    getattr(keras.layers, name)
    for name in ("MixUp", "CutMix")
    if hasattr(keras.layers, name)
)


class Augmentation:
    """Layers in sequence, on float32 images; those that mix images also mix targets.

    Layers get no integers: several of Keras's fail on them, or on integer labels. An
    unknown label mixed with another is unknown: -1 is not a number to average.
    """

    def __init__(self, layers: Sequence[Callable[..., Any]]):
        self.layers = layers

    def __call__(self, ops: Any, images: Any, labels: Any, *weights: Any) -> Any:
        """Return the batch augmented; ``ops`` is TensorFlow or NumPy."""
        for layer in self.layers:
            if isinstance(layer, MIXING):
                images, labels, *weights = _mix(ops, layer, images, labels, *weights)
            else:
                images = _plain(ops, layer(images, training=True))
        return (images, labels, *weights)


def check_augment(augment: Any) -> Augmentation | None:
    """Return the layers of ``augment=``, one or several, as one function."""
    if augment is None:
        return None
    layers = list(augment) if isinstance(augment, (list, tuple)) else [augment]
    for layer in layers:
        if not isinstance(layer, keras.layers.Layer):
            raise TypeError(
                "augment must be a Keras layer or a list of them; got "
                f"{layer!r}. A function becomes one with keras.layers.Lambda."
            )
    return Augmentation(layers) if layers else None


def _mix(ops: Any, layer: Any, images: Any, labels: Any, *weights: Any) -> Any:
    """Mix images, labels, their unknown entries, and weights by the same shares."""
    unknown = ops.where(labels < 0, ops.ones_like(labels), ops.zeros_like(labels))
    targets = [ops.where(labels < 0, ops.zeros_like(labels), labels), unknown]
    targets += [weight[:, None] for weight in weights]
    joined = ops.concat(targets, 1)
    mixed = layer({"images": images, "labels": joined}, training=True)
    images, joined = _plain(ops, mixed["images"]), _plain(ops, mixed["labels"])
    n_labels = labels.shape[1]
    labels, unknown = joined[:, :n_labels], joined[:, n_labels : 2 * n_labels]
    labels = ops.where(unknown > 0, -ops.ones_like(labels), labels)
    return (images, labels, *([joined[:, -1]] if weights else []))


def _plain(ops: Any, values: Any) -> Any:
    """The output of a layer, as NumPy if requested."""
    return keras.ops.convert_to_numpy(values) if ops is np else values
