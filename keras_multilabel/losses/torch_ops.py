"""Parts of the losses on torch, in few passes and without booleans.

torch does not fuse operations, and on a CPU those that read or write booleans take five
times as long as those on floats alone. The gradients defined here can be differentiated
again. The tensors' own methods need no import of torch.
"""

from typing import Any

from keras import ops


def known(y_true: Any) -> Any:
    """1 where the truth is known, else 0."""
    return y_true.clone().ge_(0)


def target(y_true: Any) -> Any:
    """``y_true`` from 0 to 1, and 0 where it is unknown."""
    return y_true.nan_to_num(0.0).clamp_(0, 1)


def replace_where_not(mask: Any, values: Any, stand_in: float) -> Any:
    """``values`` with ``stand_in`` where ``mask`` is 0, with the gradient 0 there."""

    def replaced(values: Any) -> tuple[Any, Any]:
        def gradient(_: Any, upstream: Any) -> Any:
            return upstream * mask

        return ops.where(mask, values, stand_in), gradient

    return ops.custom_gradient(replaced)(values)


def clip(values: Any, low: float, high: float) -> Any:
    """``ops.clip``, with a gradient computed without booleans."""

    def clipped(values: Any) -> tuple[Any, Any]:
        return values.clamp(low, high), gradient

    def gradient(values: Any, upstream: Any) -> Any:
        values = values.detach()
        return upstream * values.clamp(low, high).eq_(values)

    return ops.custom_gradient(clipped)(values)


def interpolate(weight: Any, at_one: Any, at_zero: Any) -> Any:
    """From ``at_zero`` to ``at_one``, exact at both ends; one pass instead of four."""
    return at_zero.lerp(at_one, weight)


def crossentropy(target: Any, p: Any) -> Any:
    """Cross-entropy of each entry; ``p`` is in (0, 1).

    Keras's own takes three times as long: it uses a torch logarithm that is not
    vectorized.
    """

    def entries(p: Any) -> tuple[Any, Any]:
        # Another pass instead of a change in place: torch 2.11 would silently lose the
        # gradient when compiling.
        return -interpolate(target, p.log(), p.neg().log1p_()), gradient

    def gradient(p: Any, upstream: Any) -> Any:
        return (p - target).div_((1 - p).mul_(p)).mul_(upstream)

    return ops.custom_gradient(entries)(p)
