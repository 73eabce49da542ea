"""`Interval`: a score, and between which values it may well lie."""

from typing import Any, NamedTuple


class Interval(NamedTuple):
    """A score with the ends of its confidence interval.

    Attributes:
        value: The score: a float, or an array of one score per label, (n_labels,).
            NaN where it is undefined, and then the ends are too.
        low: The lower end, of the same shape.
        high: The upper end, of the same shape.
    """

    value: Any
    low: Any
    high: Any
