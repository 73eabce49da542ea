"""The page of a report: how long it takes to make, how big it is, how quick to use."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
from table import Row
from timing import stopwatch

import keras_multilabel as kml

ROOT = Path(__file__).parent.parent
# What drives the browser in the tests too.
sys.path.insert(0, str(ROOT))
from tests.evaluation.page.browser import Browser, missing  # noqa: E402

TIMES = 40
READY = "return document.documentElement.dataset.ready"
SORT = "document.querySelectorAll('#heads button')[4 + (i % 3)].click()"
ACTS = {
    "slider of one label to paint": "slide('slider', (97 * i) % 340)",
    "slider of all labels to paint": "slide('all', (97 * i) % 340)",
    "sorting to paint": SORT,
}


def rows(*, quick: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from page_rows(5_000 if quick else 100_000, 80, Path(folder), 1.5, 150)
        yield from page_rows(2_000, 1_000, Path(folder), None, 1_200)
        yield from browser_rows(
            Path(folder) / "report_1000.html", 5 if quick else TIMES
        )


def page_rows(
    n_samples: int, n_labels: int, folder: Path, seconds: float | None, kilobytes: int
) -> Iterator[Row]:
    """How long the page takes, and how big it is."""
    y_true, y_score = population(n_samples, n_labels)
    report = kml.evaluation_report(y_true, y_score)
    path = folder / f"report_{n_labels}.html"
    timed = stopwatch(lambda: report.to_html(path))
    taken = median([timed() for _ in range(6)][1:])
    size = path.stat().st_size / 1e3
    yield Row(
        f"page of {n_samples:,} x {n_labels:,}, from a report",
        "",
        "",
        f"{taken:.3g} s",
        "",
        "" if seconds is None else f"<= {seconds} s",
        None if seconds is None else taken <= seconds,
    )
    yield Row(
        f"its size, {n_samples:,} x {n_labels:,}",
        "",
        "",
        f"{size:.0f} kB",
        "",
        f"<= {kilobytes:,} kB",
        size <= kilobytes,
    )


def browser_rows(path: Path, times: int) -> Iterator[Row]:
    """How soon the page is ready, and shows what a person did."""
    if missing():
        print(f"Left out, for want of a browser: {missing()}.")
        return
    browser = Browser()
    try:
        browser.open(path)
        ready = []
        for _ in range(5):
            browser.open(path)
            ready.append(
                float(browser.run("return document.documentElement.dataset.ready"))
            )
        yield browser_row("page of 1,000 labels ready", ready, 500)
        for work, act in ACTS.items():
            found = browser.wait(f"timeToPaint((i) => {{ {act} }}, {times})")
            yield browser_row(f"{work}, 1,000 labels", found, 20)
    finally:
        browser.close()


def browser_row(work: str, milliseconds: list[float], most: float) -> Row:
    figure = median(milliseconds)
    ends = f"{min(milliseconds):.3g} to {max(milliseconds):.3g}"
    return Row(
        f"{work}, in headless Chromium",
        "",
        "",
        f"{figure:.3g} ms ({ends}, n={len(milliseconds)})",
        "",
        f"<= {most} ms",
        figure <= most,
    )


def population(n_samples: int, n_labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth and calibrated scores of labels from frequent to rare."""
    rng = np.random.default_rng(0)
    share = np.maximum(0.4 / np.arange(1, n_labels + 1) ** 0.9, 20 / n_samples)
    y_true = rng.random((n_samples, n_labels)) < share
    x = rng.standard_normal(y_true.shape, np.float32) + 2.4 * y_true - 1.2
    logit = np.log(share / (1 - share)) + 2.4 * x
    return y_true.astype(np.uint8), (1 / (1 + np.exp(-logit))).astype(np.float32)
