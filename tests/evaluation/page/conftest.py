"""One browser for all tests of pages; skips them where there is none."""

import pytest

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
        browser.open(report.to_html(path, comparison))
        return browser

    return show
