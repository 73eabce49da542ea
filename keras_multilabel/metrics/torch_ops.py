"""Parts of `keras_ops` on torch, in place: most of the time there is memory's.

Each result of its own is memory to be found, written and read once more, and torch does
not fuse them. The tensors' own methods need no import of torch.
"""

from typing import Any


def masks(y_true: Any, y_pred: Any, threshold: Any) -> list[Any]:
    """`keras_ops.masks`, float32.

    Comparisons in place take a fifth of the time of those that give booleans.
    """
    positive = y_true.clone().eq_(1)
    known = y_true.clone().eq_(0).add_(positive)
    decided = y_pred.clone().ge_(threshold).mul_(known)
    return [positive * decided, decided, positive, known]


def invalid(y_pred: Any, known: Any, most: float) -> Any:
    """How many known entries are NaN, or further from 1/2 than ``most``; int32."""
    return (y_pred - 0.5).abs_().le_(most).lt_(known).sum().int()


def places(y_score: Any, shift: int, bins: Any) -> Any:
    """`keras_ops.places`, flattened; ``bins`` has the bin of each."""
    # Not below 0: 1 + 1e-7 is a 1 that was rounded.
    nearest = (1 - y_score).clamp_(min=0).clamp_(max=y_score)
    # The sign says which side of 1/2; it is also the highest of the bits.
    bits = nearest.copysign_(0.5 - y_score).view(bins.dtype)
    place = bits.add_(bits >> 31).bitwise_right_shift_(shift)
    return place.bitwise_and_(len(bins) - 1).ravel()


def add(cells: Any, cell: Any, entries: Any) -> None:
    """Add entries to cells: there are many times more of these, so not all anew.

    With three bins, and cells for one label's negatives (0 to 2) and positives (3 to
    5): entries 1, 1, 0 at the cells 4, 4, 1 add 2 to cell 4, the middle bin of the
    positives, and nothing to cell 1, that of a negative whose truth is unknown.
    """
    cells.scatter_add_(0, cell.ravel().long(), entries.ravel())
