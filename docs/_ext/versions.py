"""A table of the versions that constraints.txt pins, beside those required."""

import re
import tomllib
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
SHOWN = ["keras", "tensorflow", "jax", "torch", "numpy", "scikit-learn"]
SHOWN += ["matplotlib", "pandas", "pillow", "polars", "dask"]


def table():
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)", pins, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = project["project"]
    asked = [*project["dependencies"]]
    asked += [
        one for extra in project["optional-dependencies"].values() for one in extra
    ]
    lowest = {}
    for one in asked:
        name, _, version = one.partition(">=")
        lowest.setdefault(name.partition("[")[0], version)
    rows = [("Python", project["requires-python"].removeprefix(">="), "3.11")]
    rows += [(name, lowest.get(name, ""), tested.get(name, "")) for name in SHOWN]
    return rows


class Versions(SphinxDirective):
    def run(self):
        lines = [".. list-table::", "   :header-rows: 1", ""]
        for row in [("package", "at least", "tested with"), *table()]:
            for at, cell in enumerate(row):
                lines.append(f"   {' ' if at else '*'} - {cell}")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    app.add_directive("versions", Versions)
    return {"parallel_read_safe": True}
