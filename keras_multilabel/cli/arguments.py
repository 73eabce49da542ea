"""The arguments of the command line, with examples."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, get_args

import keras_multilabel as kml
from keras_multilabel.utils.options import (
    Average,
    ComparedMetric,
    Correction,
    ObjectiveName,
    PooledAverage,
)

CONVENTION = """\
files of scores:
  .npz            arrays y_true, and y_score or y_pred or both, of the shape
                  (n_samples, n_labels). Optional: label_names; sample_weight,
                  groups and images, one per sample.
  .csv, .parquet  a row per sample, and for each label NAME a column true/NAME,
                  and score/NAME or pred/NAME or both. Optional: columns
                  sample_weight, group and image. Other columns are not read.
  Truth is 0 or 1; -1, NaN or an empty cell where it is unknown. Images are paths, from
  the folder of the file; the page shows the worst misses and false alarms.

exit codes:
  0 done, 1 a file or what it holds is wrong, 2 an option is wrong
"""
EXAMPLES = {
    "report": """\
examples:
  keras-multilabel report scores.npz
  keras-multilabel report scores.npz --thresholds cv -o report.html
  keras-multilabel report scores.csv --thresholds thresholds.json -o report.json
""",
    "thresholds": """\
examples:
  keras-multilabel thresholds validation.npz -o thresholds.json
  keras-multilabel thresholds validation.csv --objective recall --min-precision 0.9
  keras-multilabel thresholds validation.parquet --objective cost --costs 1 20
""",
    "describe": """\
LABELS is one of
  a folder of PASCAL VOC (with Annotations), or with a folder per label
  a .json file of COCO
  a .csv file with a column "filename" and, beside it, a column of 0 and 1 for each
  label, or with --sep a column "labels" of names
  a file of scores, of which the truth is read

examples:
  keras-multilabel describe VOCdevkit/VOC2012
  keras-multilabel describe annotations/instances_val2017.json
  keras-multilabel describe labels.csv --sep "|"
  keras-multilabel describe scores.npz -o labels.csv
""",
    "compare": """\
A and B are files of scores of the same samples, in the same order.

examples:
  keras-multilabel compare old.npz new.npz
  keras-multilabel compare old.csv new.csv --metric average_precision
  keras-multilabel compare old.npz new.npz --thresholds cv -o comparison.html
""",
}


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="keras-multilabel",
        description="Evaluate multi-label classifiers: reports, thresholds, data, "
        "comparisons.",
        epilog="keras-multilabel COMMAND --help has examples.",
    )
    top.add_argument("--version", action="version", version=kml.__version__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_report, _thresholds, _describe, _compare):
        add(commands)
    return top


def _command(
    commands: Any, name: str, purpose: str, *files: str, convention: bool = True
) -> argparse.ArgumentParser:
    epilog = EXAMPLES[name] + (f"\n{CONVENTION}" if convention else "")
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=purpose,
        description=purpose,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for file in files:
        command.add_argument(file.lower(), metavar=file, type=Path, help="see below")
    command.add_argument(
        "-q", "--quiet", action="store_true", help="print nothing but errors"
    )
    return command


def _report(commands: Any) -> None:
    purpose = "Print every score with its interval, and write the interactive page."
    command = _command(commands, "report", purpose, "SCORES")
    _add_output(
        command,
        "a page, all numbers or a table; may be repeated",
        (".html", ".json", ".csv"),
        action="append",
        default=[],
    )
    _add_thresholds(command)
    _add_intervals(command)
    command.add_argument(
        "--zero-division",
        choices=("0", "1", "nan"),
        default="0",
        help="precision, recall or F1 where it is 0 / 0: 0 (the default), 1 or nan",
    )


def _thresholds(commands: Any) -> None:
    purpose = "Tune a threshold per label, and estimate the score on other data."
    command = _command(commands, "thresholds", purpose, "SCORES")
    _add_output(command, "for report, and for Thresholds.from_json", (".json",))
    _add_word(command, "--objective", ObjectiveName, "f1")
    _add_word(command, "--average", Average, "macro")
    command.add_argument("--beta", type=float, default=1.0, help="of fbeta")
    command.add_argument("--min-precision", type=float, help="floor for recall")
    command.add_argument("--min-recall", type=float, help="floor for precision")
    command.add_argument(
        "--costs",
        type=float,
        nargs=2,
        metavar=("FP", "FN"),
        help="of a false positive and a false negative",
    )
    command.add_argument(
        "--max-positives", type=float, help="maximum number of predicted positives"
    )
    command.add_argument(
        "--cv",
        type=int,
        default=5,
        help="parts to cross-fit on, groups together; 0: none (default: 5)",
    )
    command.add_argument(
        "--one-for-all", action="store_true", help="one threshold for all labels"
    )
    command.add_argument(
        "--shrinkage",
        type=float,
        help="strength of shrinkage of rare labels' thresholds; 0: none",
    )
    _add_seed(command)


def _describe(commands: Any) -> None:
    purpose = "Say how often labels occur and how imbalanced they are, before training."
    command = _command(commands, "describe", purpose, "LABELS", convention=False)
    _add_output(command, "the table", (".csv",))
    command.add_argument("--sep", help='what separates names in a column "labels"')
    command.add_argument(
        "--images",
        action="store_true",
        help="also read the sizes of the images that the labels are of",
    )


def _compare(commands: Any) -> None:
    purpose = "Say by how much A is better than B, and how sure that is."
    command = _command(commands, "compare", purpose, "A", "B")
    _add_output(
        command, "a page of A beside B, or the table of labels", (".html", ".csv")
    )
    _add_word(command, "--metric", ComparedMetric, "f1")
    _add_word(command, "--average", PooledAverage, "macro")
    _add_thresholds(command)
    _add_intervals(command)
    _add_word(
        command, "--correction", Correction, "holm", "of p-values for their number; "
    )


def _add_output(
    command: argparse.ArgumentParser, what: str, kinds: tuple[str, ...], **options: Any
) -> None:
    def checked(text: str) -> Path:
        if not text.lower().endswith(kinds):
            raise argparse.ArgumentTypeError(
                f"{text!r} must end in {' or '.join(kinds)}"
            )
        return Path(text)

    command.add_argument(
        "-o",
        "--output",
        type=checked,
        metavar="FILE",
        help=f"{what} ({', '.join(kinds)})",
        **options,
    )


def _add_word(
    command: argparse.ArgumentParser,
    name: str,
    words: Any,
    default: str,
    what: str = "",
) -> None:
    """An option with the words of a ``Literal``, each in its short form."""
    choices = [word for word in get_args(words) if not word.endswith("_score")]
    command.add_argument(
        name, choices=choices, default=default, help=f"{what}default: {default}"
    )


def _add_thresholds(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--thresholds",
        metavar="T",
        help="a number, a file of the command thresholds, or cv: tuned and "
        "cross-fitted on these rows. Default: pred/NAME (y_pred) where the file has "
        "it, else 0.5",
    )


def _add_intervals(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--confidence", type=_share, default=0.95, help="of the intervals (0.95)"
    )
    _add_seed(command)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1; try 0.95")
    return value


def _add_seed(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=0, help="of random parts (0)")
