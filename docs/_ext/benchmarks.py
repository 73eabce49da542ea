"""The tables of benchmarks/README.md as a page: misses first, each theme drawn."""

import re
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

README = Path(__file__).parents[2] / "benchmarks" / "README.md"
BLOCK = re.compile(r"<!-- (.+?): start -->\n(.*?)<!-- \1: end -->", re.DOTALL)
HEAD = ["work", "peer", "peer figure", "ours", "ratio", "target", "met?"]
TIMES = re.compile(r"([\d.e+]+)x\b")
AT_LEAST = re.compile(r">= ([\d.]+)x faster")


def themes():
    """For each theme its rows, lists of seven texts, and where it was measured."""
    text = README.read_text(encoding="utf-8")
    found = {}
    for name, block in BLOCK.findall(text):
        lines = block.strip().splitlines()
        table = [line for line in lines if line.startswith("|")]
        rows = [[cell.strip() for cell in line[1:-1].split(" | ")] for line in table]
        rows = [row for row in rows[2:] if len(row) == len(HEAD)]
        notes = [line for line in lines if line and not line.startswith("|")]
        if rows:
            found[name] = rows, " ".join(notes)
    return found


def ratios(rows):
    """Of the rows that say how many times as fast: work, ratio, target or None."""
    for work, _, _, _, ratio, target, _ in rows:
        times, least = TIMES.match(ratio), AT_LEAST.search(target)
        if times and ("faster" in target or not target):
            yield work, float(times[1]), float(least[1]) if least else None


def times(name):
    """How many times as fast ours is in the first row of a theme."""
    return f"{next(ratios(themes()[name][0]))[1]:.3g}"


def draw(name):
    """A bar for each row that has a ratio, with its target; the plot directive's."""
    import matplotlib.pyplot as plt

    rows = list(ratios(themes()[name][0]))
    size = (9, 0.9 + 0.42 * len(rows))
    _, ax = plt.subplots(figsize=size, layout="constrained")
    for at, (_, ratio, target) in enumerate(rows):
        missed = target is not None and ratio < target
        ax.barh(at, ratio, color="#c44e52" if missed else "#4c72b0", height=0.62)
        ax.text(ratio, at, f" {ratio:.3g}x", va="center")
        if target is not None:
            ax.plot([target] * 2, [at - 0.42, at + 0.42], color="black", lw=2)
    ax.set_yticks(range(len(rows)), [cut(work) for work, _, _ in rows])
    ax.invert_yaxis()
    ax.set_xscale("log")
    low = min([1.0, *(ratio for _, ratio, _ in rows)])
    ax.set_xlim(low * 0.8, 2.2 * max(ratio for _, ratio, _ in rows))
    ax.axvline(1, color="grey", lw=1)
    ax.set_xlabel("times as fast as the peer (line: target; red: missed)")
    ax.spines[["top", "right"]].set_visible(False)


def cut(text, length=58):
    return (
        text if len(text) <= length else text[: length - 1] + "\N{HORIZONTAL ELLIPSIS}"
    )


def plain(cell):
    """A cell as reStructuredText."""
    cell = cell.replace("**", "").replace("`", "")
    return re.sub(r"([\\*_|])", r"\\\1", cell)


def table(rows):
    lines = [".. list-table::", "   :header-rows: 1", "   :class: figures benchmarks"]
    lines += ["   :widths: 26 22 11 12 14 10 5", ""]
    for row in [HEAD, *rows]:
        for at, cell in enumerate(row):
            lines.append(f"   {' ' if at else '*'} - {plain(cell)}")
    return [*lines, ""]


def missed(rows):
    return [row for row in rows if row[-1].strip("*") == "no"]


class Benchmarks(SphinxDirective):
    """All themes, each with a picture, its table, and date and machine."""

    def run(self):
        self.env.note_dependency(str(README))
        found = themes()
        lost = [row for rows, _ in found.values() for row in missed(rows)]
        total = sum(bool(row[-1]) for rows, _ in found.values() for row in rows)
        lines = ["What falls short", "----------------", ""]
        lines += [f"{len(lost)} of {total} targets are missed:", "", *table(lost)]
        for name, (rows, notes) in found.items():
            title = name[0].upper() + name[1:]
            lines += [title, "-" * len(title), ""]
            if len(list(ratios(rows))) > 1:
                lines += [
                    ".. plot::",
                    f"   :alt: Ratios of the theme {name}.",
                    "",
                    "   import benchmarks",
                    "",
                    f"   benchmarks.draw({name!r})",
                    "",
                ]
            lines += [*table(rows), f"*{plain(notes)}*" if notes else "", ""]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def setup(app):
    app.add_directive("benchmarks", Benchmarks)
    return {"parallel_read_safe": True}
