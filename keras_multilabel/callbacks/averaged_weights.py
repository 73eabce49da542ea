"""The weights that Keras evaluates where an optimizer averages them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from keras_multilabel.utils.keras_internals import callbacks_beside, unshare_weights


class AveragedWeights:
    """Puts averaged weights into the model for our own pass, as Keras would.

    An optimizer with ``use_ema=True`` keeps averages of the weights, which ``fit`` puts
    into the model at the end. `keras.callbacks.SwapEMAWeights` puts them into the model
    while Keras evaluates it; this makes the calls that Keras makes around an
    evaluation.

    Args:
        callback: A callback of the ``fit``, when training begins.
    """

    def __init__(self, callback: keras.callbacks.Callback):
        self._model = callback.model
        self._swaps: list[Any] = []
        if not _averages(callback.model.optimizer):
            return
        self._swaps = callbacks_beside(callback, keras.callbacks.SwapEMAWeights)
        if not self._swaps:
            warnings.warn(
                "The optimizer averages weights (use_ema=True), and fit ends with the "
                "averages; validation sees the weights before averaging, as Keras's "
                "own does. Add keras.callbacks.SwapEMAWeights() to validate the "
                "averages.",
                stacklevel=2,
            )

    @contextmanager
    def in_model(self, epoch: int) -> Iterator[None]:
        """Within it the model has the weights that Keras would evaluate."""
        for swap in self._swaps:
            if swap.swap_on_epoch:
                # Keras does so itself in a moment, if it has not yet.
                swap.on_epoch_end(epoch)
            else:
                swap.on_test_begin()
        if self._swaps:
            unshare_weights(self._model)
        try:
            yield
        finally:
            for swap in self._swaps:
                if not swap.swap_on_epoch:
                    swap.on_test_end()


def _averages(optimizer: Any) -> bool:
    """Whether an optimizer, or one inside it, keeps averages."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    parts = [inner, *getattr(inner, "optimizers", [])]
    return any(getattr(part, "use_ema", False) for part in parts)
