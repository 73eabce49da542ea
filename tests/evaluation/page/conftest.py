"""One browser for all tests of pages; skips them where there is none."""

import pytest

from keras_multilabel.evaluation.page.render import render_page
from tests.evaluation.page.browser import Browser, missing


@pytest.fixture(scope="session")
def browser():
    reason = missing()
    if reason:
        pytest.skip(f"No browser to test the page in: {reason}.")
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open a report's page."""

    def show(report, comparison=None):
        path = tmp_path / "report.html"
        path.write_text(render_page(report, comparison), encoding="utf-8")
        browser.open(path)
        return browser

    return show
