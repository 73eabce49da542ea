"""Lessons run as scripts and as notebooks; the site runs them."""

import ast

import pytest

from tests.paths import ROOT

EXAMPLES = ROOT / "examples"
LESSONS = sorted(EXAMPLES.glob("*/*.py"))


def test_there_are_lessons():
    assert len(LESSONS) >= 12


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_a_notebook_too(lesson):
    """A notebook has no arguments and no file."""
    tree = ast.parse(lesson.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imports = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert "__file__" not in names
    assert not imports & {"argparse", "sys", "os"}
    title, line = ast.get_docstring(tree).splitlines()[:2]
    assert line == "=" * len(title)


def test_each_section_has_a_header():
    for folder in {path.parent for path in LESSONS}:
        assert (folder / "GALLERY_HEADER.rst").is_file()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_each_lesson_has_its_place(lesson):
    conf = (ROOT / "docs/conf.py").read_text(encoding="utf-8")
    assert f'"{lesson.stem}"' in conf
