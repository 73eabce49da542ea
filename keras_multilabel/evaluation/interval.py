"""`Interval`: a score with the ends of its confidence interval."""

from typing import Any, NamedTuple


class Interval(NamedTuple):
    """A score with the ends of its confidence interval.

    Attributes:
        value: The score: a float, or an array of one score per label, (n_labels,).
            NaN where it is undefined, and then the ends are too.
        low: The lower end, of the same shape.
        high: The upper end, of the same shape.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true, y_pred = [[1], [1], [0], [1]] * 5, [[1], [0], [0], [1]] * 5
        >>> found = kml.score_intervals(y_true, y_pred).averages["micro"]["recall"]
        >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
        (0.667, 0.41, 0.852)
        >>> value, low, high = found
    """

    value: Any
    low: Any
    high: Any
