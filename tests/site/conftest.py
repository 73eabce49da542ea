"""The site that `make docs` has built, served and shown in one browser."""

import functools
import http.server
import threading

import pytest

from tests.evaluation.page.browser import Browser, missing
from tests.paths import ROOT

SITE = ROOT / "docs" / "_build" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


class Visitor:
    """A browser that goes to pages of the site by their names."""

    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        self.run = browser.run

    def screen(self, width, height=1000):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        metrics["mobile"] = width < 500
        self.browser.emulate(Emulation_setDeviceMetricsOverride=metrics)

    def go(self, page):
        self.browser._ask("POST", "/url", {"url": self.address + page})

    def errors(self):
        return [m["message"] for m in self.browser.console() if m["level"] == "SEVERE"]


def skip_unless_built():
    if not (SITE / "index.html").exists():
        pytest.skip("the site is not built: make docs")


@pytest.fixture(scope="session")
def visitor():
    reason = missing()
    if reason:
        pytest.skip(f"no browser to look at the site with: {reason}")
    skip_unless_built()
    handler = functools.partial(Quiet, directory=SITE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = Browser()
    yield Visitor(browser, f"http://127.0.0.1:{server.server_port}/")
    browser.close()
    server.shutdown()


@pytest.fixture(scope="session")
def pages():
    """All pages that a reader reads, not those of source code and of the index."""
    skip_unless_built()
    found = [str(path.relative_to(SITE)) for path in sorted(SITE.rglob("*.html"))]
    aside = ("_modules", "_static", "genindex", "py-modindex", "search")
    return [page for page in found if not page.startswith(aside)]
