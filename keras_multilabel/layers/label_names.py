"""Label names inside a model file: written as a layer's name, and read back."""

import re
from collections.abc import Iterator
from typing import Any

import keras

from keras_multilabel.layers.threshold_decision import ThresholdDecision

PREFIX = "label_names"
# File names may contain lone surrogates.
ERRORS = "surrogatepass"


def label_names(model: keras.Model) -> list[str]:
    """Return the names of the labels that a model predicts, in column order.

    Args:
        model: A model that `with_decisions` returned or that contains a
            `ThresholdDecision`, also after loading it, also inside another model.

    Raises:
        ValueError: If the model holds no label names, or several that differ.

    Example:
        >>> import keras
        >>> import keras_multilabel as kml
        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        >>> served = kml.with_decisions(model, [0.5, 0.6], ["cat", "red fox"])
        >>> kml.label_names(served)
        ['cat', 'red fox']
    """
    found = {tuple(names) for names in _names_inside(model)}
    if len(found) > 1:
        raise ValueError(
            f"model has {len(found)} lists of label names, which differ; call "
            "label_names on the inner model or layer with those you need. Got "
            f"{sorted(map(list, found))}."
        )
    if not found:
        name = getattr(model, "name", type(model).__name__)
        raise ValueError(
            f"model must hold label names; {name!r} has none. "
            "keras_multilabel.with_decisions(model, thresholds, label_names) makes one "
            "that does, as does a ThresholdDecision layer."
        )
    return list(found.pop())


def layer_of_names(names: list[str]) -> keras.layers.Layer:
    """A layer that changes nothing and has ``names`` in its name.

    Keras layers keep no other text. TensorFlow only allows ASCII letters, digits and
    ``_ . -`` in names: other characters become their UTF-8 bytes, ``-20``.
    """
    return keras.layers.Identity(name=".".join([PREFIX, *map(_escaped, names)]))


def _names_inside(layer: Any) -> Iterator[list[str]]:
    if isinstance(layer, ThresholdDecision):
        yield layer.label_names
    elif isinstance(layer, keras.layers.Identity):
        prefix, *names = layer.name.split(".")
        if prefix == PREFIX and names:
            yield [_unescaped(name) for name in names]
    for inner in getattr(layer, "layers", ()):
        yield from _names_inside(inner)


def _escaped(name: str) -> str:
    def escape(match: re.Match[str]) -> str:
        return "".join(f"-{byte:02x}" for byte in match[0].encode("utf-8", ERRORS))

    return re.sub("[^A-Za-z0-9_]", escape, name)


def _unescaped(text: str) -> str:
    # Every "-xx" is a byte: a "-" of the name itself is "-2d".
    def unescape(match: re.Match[bytes]) -> bytes:
        return bytes.fromhex(match[1].decode())

    plain = re.sub(rb"-([0-9a-f]{2})", unescape, text.encode("ascii"))
    return plain.decode("utf-8", ERRORS)
