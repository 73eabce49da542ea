"""The end of a network: its last activation and Dense layer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras

from keras_multilabel.inference.calling import takes_training
from keras_multilabel.utils.keras_internals import operation_activation


@dataclass(frozen=True)
class Head:
    """The end of a network.

    Attributes:
        activation: ``"sigmoid"``, ``"softmax"``, ``"linear"``, or None if unknown.
        dense: The last Dense layer, if only an activation follows it.
    """

    activation: str | None = None
    dense: Any = None


def read_head(model: keras.Model, x: Any, position: int) -> Head:
    """How the output at ``position`` of the flat list of outputs is made."""
    operations = list(_backwards(*_as_functional(model, x, position)))
    while len(operations) > 1 and _is_linear_activation(operations[0]):
        operations.pop(0)
    if not operations:
        return Head()
    last, before = operations[0], operations[1] if len(operations) > 1 else None
    activation = _activation(last)
    if isinstance(last, keras.layers.Dense):
        return Head(activation, last)
    if activation == "linear":
        return Head()
    is_fed_by_dense = isinstance(before, keras.layers.Dense)
    has_dense = is_fed_by_dense and _activation(before) == "linear"
    return Head(activation, before if has_dense and activation else None)


def _as_functional(model: keras.Model, x: Any, position: int) -> tuple[Any, int]:
    """The model as a graph of operations, and the output's place; None if none."""
    if isinstance(model, keras.Sequential) or hasattr(model, "operations"):
        return model, position

    def as_input(array: Any) -> Any:
        dtype = keras.backend.standardize_dtype(array.dtype)
        return keras.Input(array.shape[1:], dtype=dtype)

    # If the call fails on symbolic tensors, whatever it raises, nothing is known.
    try:
        inputs = keras.tree.map_structure(as_input, x)
        options = {"training": False} if takes_training(model.call) else {}
        outputs = model.call(inputs, **options)
        chosen = keras.tree.flatten(outputs)[position]
        return keras.Model(inputs, chosen), 0
    except Exception:
        return None, 0


def _backwards(model: Any, position: int) -> Iterator[Any]:
    """The operations from an output back to the first that has several inputs."""
    if model is None:
        return
    if isinstance(model, keras.Sequential):
        for layer in reversed(model.layers):
            yield from _unnested(layer)
        return
    tensor = model.outputs[position]
    while operation := _producer(model.operations, tensor):
        yield from _unnested(operation)
        tensor = operation.input


def _unnested(operation: Any) -> Iterator[Any]:
    if isinstance(operation, keras.Sequential) or hasattr(operation, "operations"):
        yield from _backwards(operation, 0)
    else:
        yield operation


def _producer(operations: Iterable[Any], tensor: Any) -> Any:
    for operation in operations:
        try:
            if operation.output is tensor:
                return operation
        except AttributeError:  # It is used several times.
            continue
    return None


def _is_linear_activation(operation: Any) -> bool:
    # Keras adds it under mixed precision to restore the dtype.
    is_activation = isinstance(operation, keras.layers.Activation)
    return is_activation and _activation(operation) == "linear"


def _activation(operation: Any) -> str | None:
    if isinstance(operation, keras.layers.Softmax):
        return "softmax"
    known = {
        keras.activations.sigmoid: "sigmoid",
        keras.activations.softmax: "softmax",
        keras.activations.linear: "linear",
    }
    if hasattr(operation, "activation"):
        return known.get(operation.activation)
    return operation_activation(operation)
