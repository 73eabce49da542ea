"""What to search thresholds for: compatible options, and the search for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import cast

import numpy as np

from keras_multilabel.metrics.samples import Samples
from keras_multilabel.thresholds.curves import Curves
from keras_multilabel.thresholds.expected import ExpectedCurves, at_break_even
from keras_multilabel.thresholds.folds import each_label_without
from keras_multilabel.thresholds.objectives import Objective
from keras_multilabel.thresholds.sample_search import one_per_sample, per_sample
from keras_multilabel.thresholds.search import (
    all_labels,
    each_label,
    one_for_all,
    within_budget,
)
from keras_multilabel.thresholds.shrinkage import DEFAULT, pull, pulled
from keras_multilabel.utils.arguments import (
    Array,
    are_probabilities,
    check_average,
    check_word,
)
from keras_multilabel.utils.options import ThresholdMethod

# A label with this many positives goes half-way to the pooled threshold. Of 0 to 20
# this gave the best held-out macro F1, averaged over similar and dissimilar labels: the
# simulation in benchmarks/thresholds.py.
SHRINKAGE = 5.0


@dataclass(frozen=True, eq=False)
class Plan:
    """What to search for.

    Attributes:
        objective: The score to reach.
        average: How it is averaged.
        per_label: Whether each label has its own threshold.
        shrinkage: A label with this many positives goes half-way to the pooled
        threshold.
        budget: Maximum number of predicted positives; None: no limit.
        expected: Whether to use expected counts, from probabilities.
    """

    objective: Objective
    average: str | None
    per_label: bool
    shrinkage: float
    budget: float | None
    expected: bool = False

    def in_units(self, unit: float) -> "Plan":
        """The plan for counts in units of weight."""
        return self if self.budget is None else replace(self, budget=self.budget / unit)

    @property
    def each_label(self) -> bool:
        """Whether each label's threshold is searched for by itself, without a floor."""
        own = self.per_label and self.average not in ("micro", "samples")
        free = self.budget is None and not self.objective.has_floor
        return own and free and not self.expected


# Options that do not go together, and the error for each.
CONFLICTS: tuple[tuple[Callable[[Plan], bool], str], ...] = (
    (
        lambda p: p.objective.adds_up and p.average in ("micro", "samples"),
        'objective="{p.objective.name}" adds up over labels: its average is "macro", '
        '"weighted" or None; got {p.average!r}.',
    ),
    (
        lambda p: p.objective.has_floor and p.average == "samples",
        'A floor holds for each label, or with average="micro" for all together; got '
        'average="samples".',
    ),
    (
        lambda p: (
            p.objective.has_floor
            and p.average != "micro"
            and not (p.per_label and p.budget is None)
        ),
        "With one threshold for all labels, or with max_positives, a floor can only be "
        'on the pooled counts: average="micro"; got {p.average!r}.',
    ),
    (
        lambda p: p.budget is not None and not p.budget >= 0,
        "max_positives must be 0 or more; got {p.budget!r}.",
    ),
    (
        lambda p: p.budget is not None and p.average == "samples",
        'max_positives does not go with average="samples".',
    ),
    (
        lambda p: p.expected and p.average == "samples",
        'method="expected" does not go with average="samples", which needs to know '
        'what labels a sample has together; pass method="counts".',
    ),
    (
        lambda p: p.budget is not None and p.shrinkage > 0,
        "shrinkage would break max_positives: pass shrinkage=0.",
    ),
)


def check_plan(
    objective: Objective,
    average: str | None,
    *,
    per_label: bool,
    shrinkage: float | str,
    max_positives: float | None,
    method: str,
) -> Plan:
    """Return the plan, if its parts go together."""
    check_word("method", method, ThresholdMethod)
    expected = method == "expected"
    plan = Plan(
        objective,
        check_average(average),
        per_label,
        _check_shrinkage(shrinkage, exact=expected or max_positives is not None),
        max_positives,
        expected,
    )
    for conflicts, message in CONFLICTS:
        if conflicts(plan):
            raise ValueError(message.format(p=plan))
    return plan


