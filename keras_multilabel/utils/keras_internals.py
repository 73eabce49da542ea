"""Every place where this package relies on how Keras works inside, one function each.

Each says what it relies on, and has a test that fails on the day Keras changes.
Everything else in the package uses what Keras documents.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops


def metrics_inside(metric: Any) -> Iterator[Any]:
    """The metrics inside one of ``model.metrics``, itself included.

    Relies on: the metrics of ``compile(metrics=...)`` are in attributes of one of
    ``model.metrics`` until the first batch, when Keras unpacks them.
    """
    for part in keras.tree.flatten([metric, list(vars(metric).values())]):
        if isinstance(part, keras.metrics.Metric):
            yield part


class TwoTrainFunctions:
    """The function that ``fit`` calls for each step: one of two, chosen at each call.

    Relies on: ``fit`` looks ``model.train_function`` up, and calls it from Python, at
    every step; it creates one before ``on_train_begin``, and only if there is none.
    """

    def __init__(self, usual: Any, other: Any, choose_other: Callable[[], bool]):
        self.usual, self.other, self.choose_other = usual, other, choose_other

    def __call__(self, *arguments: Any) -> Any:
        """A step, or several, as Keras asks for it."""
        return (self.other if self.choose_other() else self.usual)(*arguments)


def add_train_function(model: keras.Model, choose_other: Callable[[], bool]) -> None:
    """Let ``fit`` call a second train function while ``choose_other()`` is true.

    It does the same, but is traced separately: a Python attribute that a compiled step
    has read may have another value in it. Both are kept for the next fit.

    Relies on: ``make_train_function(force=True)`` builds one around
    ``model.train_step``. JAX would reuse the trace of an equal function, such as the
    same method; hence the wrapper.
    """
    usual = model.train_function
    if isinstance(usual, TwoTrainFunctions):
        return
    step = model.train_step
    replaced = vars(model).get("train_step")
    model.train_step = lambda *arguments: step(*arguments)
    model.make_train_function(force=True)
    del model.train_step
    if replaced is not None:
        model.train_step = replaced
    model.train_function = TwoTrainFunctions(usual, model.train_function, choose_other)


def callbacks_beside(callback: keras.callbacks.Callback, kind: type) -> list[Any]:
    """The callbacks of a kind that are in the list of the same ``fit``.

    Relies on: ``fit`` gives all callbacks of its list one and the same ``params``. The
    list itself is not accessible, so all Python objects are searched.
    """
    if callback.params is None:
        return []
    return [
        thing
        for thing in gc.get_objects()
        if issubclass(type(thing), kind) and thing.params is callback.params
    ]


def unshare_weights(model: keras.Model) -> None:
    """Give a JAX model buffers of its own, before a pass that donates them.

    Relies on: on JAX ``assign`` shares the buffer, so after `SwapEMAWeights` of the
    last epoch weights and averages are one, and a pass that donates the weights would
    delete the averages.
    """
    if keras.backend.backend() == "jax":
        for variable in model.trainable_variables:
            variable.assign(keras.ops.copy(variable.value))


def predict_whole_batch(model: keras.Model, *arguments: Any) -> Any:
    """The return value of ``predict_step``, if ``call`` is given y and weights too.

    Relies on: Keras calls ``predict_step(data)``, and on JAX ``predict_step(state,
    data)`` with a state that ``stateless_call`` takes; it expects the outputs, and on
    JAX the non-trainable state after them.
    """
    if keras.backend.backend() != "jax":
        # As `evaluate` does, the model inside is the outermost layer that is called.
        return model.call(*arguments)
    state, data = arguments
    # return_losses lets the loss see what layers added with add_loss.
    outputs, non_trainable, _ = model.stateless_call(*state, data, return_losses=True)
    return outputs, non_trainable


@contextmanager
def weights_kept(predicting: keras.Model, model: keras.Model) -> Iterator[None]:
    """Give a JAX model its weights back if ``predicting.predict`` breaks off.

    Relies on: Keras's JAX trainer takes the values out of the variables while it
    predicts, and ``jax_state_sync`` puts them back. An exception in between, for
    example from a data source, would lose them.
    """
    if keras.backend.backend() != "jax":
        yield
        return
    values = [(variable, variable.value) for variable in model.variables]
    try:
        yield
    except BaseException:
        predicting.jax_state_sync()
        for variable, value in values:
            if not value.is_deleted():
                variable.assign(value)
        raise


def torch_storage(variable: Any) -> Any:
    """The torch tensor of a Keras variable, to be written in place.

    Relies on: on torch ``variable.value`` is the tensor itself, not a copy.
    """
    return variable.value


def operation_activation(operation: Any) -> str | None:
    """The activation of ``ops.sigmoid`` or ``ops.softmax`` in a Functional graph.

    Relies on: the class names of these operations, which are not public.
    """
    return {"Sigmoid": "sigmoid", "Softmax": "softmax"}.get(type(operation).__name__)


def replace_where_not(mask: Any, output: Any, stand_in: float) -> Any:
    """``output`` with ``stand_in`` outside ``mask``, and so its logits if it has any.

    Relies on: on TensorFlow the output of a sigmoid carries its logits, which
    ``binary_crossentropy`` uses instead, so that a saturated output still has a
    gradient. A new tensor would come without them.
    """
    replaced = ops.where(mask, output, stand_in)
    logits = getattr(output, "_keras_logits", None)
    if logits is not None and keras.backend.backend() == "tensorflow":
        replaced._keras_logits = ops.where(mask, logits, stand_in)
    return replaced
