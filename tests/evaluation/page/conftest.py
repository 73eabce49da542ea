"""One browser for all tests of pages; skips them where there is none."""

import pytest

from tests.evaluation.page.browser import Browser, missing


def pytest_collection_modifyitems(items):
    reason = missing()
    if reason:
        skip = pytest.mark.skip(reason=f"no browser to test the page in: {reason}")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def browser():
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def show(browser, tmp_path):
    """Open a report's page."""

    def show(report, comparison=None):
        browser.open(report.to_html(tmp_path / "report.html", comparison))
        return browser

    return show
