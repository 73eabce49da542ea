"""What the page shows of a comparison with a second model."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_multilabel.evaluation.comparison import Comparison
from keras_multilabel.evaluation.page.encoding import plain

TITLES = {
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "average_precision": "average precision",
    "roc_auc": "ROC AUC",
    "jaccard": "Jaccard index",
}
CORRECTIONS = {"holm": "Holm", "fdr_bh": "Benjamini-Hochberg"}


def compared(comparison: Any, report: Any) -> dict[str, Any] | None:
    """Both scores, the difference and its p-value for each label; None without one."""
    if comparison is None:
        return None
    _check_labels(comparison, report)
    columns = comparison.per_label._asdict()
    return {
        "metric": title_of(comparison.metric),
        "correction": CORRECTIONS.get(comparison.correction, comparison.correction),
        "error": plain(1 - comparison.confidence),
        **{name: plain(values) for name, values in columns.items()},
    }


def facts(comparison: Any) -> Iterator[tuple[str, str]]:
    """What the page says of all labels together."""
    metric = f"{comparison.average} {title_of(comparison.metric)}"
    yield f"Model a: {metric}", f"{comparison.a:.3f}"
    yield f"Model b: {metric}", f"{comparison.b:.3f}"
    ends = f"{_signed(comparison.low)} to {_signed(comparison.high)}"
    yield "a \N{MINUS SIGN} b", f"{_signed(comparison.difference)} ({ends})"
    p = comparison.p_value
    yield "p-value", "below 0.001" if p < 0.001 else f"{p:.3f}"
    labels = comparison.per_label
    differ = np.asarray(labels.adjusted) < 1 - comparison.confidence
    better = int((differ & (np.asarray(labels.difference) > 0)).sum())
    correction = CORRECTIONS.get(comparison.correction, comparison.correction)
    yield (
        f"Labels that differ, corrected with {correction}",
        f"a is better for {better}, b for {int(differ.sum()) - better}",
    )


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def title_of(metric: Any) -> str:
    """The name of a score, written for readers."""
    return TITLES.get(str(metric).removesuffix("_score"), str(metric))


def _check_labels(comparison: Any, report: Any) -> None:
    """Raise if the comparison has other labels or samples."""
    if not isinstance(comparison, Comparison):
        raise TypeError(
            "comparison must be what compare_models gives; got "
            f"{type(comparison).__name__}."
        )
    n_labels, n_compared = report.y_true.shape[1], len(comparison.per_label.difference)
    names, compared_names = report.label_names, comparison.label_names
    if n_labels != n_compared:
        raise ValueError(
            f"comparison must be of the report's {n_labels} labels; got one of "
            f"{n_compared}."
        )
    n_samples = report.intervals.n_samples
    if comparison.n_samples != n_samples:
        raise ValueError(
            f"comparison must be of the report's {n_samples:,} samples; got one of "
            f"{comparison.n_samples:,}."
        )
    if names and compared_names and list(names) != list(compared_names):
        raise ValueError(
            "comparison must be of the report's labels, in the same order; got "
            f"{list(compared_names)!r:.80} in place of {list(names)!r:.80}."
        )
