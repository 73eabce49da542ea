"""Values that stand in for rows of truth and scores."""

from typing import Any

import numpy.typing as npt


def check_given(y_score: npt.ArrayLike | None) -> npt.ArrayLike:
    """Return ``y_score``, which may only be left out with a stand-in."""
    if y_score is None:
        raise TypeError("y_score is missing: pass y_true and y_score.")
    return y_score


def refuse_samples(
    given: Any, y_score: Any, average: str | None, sample_weight: Any
) -> None:
    """Raise if an argument needs the rows, or repeats what ``given`` holds."""
    name = type(given).__name__
    if y_score is not None or sample_weight is not None:
        raise TypeError(f"{name} takes the place of y_score and sample_weight.")
    if average == "samples":
        raise ValueError(
            f'{name} has no samples to average over: for average="samples" pass '
            "y_true and y_score."
        )
