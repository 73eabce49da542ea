"""Scores of counts as numerator and denominator, for NumPy and for ``keras.ops``.

Plain arithmetic: `Counts` have these attributes as arrays, `MultiLabelScores` as
tensors. The `divide` of either turns the pairs into scores.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np


class Outcomes(Protocol):
    """The attributes that ratios read, arrays or tensors of one shape."""

    @property
    def tp(self) -> Any:
        """True positives."""

    @property
    def fp(self) -> Any:
        """False positives."""

    @property
    def fn(self) -> Any:
        """False negatives."""

    @property
    def predicted(self) -> Any:
        """``tp + fp``, the predicted positives."""

    @property
    def support(self) -> Any:
        """``tp + fn``, the true positives and those missed."""

    @property
    def total(self) -> Any:
        """All known entries."""


Ratio = Callable[[Outcomes], tuple[Any, Any]]


def precision(counts: Outcomes) -> tuple[Any, Any]:
    """``tp / (tp + fp)``."""
    return counts.tp, counts.predicted


def recall(counts: Outcomes) -> tuple[Any, Any]:
    """``tp / (tp + fn)``."""
    return counts.tp, counts.support


def f1(counts: Outcomes) -> tuple[Any, Any]:
    """``2 tp / (2 tp + fp + fn)``."""
    return 2 * counts.tp, counts.support + counts.predicted


def jaccard(counts: Outcomes) -> tuple[Any, Any]:
    """``tp / (tp + fp + fn)``."""
    return counts.tp, counts.support + counts.fp


def hamming_loss(counts: Outcomes) -> tuple[Any, Any]:
    """``(fp + fn) / (tp + fp + fn + tn)``."""
    return counts.fp + counts.fn, counts.total


def f_beta(beta: float) -> Ratio:
    """``(1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp)``; recall for infinity."""
    if not beta >= 0:
        raise ValueError(f"beta must be 0 or more; got {beta!r}.")
    if beta == 1:
        return f1
    if np.isinf(beta):
        return recall
    square = beta**2
    return lambda counts: (
        (1 + square) * counts.tp,
        square * counts.support + counts.predicted,
    )


# The scores that callback, compiled metric and thresholds accept by name.
RATIOS: dict[str, Ratio] = {
    "f1": f1,
    "precision": precision,
    "recall": recall,
    "jaccard": jaccard,
    "hamming_loss": hamming_loss,
}


def check_score_name(
    name: Any, known: tuple[str, ...], argument: str, remedy: str
) -> str:
    """Return the name of a score without its ``_score``, if it is one of ``known``."""
    short = name.removesuffix("_score") if isinstance(name, str) else name
    if short not in known:
        raise ValueError(
            f"{argument} must be names of {', '.join(known)}; got {name!r}. {remedy}"
        )
    return str(short)