def _check_shrinkage(shrinkage: float | str, *, exact: bool) -> float:
    if isinstance(shrinkage, str) and shrinkage == "auto":
        return 0.0 if exact else SHRINKAGE
    if isinstance(shrinkage, str) or not 0 <= shrinkage < np.inf:
        raise ValueError(
            f'shrinkage must be "auto", or a number of 0 or more; got {shrinkage!r}.'
        )
    return float(shrinkage)


def searched(curves: Curves, plan: Plan) -> Curves:
    """The curves that the plan uses: those given, or the expected ones."""
    return ExpectedCurves.of(cast(Samples, curves)) if plan.expected else curves


def search(curves: Curves, plan: Plan) -> Array:
    """The thresholds of all labels, never NaN."""
    n_labels = len(curves.evidence)
    _check_costs(plan.objective.costs, n_labels)
    if not curves.counts.total.any():
        return np.full(n_labels, DEFAULT)
    if _breaks_even(plan):
        own, pooled = cast(ExpectedCurves, curves), plan.average == "micro"
        values = at_break_even(own, plan.objective, pooled=pooled)
    elif not plan.per_label:
        return np.full(n_labels, _search_one(curves, plan))
    else:
        values = _search_labels(curves, plan)
    return pull(values, curves, plan.objective, plan.shrinkage)


def search_without(samples: Samples, tests: list[Array], plan: Plan) -> Array:
    """The thresholds of all samples, and of the samples without each part.

    Args:
        samples: Truth, scores and weights.
        tests: The rows of each part; each row is in one.
        plan: A plan that `each_label` alone can search.

    Returns:
        Shape (1 + n_parts, n_labels), never NaN.
    """
    _check_costs(plan.objective.costs, samples.truth.shape[1])
    if samples.weight is not None:
        tests = [test[samples.weight[test] > 0] for test in tests]
    ordered = samples.rows(np.concatenate(tests))
    ends = np.cumsum([0, *map(len, tests)])
    rows = [slice(*pair) for pair in pairwise(ends.tolist())]
    found = each_label_without(ordered, rows, plan.objective)
    within = np.array([are_probabilities(ordered.y_score[part]) for part in rows])
    others = [np.delete(within, part).all() for part in range(len(rows))]
    each = zip(found.values, found.evidence, [within.all(), *others], strict=True)
    return np.array(
        [
            pulled(values, evidence, bool(probabilities), plan.shrinkage)
            for values, evidence, probabilities in each
        ]
    )


def _breaks_even(plan: Plan) -> bool:
    """Whether the thresholds follow from the probabilities without a search."""
    own = plan.per_label or plan.average == "micro"
    free = plan.expected and plan.budget is None
    return free and own and plan.objective.break_even is not None


def _check_costs(costs: Array | None, n_labels: int) -> None:
    if costs is not None and len(costs) != n_labels:
        raise ValueError(
            f"costs must be one pair, or one for each of the {n_labels} labels; got "
            f"{len(costs)}."
        )


def _search_one(curves: Curves, plan: Plan) -> float:
    if plan.average == "samples":
        return one_per_sample(cast(Samples, curves), plan.objective)
    importance = None if plan.average == "micro" else _importance(curves, plan.average)
    value = one_for_all(curves, plan.objective, importance, plan.budget)
    return DEFAULT if np.isnan(value) else value


def _search_labels(curves: Curves, plan: Plan) -> Array:
    if plan.average == "micro":
        return all_labels(curves, plan.objective, plan.budget)
    if plan.budget is not None:
        importance = _importance(curves, plan.average)
        return within_budget(curves, plan.objective, importance, plan.budget)
    values = each_label(curves, plan.objective)
    if plan.average != "samples":
        return values
    start = pull(values, curves, plan.objective, 0)
    return per_sample(cast(Samples, curves), plan.objective, start)


def _importance(curves: Curves, average: str | None) -> Array:
    """The weight of each label's score in the average."""
    support = curves.counts.support
    known = curves.counts.total > 0
    weighted = average == "weighted" and support.any()
    return np.where(known, support if weighted else 1.0, 0.0)
