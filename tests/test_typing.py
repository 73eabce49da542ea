"""Types that the package promises; `make lint` has type checkers read the same file."""

import runpy

import pytest

from tests.paths import ROOT

SNIPPET = runpy.run_path(str(ROOT / "tests/typing/snippet.py"))


@pytest.mark.parametrize("use", SNIPPET["RIGHT"], ids=lambda use: use.__name__)
def test_what_the_checkers_accept_runs(use):
    use()
