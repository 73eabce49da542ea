"""The score of tuning on new data: each part with thresholds of the rest."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from keras_multilabel.metrics.samples import Samples
from keras_multilabel.model_selection.folds import stratified_folds
from keras_multilabel.thresholds.plan import Plan, search, search_without, searched
from keras_multilabel.utils.arguments import Array, sides

Folds = Iterable[tuple[npt.ArrayLike, npt.ArrayLike]]


class CrossFitted(NamedTuple):
    """Thresholds of all samples, and predictions with thresholds of other samples.

    Attributes:
        values: The thresholds of all samples; None if they were not searched for.
        parts: Thresholds of the training rows of each fold, shape (n_folds, n_labels).
        predictions: Predictions for all samples, each with thresholds of other samples,
        uint8.
    """

    values: Array | None
    parts: Array
    predictions: Array


def cross_fit(
    samples: Samples, plan: Plan, cv: int | Folds, random_state: Any
) -> CrossFitted:
    """Search without each fold, and predict the samples in it."""
    folds = check_folds(cv, samples.truth, random_state, samples.sample)
    tests = [test for _, test in folds]
    if plan.each_label and train_on_rest(folds, len(samples.truth)):
        values, *parts = search_without(samples, tests, plan)
    else:
        values = None
        parts = [_search_part(samples, train, plan) for train, _ in folds]
    predictions = np.empty(samples.truth.shape, np.uint8)
    for part, test in zip(parts, tests, strict=True):
        predictions[test] = samples.y_score[test] >= part
    return CrossFitted(values, np.array(parts), predictions)


def train_on_rest(folds: list[tuple[Array, Array]], n_rows: int) -> bool:
    """Whether each fold trains on exactly the rows that it does not test."""

    def is_rest(train: Array, test: Array) -> bool:
        seen = np.bincount(np.concatenate([train, test]), minlength=n_rows)
        return len(seen) == n_rows and bool((seen == 1).all())

    return all(
        train.dtype.kind in "iu" and (train >= 0).all() and is_rest(train, test)
        for train, test in folds
    )


def check_folds(
    cv: int | Folds, truth: Array, random_state: Any, sample: Array | None = None
) -> list[tuple[Array, Array]]:
    """Return pairs of row indices; each row of int8 truth is in one test part.

    If rows are positions of a ``sample``, they stay together: steps of one sequence are
    not independent. A sample has a label if one of its positions has it.
    """
    if sample is None:
        return _folds_of_samples(cv, truth, random_state)
    _, starts, place = np.unique(sample, return_index=True, return_inverse=True)
    pairs = _folds_of_samples(cv, np.maximum.reduceat(truth, starts), random_state)
    return [
        (np.flatnonzero(np.isin(place, train)), np.flatnonzero(np.isin(place, test)))
        for train, test in pairs
    ]


def _folds_of_samples(
    cv: int | Folds, truth: Array, random_state: Any
) -> list[tuple[Array, Array]]:
    n_rows = len(truth)
    if isinstance(cv, (int, np.integer)):
        if not 2 <= cv <= n_rows:
            raise ValueError(
                f"cv must be from 2 parts to {n_rows}, one for each sample (n_samples="
                f"{n_rows}); got {cv}."
            )
        positive, _ = sides(truth)
        rng = np.random.default_rng(random_state)
        folds = stratified_folds(positive, int(cv), rng)
        return [
            (np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
            for fold in range(cv)
        ]
    try:
        pairs = [(np.asarray(train), np.asarray(test)) for train, test in cv]
    except (TypeError, ValueError) as error:
        raise TypeError(
            "cv must be a number of parts, or pairs of row indices (train, test); got "
            f"{cv!r}."
        ) from error
    tested = np.concatenate([test for _, test in pairs]) if pairs else np.empty(0)
    if len(pairs) < 2 or not np.array_equal(np.sort(tested), np.arange(n_rows)):
        raise ValueError(
            "cv must be at least two pairs of row indices (train, test) that test "
            f"each of the {n_rows} samples once."
        )
    for train, _ in pairs:
        is_index = train.dtype.kind in "iu" and len(train)
        if is_index and not -n_rows <= train.min() <= train.max() < n_rows:
            raise ValueError(
                f"cv must hold row indices below {n_rows}, the number of samples; got "
                f"{train.min()} to {train.max()} in train."
            )
    return pairs


def _search_part(samples: Samples, rows: Array, plan: Plan) -> Array:
    part = samples.rows(rows)
    if plan.budget is not None:
        whole = samples.counts.total.sum()
        share = part.counts.total.sum() / whole if whole else 0.0
        plan = replace(plan, budget=plan.budget * share)
    return search(searched(part.present, plan), plan)
