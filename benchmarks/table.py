"""Rows of figures -> a Markdown table, printed and kept in README.md."""

import datetime
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

from timing import Pair

README = Path(__file__).with_name("README.md")
HEADER = ("work", "peer", "peer figure", "ours", "ratio", "target", "met?")
PACKAGES = (
    "keras_multilabel",
    "numpy",
    "scikit-learn",
    "keras",
    "tensorflow",
    "jax",
    "torch",
)


@dataclass(frozen=True)
class Row:
    """One line of the table. ``met`` is None where the issue sets no target."""

    work: str
    peer: str
    peer_figure: str
    ours: str
    ratio: str
    target: str
    met: bool | None

    def cells(self) -> tuple[str, ...]:
        """The line's cells, in the order of HEADER."""
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return (
            *(self.work, self.peer, self.peer_figure),
            *(self.ours, self.ratio, self.target, met),
        )


def speed_row(work: str, peer: str, pair: Pair, target: float | None) -> Row:
    """How many times faster than the peer: at least ``target``."""
    theirs, ours = pair.medians()
    low, high = min(pair.speedups()), max(pair.speedups())
    ratio = theirs / ours
    return Row(
        work,
        peer,
        f"{theirs:.3g} s",
        f"{ours:.3g} s",
        f"{ratio:.3g}x ({low:.3g} to {high:.3g}, n={len(pair.ours)})",
        "" if target is None else f">= {target:g}x faster",
        None if target is None else ratio >= target,
    )


def overhead_row(work: str, peer: str, pair: Pair, target: float | None) -> Row:
    """How many times the peer's time: at most ``target``."""
    theirs, ours = pair.medians()
    overheads = [1 / speedup for speedup in pair.speedups()]
    low, high = min(overheads), max(overheads)
    return Row(
        work,
        peer,
        f"{theirs:.3g} s",
        f"{ours:.3g} s",
        f"{ours / theirs:.3f}x ({low:.2f} to {high:.2f}, n={len(overheads)})",
        "" if target is None else f"<= {target:g}x the time",
        None if target is None else ours / theirs <= target,
    )


def memory_share_row(
    work: str, peer: str, theirs: float, ours: float, target: float
) -> Row:
    """Which share of the peer's peak memory: at most ``target``."""
    share = ours / theirs
    return Row(
        work,
        peer,
        f"{theirs:.0f} MB",
        f"{ours:.0f} MB",
        f"{share:.3f}x",
        f"<= {target:g}x the memory",
        share <= target,
    )


def memory_row(work: str, megabytes: float, target: float) -> Row:
    """Megabytes: at most ``target``."""
    figure = f"{megabytes:.1f} MB"
    return Row(work, "", "", figure, "", f"<= {target:g} MB", megabytes <= target)


def markdown(cells: Iterable[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def head() -> list[str]:
    """The first two lines of the table."""
    return [markdown(HEADER), markdown("---" for _ in HEADER)]


def conditions(load_before: tuple[float, ...]) -> str:
    """Where and when the figures were measured."""
    loads = [", ".join(f"{x:.2f}" for x in load) for load in (load_before, load_now())]
    versions = [named_version(name) for name in PACKAGES if is_installed(name)]
    return (
        f"Measured on {datetime.date.today()}: {_cpu_model()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}, "
        f"{', '.join(versions)}. "
        f"Load average (1, 5, 15 minutes) before: {loads[0]}; after: {loads[1]} "
        "(the runs themselves load the machine)."
    )


def load_now() -> tuple[float, ...]:
    """Load averages, where the system tells them."""
    return os.getloadavg() if hasattr(os, "getloadavg") else ()


def is_installed(package: str) -> bool:
    """Whether a distribution of that name is installed."""
    return any(distributions(name=package))


def named_version(package: str) -> str:
    """``"numpy 2.4.6"``."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} (not installed)"


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def write_readme(theme: str, lines: list[str]) -> None:
    """Put the lines between README.md's markers of a theme."""
    start, end = f"<!-- {theme}: start -->", f"<!-- {theme}: end -->"
    before, found, rest = README.read_text().partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{README} has no markers {start} and {end}.")
    body = "\n".join(lines)
    README.write_text(f"{before}{start}\n{body}\n{end}{after}")
