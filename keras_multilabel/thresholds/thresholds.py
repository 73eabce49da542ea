"""Decision thresholds: the value, and how it is applied."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_multilabel.thresholds.plain_numbers import from_plain, to_plain
from keras_multilabel.thresholds.policies import keep_largest, predict_nearest
from keras_multilabel.utils.arguments import (
    Array,
    check_at_most,
    check_scores,
    check_threshold,
)
from keras_multilabel.utils.label_names import (
    check_order,
    given_names,
    label_index,
    names_at,
    shown_names,
)
from keras_multilabel.utils.matrices import check_positions, column_names
from keras_multilabel.utils.rows import flatten
from keras_multilabel.utils.tables import Table, Tabular, counted


@dataclass(frozen=True, eq=False, repr=False)
class Thresholds(Tabular):
    """One decision threshold per label, with what it was tuned for.

    NumPy treats it as the array of its values. JSON keeps every bit; since JSON has no
    infinite numbers and no NaN, they are written as ``"inf"``, ``"-inf"`` and
    ``"nan"``. ``to_frame()`` returns the printed table as a data frame.

    Attributes:
        values: The thresholds, shape (n_labels,): a label is predicted where ``y_score
            >= values``. A threshold of inf predicts only scores of inf.
        label_names: The labels' names, in the order of the columns; None if not given.
        score: The objective on the data used for tuning. It is optimistic: report
            ``cv_score``, or a score on other data. With ``average=None`` an array
            (n_labels,).
        cv_score: The same, with each sample predicted by thresholds tuned on other
            samples; None without ``cv``.
        cv_pred: The predictions behind ``cv_score``, shape (n_samples, n_labels), to
            compute other scores from; None without ``cv``. Not in the JSON.
        std: Standard deviation of each threshold over the parts of ``cv``, shape
            (n_labels,), NaN if one of them is infinite; None without ``cv``.
        objective: The objective that they were tuned for.
        average: How the score is averaged over labels or samples.
        n_positives: How many positives (or what weight of them) they predict on the
            data used for tuning.

    Raises:
        ValueError: If values are NaN, or there is not one name per label.

    Example:
        >>> import keras_multilabel as kml
        >>> y_true = [[1, 0], [1, 1], [0, 1], [0, 0]]
        >>> y_score = [[0.4, 0.1], [0.3, 0.9], [0.2, 0.8], [0.1, 0.6]]
        >>> tuned = kml.tune_thresholds(
        ...     y_true, y_score, shrinkage=0, label_names=["cat", "dog"]
        ... )
        >>> tuned
        Thresholds for f1, macro: 1.0000 on the data tuned on
             threshold
        cat     0.2500
        dog     0.7000
        >>> tuned["dog"]
        0.7
        >>> tuned.apply(y_score).tolist()
        [[1, 0], [1, 1], [0, 1], [0, 0]]
        >>> kml.Thresholds.from_json(tuned.to_json()).values
        array([0.25, 0.7 ])
    """

    values: Array
    label_names: list[Any] | None = None
    score: Any = None
    cv_score: Any = None
    cv_pred: Array | None = None
    std: Array | None = None
    objective: str | None = None
    average: str | None = None
    n_positives: float | None = None

    def __post_init__(self) -> None:
        values = np.array(self.values, np.float64, ndmin=1)
        values = check_threshold(values, values.size).copy()
        values.flags.writeable = False
        names = given_names(self.label_names, len(values))
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "label_names", names)

    def apply(
        self,
        y_score: npt.ArrayLike,
        *,
        label_names: Iterable[Any] | None = None,
        at_least_one: bool = False,
        at_most: int | None = None,
    ) -> Array:
        """Predict: uint8, 1 where a score reaches its label's threshold.

        Args:
            y_score: Scores, shape (n_samples, n_labels). The columns of a data frame
                must be these labels, in this order.
            label_names: The labels of the columns, to be compared with these.
            at_least_one: As in `apply_thresholds`.
            at_most: As in `apply_thresholds`.

        Raises:
            ValueError: If the scores belong to other labels.
        """
        self._check_labels(
            column_names(y_score) if label_names is None else label_names
        )
        return apply_thresholds(
            y_score, self.values, at_least_one=at_least_one, at_most=at_most
        )

    def _check_labels(self, label_names: Iterable[Any] | None) -> None:
        if label_names is None or self.label_names is None:
            return
        names = [str(name) for name in label_names]
        if names == self.label_names:
            return
        if sorted(names) == sorted(self.label_names):
            raise ValueError(
                "The scores' labels are in another order than the thresholds': "
                f"{names} in place of {self.label_names}. Sort the columns."
            )
        raise ValueError(
            f"The scores are of the labels {names}; these thresholds are for "
            f"{self.label_names}."
        )

    def to_json(self) -> str:
        """All of it as strict JSON; floats come back unchanged to the last bit.

        Infinite ones are written as ``"inf"`` and ``"-inf"``, NaN as ``"nan"``.
        """
        entries = {name: to_plain(getattr(self, name)) for name in self._kept()}
        return json.dumps(entries, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Thresholds":
        """Read the JSON that `to_json` wrote.

        Raises:
            ValueError: If ``text`` is not such JSON.
        """
        entries = json.loads(text)
        if not isinstance(entries, dict) or not {"values"} <= set(entries) <= set(
            cls._kept()
        ):
            raise ValueError(
                "Expected JSON that Thresholds.to_json wrote, an object of "
                f"{', '.join(cls._kept())}; got {text[:80]!r}."
            )
        for name in ("values", "score", "cv_score", "std", "n_positives"):
            entries[name] = from_plain(entries.get(name), name)
        n_labels = np.size(entries["values"])
        for name in ("label_names", "score", "cv_score", "std"):
            found: Any = entries.get(name)
            is_text = isinstance(found, (str, dict))
            if is_text or (np.ndim(found) and np.shape(found) != (n_labels,)):
                raise ValueError(
                    f"{name} must have one entry for each of the {n_labels} values; "
                    f"got {found!r:.80}."
                )
        return cls(**entries)

    @classmethod
    def _kept(cls) -> list[str]:
        return [field.name for field in fields(cls) if field.name != "cv_pred"]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.values, dtype, copy=copy)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, label: Any) -> Any:
        """The threshold of one label, a float, or `Thresholds` of several.

        Args:
            label: A name or a position; or a list of either, a slice or a mask, for
                several. The scores, which are of all labels together, are then left
                out.

        Raises:
            KeyError: If no label has that name.
            IndexError: If there is no such position.
        """
        index = label_index(label, self.label_names)
        values = self.values[index]
        if np.ndim(values) == 0:
            return float(values)
        of_labels = {
            name: value[index] if np.ndim(value := getattr(self, name)) else None
            for name in ("score", "cv_score", "std")
        }
        return replace(
            self,
            values=values,
            label_names=names_at(self.label_names, index),
            cv_pred=None if self.cv_pred is None else self.cv_pred[..., index],
            n_positives=None,
            **of_labels,
        )

    def _table(self) -> Table:
        columns = {"threshold": self.values}
        for name in ("std", "score", "cv_score"):
            if np.ndim(getattr(self, name)):
                columns[name] = getattr(self, name)
        names = shown_names(self.label_names, len(self))
        return Table(self._headline(), names, columns)

    def _headline(self) -> str:
        if self.objective is None:
            return f"Thresholds of {counted(len(self), 'label')}"
        average = f", {self.average}" if self.average else ""
        scores = [
            f"{np.nanmean(score):.4f} {where}"
            for score, where in (
                (self.cv_score, "cross-fitted"),
                (self.score, "on the data tuned on"),
            )
            if score is not None and not np.isnan(score).all()
        ]
        head = f"Thresholds for {self.objective}{average}"
        return f"{head}: {', '.join(scores)}" if scores else head


def apply_thresholds(
    y_score: npt.ArrayLike,
    thresholds: npt.ArrayLike,
    *,
    at_least_one: bool = False,
    at_most: int | None = None,
) -> Array:
    """Turn scores into predictions: 1 where ``y_score >= thresholds``.

    Args:
        y_score: Scores, shape (n_samples, n_labels); or (n_samples, ..., n_labels) for
            labels per step or pixel, where each position counts as a sample.
        thresholds: A number, one per label, shape (n_labels,), or `Thresholds`. With
            inf a label is predicted only where its score is inf, with -inf always.
        at_least_one: A sample without any predicted label gets the label with the
            largest ``y_score - threshold``; if several are equal, the one with the
            highest score, then the first. (A score of -inf or a threshold of inf never
            counts as near.)
        at_most: Keep at most this many labels per sample, those with the largest
            ``y_score - threshold``; if several are equal, those with the highest
            scores, then the first. So thresholds of -inf give the top scores.

    Returns:
        uint8, 0 and 1, the shape of ``y_score``.

    Raises:
        TypeError: If ``y_score`` does not hold numbers.
        ValueError: If scores or thresholds are NaN, there is not one threshold
            per label, or ``at_most`` is not a whole number of 1 or more.

    Example:
        >>> import keras_multilabel as kml
        >>> y_score = [[0.3, 0.7], [0.5, 0.5], [0.6, 0.9]]
        >>> kml.apply_thresholds(y_score, [0.5, 0.6]).tolist()
        [[0, 1], [1, 0], [1, 1]]
        >>> kml.apply_thresholds(y_score, 0.65, at_least_one=True, at_most=1).tolist()
        [[0, 1], [1, 0], [0, 1]]
    """
    if isinstance(thresholds, Thresholds):
        thresholds._check_labels(column_names(y_score))
    check_order(thresholds, column_names(y_score), "thresholds")
    positions = check_scores(check_positions(y_score, "y_score"))
    scores = flatten(positions)
    values = check_threshold(thresholds, scores.shape[1], "thresholds")
    predictions = (scores >= values).view(np.uint8)
    most = check_at_most(at_most)
    if at_least_one:
        predict_nearest(predictions, scores, values)
    if most is not None:
        keep_largest(predictions, scores, values, most)
    return predictions.reshape(positions.shape)
