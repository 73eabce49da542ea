"""`render_page`: a report as one self-contained HTML file."""

from importlib import resources
from typing import Any

import numpy as np

from keras_multilabel.evaluation.page.compared import facts
from keras_multilabel.evaluation.page.contents import page_data
from keras_multilabel.evaluation.page.encoding import csp_hash, script_json
from keras_multilabel.utils.optional import require
from keras_multilabel.utils.tables import counted

# One script, in the order in which its parts need each other.
SCRIPTS = ("scores.js", "table.js", "charts.js", "pairs.js", "page.js")
# With fewer positives than this the scores of a label mean little.
FEW = 10
AVERAGES = ("micro", "macro", "weighted", "samples")
SCORES = {
    "f1_score": "F1",
    "precision": "Precision",
    "recall": "Recall",
    "average_precision": "Average precision",
    "roc_auc": "ROC AUC",
}
FIGURES = {
    "subset_accuracy": "Subset accuracy",
    "hamming_loss": "Hamming loss",
    "label_ranking_average_precision": "Label ranking average precision",
    "coverage_error": "Coverage error",
    "label_ranking_loss": "Label ranking loss",
}


def render_page(report: Any, comparison: Any = None) -> str:
    """Return the page of a report: one HTML file without requests, for a browser.

    Names from the user only appear as text; the content security policy allows only the
    page's own script and style to run.

    Args:
        report: `EvaluationReport`.
        comparison: A result of `compare_models`, to show beside it.

    Returns:
        HTML, to be written as UTF-8.

    Raises:
        ImportError: If Jinja2 is not installed (or Pillow, if there are images).
    """
    jinja2 = require("jinja2", extra="report")
    markup = require("markupsafe", extra="report").Markup
    style, script = _asset("page.css"), "\n".join(map(_asset, SCRIPTS))
    data = page_data(report, comparison)
    page = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    ).from_string(_asset("page.html.j2"))
    text: str = page.render(
        style=markup(style),
        script=markup(script),
        style_hash=csp_hash(style),
        script_hash=csp_hash(script),
        data=data,
        json=markup(script_json(data)),
        comparison=[] if comparison is None else list(facts(comparison)),
        **_shown(report),
    )
    return text


def _asset(name: str) -> str:
    file = resources.files("keras_multilabel.evaluation.page") / name
    # Browsers read each line ending as one character, and hash that.
    return file.read_text(encoding="utf-8").replace("\r\n", "\n").strip()


def _shown(report: Any) -> dict[str, Any]:
    """The values that the template itself writes."""
    intervals = report.intervals
    support = np.asarray(intervals.support)
    scored = {name for scores in intervals.averages.values() for name in scores}
    return {
        "facts": _facts(intervals, len(support)),
        "tuned_on": report.tuned_on,
        "n_few": len(support) - intervals.n_frequent,
        "few": FEW,
        "percent": f"{100 * intervals.confidence:g} %",
        "averages": [name for name in AVERAGES if name in intervals.averages],
        "scores": {name: title for name, title in SCORES.items() if name in scored},
        "intervals": intervals.averages,
        "figures": list(_figures(report)),
        "score": _score,
    }


def _facts(intervals: Any, n_labels: int) -> str:
    rows = counted(intervals.n_samples, "sample")
    if intervals.n_groups is not None:
        rows += f" of {counted(intervals.n_groups, 'group')}"
    return f"{counted(n_labels, 'label')} in {rows}"


def _figures(report: Any) -> Any:
    """Name, value and, if there is one, interval of scores without averages."""
    found = {**report.intervals.overall, **(report.ranking or {})}
    for name, title in FIGURES.items():
        if name in found:
            value = found[name]
            parts = [value, None, None] if np.ndim(value) == 0 else list(value)
            yield title, *parts
    frequent = report.intervals.frequent
    if "average_precision" in frequent:
        n = report.intervals.n_frequent
        title = (
            f"Macro average precision of the {n} labels with {FEW} or more positives"
        )
        yield title, *frequent["average_precision"]


def _score(value: Any) -> str:
    """A score as three decimals."""
    return "\N{EN DASH}" if value is None or np.isnan(value) else f"{value:.3f}"
