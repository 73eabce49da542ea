"""The commands: read, call one function, print and write."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import keras_multilabel as kml
from keras_multilabel.cli.label_source import read_labels
from keras_multilabel.cli.progress import step
from keras_multilabel.cli.score_file import (
    BadInput,
    BadOption,
    ScoreFile,
    about,
    read_score_file,
    warnings_of,
)
from keras_multilabel.utils.matrices import Array

Options = argparse.Namespace
# The one objective that each option goes with, and which needs it.
OBJECTIVES = {"min_precision": "recall", "min_recall": "precision", "costs": "cost"}


def report(options: Options) -> None:
    """``keras-multilabel report``."""
    file = _read(options.scores, options)
    made = _report(file, options, zero_division=float(options.zero_division))
    _print(made, options)
    for path in options.output:
        with step(f"Writing {path}", quiet=options.quiet):
            _write_report(made, path, file)


def thresholds(options: Options) -> None:
    """``keras-multilabel thresholds``."""
    _check_objective(options)
    file = _read(options.scores, options)
    _check_scores(file)
    pull: dict[str, Any] = {}
    if options.shrinkage is not None:
        pull = {"shrinkage": options.shrinkage}
    with step("Tuning", quiet=options.quiet), about(file.path):
        tuned = kml.tune_thresholds(
            file.y_true,
            file.y_score,
            options.objective,
            average=options.average,
            beta=options.beta,
            min_precision=options.min_precision,
            min_recall=options.min_recall,
            costs=options.costs,
            max_positives=options.max_positives,
            cv=_folds(file, options),
            per_label=not options.one_for_all,
            **pull,
            label_names=file.label_names,
            sample_weight=file.sample_weight,
            random_state=options.seed,
        )
    _print(tuned, options)
    if options.output is not None:
        options.output.write_text(tuned.to_json(), encoding="utf-8")


def describe(options: Options) -> None:
    """``keras-multilabel describe``."""
    with step(f"Reading {options.labels}", quiet=options.quiet):
        source = read_labels(options.labels, options.sep)
    with about(options.labels):
        summary = kml.describe_labels(source.y, source.label_names)
    _print(summary, options)
    if options.images:
        if source.table is None:
            raise BadInput(f"{options.labels}: it names no images to read.")
        with step("Reading images", quiet=options.quiet), about(options.labels):
            _print(kml.describe_images(source.table), options)
    if options.output is not None:
        summary.to_frame().to_csv(options.output)


def compare(options: Options) -> None:
    """``keras-multilabel compare``."""
    one, other = _read(options.a, options), _read(options.b, options)
    _check_same(one, other)
    first, second = _report(one, options), _report(other, options)
    is_ranked = options.metric in ("average_precision", "roc_auc")
    with step("Comparing", quiet=options.quiet):
        comparison = kml.compare_models(
            first.y_true,
            _compared(first, one, is_ranked),
            _compared(second, other, is_ranked),
            metric=options.metric,
            average=options.average,
            groups=first.groups,
            sample_weight=first.sample_weight,
            label_names=first.label_names,
            confidence=options.confidence,
            correction=options.correction,
            random_state=options.seed,
        )
    _print(comparison, options)
    if options.output is None:
        return
    if options.output.suffix.lower() == ".html":
        _write_page(first, options.output, one, comparison)
    else:
        comparison.to_frame().to_csv(options.output)


COMMANDS: dict[str, Callable[[Options], None]] = {
    "report": report,
    "thresholds": thresholds,
    "describe": describe,
    "compare": compare,
}


def _read(path: Path, options: Options) -> ScoreFile:
    with step(f"Reading {path}", quiet=options.quiet):
        return read_score_file(path)


def _report(file: ScoreFile, options: Options, **more: Any) -> kml.EvaluationReport:
    predicted: dict[str, Any] = {"y_pred": file.y_pred}
    if options.thresholds is not None or file.y_pred is None:
        _check_scores(file)
        predicted = _given(options.thresholds)
    evaluating = step(f"Evaluating {file.path}", quiet=options.quiet)
    with evaluating, about(file.path), warnings_of(file.path):
        return kml.evaluation_report(
            file.y_true,
            file.y_score,
            **predicted,
            label_names=file.label_names,
            groups=file.groups,
            sample_weight=file.sample_weight,
            images=file.images,
            confidence=options.confidence,
            random_state=options.seed,
            **more,
        )


def _given(text: str | None) -> dict[str, Any]:
    """Thresholds from an option; without one, defaults."""
    if text is None:
        return {}
    if text == "cv":
        return {"thresholds": text}
    try:
        return {"thresholds": float(text)}
    except ValueError:
        path = Path(text)
    with about(path):
        thresholds = kml.Thresholds.from_json(path.read_text(encoding="utf-8"))
        return {"thresholds": thresholds}


def _write_page(
    report: kml.EvaluationReport, path: Path, file: ScoreFile, comparison: Any = None
) -> None:
    try:
        report.to_html(path, comparison=comparison)
    except ValueError as error:
        raise BadInput(
            f"{file.path}: {error}. Names of images start from its folder; without a "
            "column image (an array images) the page has no pictures."
        ) from error


def _write_report(report: kml.EvaluationReport, path: Path, file: ScoreFile) -> None:
    kind = path.suffix.lower()
    if kind == ".html":
        _write_page(report, path, file)
    elif kind == ".json":
        path.write_text(json.dumps(report.to_dict(), indent=1), encoding="utf-8")
    else:
        report.to_frame(averages=True).to_csv(path)


def _check_scores(file: ScoreFile) -> None:
    if file.y_score is None:
        has = "neither scores nor" if file.y_pred is None else "only"
        raise BadInput(
            f"{file.path}: thresholds need scores, y_score or columns score/NAME; it "
            f"has {has} predictions."
        )


def _check_objective(options: Options) -> None:
    for name, objective in OBJECTIVES.items():
        option = f"--{name.replace('_', '-')}"
        is_given = getattr(options, name) is not None
        is_chosen = options.objective == objective
        if is_given and not is_chosen:
            raise BadOption(f"{option} goes with --objective {objective}.")
        if is_chosen and not is_given:
            raise BadOption(f"--objective {objective} needs {option}.")


def _folds(file: ScoreFile, options: Options) -> Any:
    if not options.cv:
        return None
    if file.groups is None:
        return options.cv
    folds = kml.MultilabelStratifiedGroupKFold(
        options.cv, shuffle=True, random_state=options.seed
    )
    return list(folds.split(file.y_true, file.y_true, file.groups))


def _compared(report: kml.EvaluationReport, file: ScoreFile, is_ranked: bool) -> Array:
    if not is_ranked:
        return report.y_pred
    if report.y_score is None:
        raise BadInput(f"{file.path}: this metric needs scores; it has none.")
    return report.y_score


def _check_same(one: ScoreFile, other: ScoreFile) -> None:
    """Raise unless two files are of the same samples and labels."""
    if one.label_names != other.label_names:
        raise BadInput(
            f"{other.path}: its labels must be those of {one.path}, in the same order."
        )
    if one.y_true.shape != other.y_true.shape:
        raise BadInput(
            f"{other.path}: its truth must have the shape of that of {one.path}, "
            f"{one.y_true.shape}; got {other.y_true.shape}."
        )
    same = one.y_true == other.y_true
    same |= (one.y_true != one.y_true) & (other.y_true != other.y_true)
    if not same.all():
        row, column = np.argwhere(~same)[0]
        raise BadInput(
            f"{other.path}: its truth must be that of {one.path}, row by row; they "
            f"differ at row {row}, column {column}."
        )
    for name in ("groups", "sample_weight", "images"):
        _check_same_column(one, other, name)


def _check_same_column(one: ScoreFile, other: ScoreFile, name: str) -> None:
    first, second = getattr(one, name), getattr(other, name)
    is_missing = first is None or second is None
    if first is second or (is_missing and name == "images"):
        return
    if is_missing or not np.array_equal(first, second):
        has = "one of the files has none" if is_missing else "they differ"
        raise BadInput(
            f"{other.path}: its {name} must be those of {one.path}, row by row; {has}."
        )


def _print(result: Any, options: Options) -> None:
    if not options.quiet:
        print(result)
