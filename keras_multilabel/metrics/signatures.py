"""What scores return: a float for an average, an array for ``average=None``.

A decorator tells type checkers so, and changes nothing else. (`Counts` at many
thresholds return an array for an average too.)
"""

from collections.abc import Callable
from typing import Any, Protocol, overload

import numpy.typing as npt

from keras_multilabel.metrics.counts import Counts
from keras_multilabel.metrics.histogram import ScoreHistogram
from keras_multilabel.metrics.sorted_scores import SortedScores
from keras_multilabel.utils.arguments import Array
from keras_multilabel.utils.options import Average

Truth = npt.ArrayLike | Counts
Weight = npt.ArrayLike | None
Ranked = npt.ArrayLike | ScoreHistogram | SortedScores


class CountScore(Protocol):
    """A score of predictions, or of `Counts`."""

    @overload
    def __call__(
        self,
        y_true: Truth,
        y_pred: npt.ArrayLike | None = ...,
        *,
        average: None,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> Array: ...
    @overload
    def __call__(
        self,
        y_true: Truth,
        y_pred: npt.ArrayLike | None = ...,
        *,
        average: Average = ...,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> float: ...


class BetaScore(Protocol):
    """The same, with a weight of recall."""

    @overload
    def __call__(
        self,
        y_true: Truth,
        y_pred: npt.ArrayLike | None = ...,
        *,
        beta: float,
        average: None,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> Array: ...
    @overload
    def __call__(
        self,
        y_true: Truth,
        y_pred: npt.ArrayLike | None = ...,
        *,
        beta: float,
        average: Average = ...,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> float: ...


class ScoresAndSupport(Protocol):
    """Three scores and the support, which only labels have."""

    @overload
    def __call__(
        self,
        y_true: Truth,
        y_pred: npt.ArrayLike | None = ...,
        *,
        beta: float = ...,
        average: None = ...,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> tuple[Array, Array, Array, Array]: ...
    @overload
    def __call__(
        self,
        y_true: Truth,
        y_pred: npt.ArrayLike | None = ...,
        *,
        beta: float = ...,
        average: Average,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> tuple[float, float, float, None]: ...


class RankingScore(Protocol):
    """A score of continuous scores, `SortedScores`, or a `ScoreHistogram`."""

    @overload
    def __call__(
        self,
        y_true: Ranked,
        y_score: npt.ArrayLike | None = ...,
        *,
        average: None,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> Array: ...
    @overload
    def __call__(
        self,
        y_true: Ranked,
        y_score: npt.ArrayLike | None = ...,
        *,
        average: Average = ...,
        sample_weight: Weight = ...,
        zero_division: float = ...,
    ) -> float: ...


def averaged(function: Callable[..., Any]) -> CountScore:
    """Mark a `CountScore`."""
    return function


def averaged_beta(function: Callable[..., Any]) -> BetaScore:
    """Mark a `BetaScore`."""
    return function


def scores_and_support(function: Callable[..., Any]) -> ScoresAndSupport:
    """Mark `ScoresAndSupport`."""
    return function


def averaged_ranking(function: Callable[..., Any]) -> RankingScore:
    """Mark a `RankingScore`."""
    return function
