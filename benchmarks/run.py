"""Measure every figure: ``python benchmarks/run.py [--quick] [--only NAME]``."""

import argparse
import os
from importlib import import_module

import table

# Keras comes last, so that its threads and memory do not touch the others.
THEMES = (
    "counting",
    "ranking",
    "thresholds",
    "intervals",
    "comparisons",
    "labels",
    "buckets",
    "splits",
    "readers",
    "weights",
    "machines",
    "reports",
    "page",
    "images",
    "plots",
    "losses",
    "scores",
    "streaming",
    "epochs",
)
# Those that run on every backend; each has a table of its own in README.md.
KERAS_THEMES = ("losses", "scores", "epochs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=THEMES, help="one theme")
    parser.add_argument(
        "--quick", action="store_true", help="small data, to see that it runs"
    )
    arguments = parser.parse_args()
    themes = THEMES if is_default_backend() else KERAS_THEMES
    for theme in [arguments.only] if arguments.only else themes:
        lines = measured(theme, quick=arguments.quick)
        if not arguments.quick:
            table.write_readme(marked(theme), lines)


def marked(theme: str) -> str:
    """The name of the theme's table; a backend other than TensorFlow has its own."""
    if is_default_backend() or theme not in KERAS_THEMES:
        return theme
    return f"{theme} on {os.environ['KERAS_BACKEND']}"


def is_default_backend() -> bool:
    """Whether Keras runs on TensorFlow."""
    return os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"


def measured(theme: str, *, quick: bool) -> list[str]:
    """The lines of a theme's table, printed as they come."""
    load = table.load_now()
    lines = table.head()
    print(theme, *lines, sep="\n", flush=True)
    for row in import_module(theme).rows(quick=quick):
        lines.append(table.markdown(row.cells()))
        print(lines[-1], flush=True)
    lines += ["", table.conditions(load)]
    print(*lines[-2:], "", sep="\n")
    return lines


if __name__ == "__main__":
    main()
