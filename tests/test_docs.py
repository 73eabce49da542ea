"""Every public name is documented, and the code of every page runs."""

import inspect
import re
import textwrap
from collections import Counter

import matplotlib
import matplotlib.pyplot as plt
import pytest

import keras_multilabel as kml
from tests.paths import ROOT

MARKS = {".rst": r"\n\.\. (?:code-block:: python|plot::)\n", ".md": "\n```python"}
# Written by Sphinx, or by the examples.
BUILT = {"_build", "_templates", "generated", "tutorials", "examples"}
PAGES = [
    path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.rst"))]
    if not BUILT.intersection(path.relative_to(ROOT).parts)
    and re.search(MARKS[path.suffix], path.read_text(encoding="utf-8"))
]

BLOCKS = {
    # Of pictures the options, such as :context:, are left out.
    ".rst": r"^\.\. (?:code-block:: python|plot::)\n(?:   :.*\n)*\n((?:(?:   .*)?\n)+)",
    ".md": r"^```python\n(.*?)^```",
}


def public_names():
    """Names below the top, those of public modules as "module.name"."""
    for name in kml.__all__:
        value = getattr(kml, name)
        if inspect.ismodule(value):
            yield from (f"{name}.{inner}" for inner in module_names(value))
        elif not name.startswith("__"):
            yield name


def module_names(module):
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == module.__name__
    ]


def resolve(name):
    value = kml
    for part in name.split("."):
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("name", list(public_names()))
def test_every_public_name_has_a_docstring_with_an_example(name):
    docstring = inspect.getdoc(resolve(name))
    assert docstring, f"{name} has no docstring"
    assert re.search(r"^Example:\n +>>> ", docstring, re.MULTILINE), (
        f"{name} has no Example section with code to run"
    )


def test_the_reference_lists_every_public_name_once():
    reference = (ROOT / "docs/reference/index.rst").read_text(encoding="utf-8")
    tables = re.findall(
        r":toctree: generated\n(?:   :.*\n)*\n((?:   \S+\n)+)", reference
    )
    listed = Counter(" ".join(tables).split())
    assert listed == Counter(public_names())


def test_the_changelog_names_every_public_name():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    missing = [name for name in public_names() if f"`{name}`" not in changelog]
    assert missing == []


def code_blocks(page):
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(
        BLOCKS[page.suffix], re.MULTILINE | re.DOTALL * (page.suffix == ".md")
    )
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start(1))
        # Blank lines before, so that a traceback gives the line of the page.
        yield "\n" * line + textwrap.dedent(match.group(1))


@pytest.mark.keras
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_every_page_runs(page, tmp_path, monkeypatch, setups_of_fit):
    """In order, in one namespace and an empty folder; no fit of it is called a trap."""
    text = page.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    namespace = {"__name__": "__main__"}
    for block in code_blocks(page):
        exec(compile(block, str(page), "exec"), namespace)
    plt.close("all")
    assert [str(found) for found in setups_of_fit if found] == []
    # That of a calibrator trains no model.
    text = text.replace("LabelCalibrator().fit(", "")
    assert bool(setups_of_fit) == (".fit(" in text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_runner_finds_every_block(page):
    """A pattern that finds nothing would pass all pages."""
    announced = len(re.findall(MARKS[page.suffix], page.read_text(encoding="utf-8")))
    assert len(list(code_blocks(page))) == announced
