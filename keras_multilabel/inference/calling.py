"""Calls a model in inference mode, with the arguments its methods take."""

import inspect
from collections.abc import Callable
from typing import Any

import keras


def takes_training(function: Callable[..., Any]) -> bool:
    """Whether ``function`` has an argument ``training``."""
    return "training" in inspect.signature(function).parameters


def call_inference(model: keras.Model, x: Any) -> Any:
    """The model's output for ``x`` in inference mode."""
    return model(x, training=False) if takes_training(model.call) else model(x)


def has_loss(model: keras.Model) -> bool:
    """Whether the model was compiled with a loss, or computes its own."""
    own = type(model).compute_loss is not keras.Model.compute_loss
    return own or model.loss is not None


def inference_loss(
    model: keras.Model, x: Any, y: Any, y_pred: Any, sample_weight: Any
) -> Any:
    """The loss of a batch as in ``evaluate``."""
    options = {"training": False} if takes_training(model.compute_loss) else {}
    return model.compute_loss(x, y, y_pred, sample_weight, **options)
