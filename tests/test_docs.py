"""Every public name is documented, and the code of every page runs."""

import importlib.util
import inspect
import os
import re
import textwrap
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

import matplotlib
import matplotlib.pyplot as plt
import pytest
from sklearn.ensemble import RandomForestClassifier

import keras_multilabel as kml
from tests.paths import ROOT

MARKS = {".rst": r"\n\.\. (?:code-block:: python|plot::)\n", ".md": "\n```python"}
# Written by Sphinx, or by the examples.
BUILT = {"_build", "_templates", "generated", "examples"}
PAGES = [
    path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.rst"))]
    if not BUILT.intersection(path.relative_to(ROOT).parts)
    and re.search(MARKS[path.suffix], path.read_text(encoding="utf-8"))
]

BLOCKS = {
    # The options, such as :context: of pictures, and the code.
    ".rst": r"^\.\. (?:code-block:: python|plot::)\n((?:   :.*\n)*)"
    r"\n((?:(?:   .*)?\n)+)",
    ".md": r"^```python()\n(.*?)^```",
}


ON_TENSORFLOW = os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"


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


@pytest.mark.parametrize("name", list(public_names()))
def test_every_parameter_is_described(name):
    """On the page of the name itself: "those of precision_score" sends readers away."""
    value = resolve(name)
    docstring = inspect.getdoc(value)
    called = value.__init__ if inspect.isclass(value) else value
    parameters = set(inspect.signature(called).parameters) - {"self", "args", "kwargs"}
    described = docstring.partition("Args:")[2] or docstring.partition("Attributes:")[2]
    missing = [
        one for one in parameters if not re.search(rf"\b{one}\b.*:|{one},", described)
    ]
    assert missing == []


def test_the_reference_lists_every_public_name_once():
    reference = (ROOT / "docs/reference/index.rst").read_text(encoding="utf-8")
    tables = re.findall(
        r":toctree: generated\n(?:   :.*\n)*\n((?:   \S+\n)+)", reference
    )
    listed = Counter(" ".join(tables).split())
    assert listed == Counter(public_names())


def test_readme_and_front_page_share_one_example():
    front = (ROOT / "docs/index.rst").read_text(encoding="utf-8")
    assert front.count("literalinclude:: ../README.md") == 2  # code, and its log


def test_every_group_of_the_reference_has_its_heading_in_the_side_bar():
    reference = (ROOT / "docs/reference/index.rst").read_text(encoding="utf-8")
    tables = reference.count(":toctree: generated")
    captions = re.findall(r":toctree: generated\n   :caption: (.+)\n", reference)
    assert len(captions) == tables
    assert all(f"\n{caption}\n---" in reference for caption in captions)


def test_the_changelog_names_every_public_name():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    missing = [name for name in public_names() if f"`{name}`" not in changelog]
    assert missing == []


OUTPUT = re.compile(r"\s*\.\. code-block:: text\n\n((?:(?:   .*)?\n)+)")


def code_blocks(page):
    """The code of each block, what the page says it prints, and the package it needs.

    The package is that of ``:class: needs-x``; the output, None where there is none, is
    the block of text right after.
    """
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(
        BLOCKS[page.suffix], re.MULTILINE | re.DOTALL * (page.suffix == ".md")
    )
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start(2))
        needs = re.search(r":class: needs-(\w+)", match.group(1))
        # Blank lines before, so that a traceback gives the line of the page.
        code = "\n" * line + textwrap.dedent(match.group(2))
        printed = OUTPUT.match(text, match.end())
        yield code, printed and printed.group(1), needs and needs.group(1)


NUMBER = re.compile(r"\d[\d,]*\.?\d*")


def assert_prints(printed, shown, tolerance):
    """The page shows what is printed, but for spaces, and numbers that are close."""
    assert NUMBER.sub("0", printed).split() == NUMBER.sub("0", shown).split()
    found, expected = (
        [float(number.replace(",", "")) for number in NUMBER.findall(text)]
        for text in (printed, shown)
    )
    assert found == pytest.approx(expected, abs=tolerance)


@pytest.fixture
def short_fits(monkeypatch):
    """Fits of more than 10 epochs stop after 3, and forests have 5 trees.

    The lessons of the site are run whole when it is built.
    """
    keras = pytest.importorskip("keras")
    fit, forest = keras.Model.fit, RandomForestClassifier.fit
    shortened = []

    def short(*arguments, epochs=1, **options):
        if epochs > 10:
            shortened.append(epochs)
        return fit(*arguments, epochs=epochs if epochs <= 10 else 3, **options)

    def small(self, *arguments):
        return forest(self.set_params(n_estimators=5), *arguments)

    monkeypatch.setattr(keras.Model, "fit", short)
    monkeypatch.setattr(RandomForestClassifier, "fit", small)
    return shortened


@pytest.mark.keras
@pytest.mark.pages
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_every_page_runs(
    page, tmp_path, monkeypatch, short_fits, setups_of_fit
):
    """In order, in one namespace and an empty folder; no fit of it is called a trap.

    It prints what the page shows: after a fit, about that, and on TensorFlow.
    """
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    namespace, ran = {"__name__": "__main__"}, ""
    for block, shown, needs in code_blocks(page):
        if needs is None or importlib.util.find_spec(needs):
            with redirect_stdout(StringIO()) as printed:
                exec(compile(block, str(page), "exec"), namespace)
            ran += block
            trained = bool(setups_of_fit)
            if shown and not short_fits and (not trained or ON_TENSORFLOW):
                assert_prints(printed.getvalue(), shown, 0.02 if trained else 0.002)
    plt.close("all")
    assert [str(found) for found in setups_of_fit if found] == []
    assert setups_of_fit or not re.search(r"\bmodel_?\.fit\(", ran)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_runner_finds_every_block(page):
    """A pattern that finds nothing would pass all pages."""
    announced = len(re.findall(MARKS[page.suffix], page.read_text(encoding="utf-8")))
    assert len(list(code_blocks(page))) == announced
