"""Sorting, filtering, keys, and what the page may not do, in a real browser."""

import http.server
import re
import threading

import numpy as np
import pytest

import keras_multilabel as kml
from keras_multilabel.evaluation.page.encoding import csp_hash
from keras_multilabel.evaluation.page.render import render_page
from tests.evaluation.page.reports import population, report_of

pytestmark = pytest.mark.browser
LABELS = "return shownLabels()"
BREAK = "window.broken = true"
NASTY = f"</script><script>{BREAK}</script><img src=x onerror='{BREAK}'>"


@pytest.fixture
def report():
    y_true, y_score = population(2_000, 12, seed=1)
    names = [f"label {n}" for n in (3, 10, 2, 1, 12, 5, 6, 7, 8, 9, 4, 11)]
    return report_of(y_true, y_score, [0.4] * 9 + [0.93] * 3, names=names)


def names_by(report, values):
    order = np.argsort(values, kind="stable")
    return [report.label_names[label] for label in order]


def test_sorting(report, show):
    browser = show(report)
    assert browser.run(LABELS) == names_by(report, -report.counts.support)
    f1 = kml.f1_score(report.counts, average=None)
    browser.click("th.f1_score button")
    assert browser.run(LABELS) == names_by(report, -f1)
    browser.click("th.f1_score button")
    assert browser.run(LABELS) == names_by(report, f1)
    head = "return document.querySelector('th.f1_score').getAttribute('aria-sort')"
    assert browser.run(head) == "ascending"
    browser.click("th.label button")
    assert browser.run(LABELS) == [f"label {n}" for n in range(1, 13)]


def test_searching_and_filtering(report, show):
    browser = show(report)
    browser.type("/")
    browser.type("LABEL 1")
    assert set(browser.run(LABELS)) == {"label 1", "label 10", "label 11", "label 12"}
    assert browser.text("#found") == "4 of 12"
    browser.run("get('search').value = ''; arrange()")
    browser.run("filterBy(arguments[0])", "low")
    f1 = kml.f1_score(report.counts, average=None)
    assert len(browser.run(LABELS)) == (f1 < 0.5).sum() > 0
    browser.run("filterBy(arguments[0])", "few")
    assert len(browser.run(LABELS)) == (report.counts.support < 10).sum()
    browser.run("filterBy(arguments[0])", "moved")
    assert browser.run(LABELS) == []


def test_keys(report, show):
    browser = show(report)
    order = names_by(report, -report.counts.support)
    browser.run("get('window').focus()")
    for key, name in (("Down", order[1]), ("Down", order[2]), ("Up", order[1])):
        browser.type(key)
        assert browser.text("#name") == name
    browser.type("End")
    assert browser.text("#name") == order[-1]
    active = browser.run("return get('window').getAttribute('aria-activedescendant')")
    assert order[-1] in browser.text(f"#{active}")
    browser.type("Home")
    browser.type("Enter")
    before = browser.run("return thresholdOf(chosen)")
    browser.type("Right")
    after = browser.run("return thresholdOf(chosen)")
    assert after > before
    spoken = browser.run("return get('slider').getAttribute('aria-valuetext')")
    assert re.fullmatch(rf"{after:.3f}: precision \S+, recall \S+, F1 \S+", spoken)


def test_cells_of_a_matrix_are_read_out(report, show):
    browser = show(report)
    browser.run("get('confusion').focus()")
    browser.type("Down")
    browser.type("Right")
    confusion = kml.label_confusion_matrix(report.y_true, report.y_pred)
    told = browser.text("#confusion-cell")
    assert told.startswith("label 3 missed, label 10 predicted: ")
    assert int(re.findall(r": (\d+)", told)[0]) == confusion[0, 1]


def test_a_thousand_labels_take_at_most_60_rows(show):
    y_true, y_score = population(500, 1000)
    browser = show(report_of(y_true, y_score))
    assert len(browser.run("return texts('#rows .label')")) <= 60
    rows = browser.run("return get('window').getAttribute('aria-rowcount')")
    assert rows == "1001"
    order = browser.run("return order")
    browser.run("get('window').scrollTop = 17000")
    labels = browser.wait("visibleLabels()")
    assert len(labels) > 18
    assert f"label {order[500]}" in labels[:3]


def test_rows_out_of_sight_are_right_once_they_are_seen(show):
    browser = show(report_of(*population(500, 300)))
    browser.run("slide('all', 200); choose(5)")
    selected = "return document.querySelectorAll('#rows [aria-selected=true]').length"
    head = browser.run("return get('heads').offsetHeight")
    for at in (3, 15, 9, 26, 150, 270, 30, 0):
        browser.run("get('window').scrollTop = arguments[0]", 34 * at + head + 5)
        labels = browser.wait("visibleLabels()")
        assert labels[0] == browser.run("return data.labels[order[arguments[0]]]", at)
        shown = browser.run("return shownOf('.threshold', arguments[0])", labels)
        assert len(shown) == len(labels) > 20
        assert set(shown) == {browser.run("return shown(data.shared[200])")}
        browser.run("choose(arguments[0])", at + 2)
        assert browser.run(selected) == 1


def test_decisions_alone(show):
    y_true, y_score = population(200, 3)
    browser = show(report_of(y_true, None, y_pred=y_score >= 0.5))
    assert (
        browser.run(
            "return document.querySelectorAll('.adjust:is(:not([hidden]))').length"
        )
        > 0
    )
    assert not browser.run("return get('slider').checkVisibility()")
    assert browser.run(LABELS)


def test_no_error_and_no_request(report, show):
    images = [np.zeros((8, 8), np.uint8)] * 2_000
    names = [NASTY, *report.label_names[1:]]
    browser = show(report)
    browser.console(), browser.requested()
    browser = show(
        report_of(report.y_true, report.y_score, 0.4, names=names, images=images)
    )
    for selector in ("#theme", "th.label button", "#scale", "#rows tr:nth-child(4)"):
        browser.click(selector)
    assert browser.console() == []
    urls = browser.requested()
    assert [url for url in urls if not url.startswith("data:")] == urls[:1]
    assert urls[0].startswith("file://")
    assert not browser.run("return 'broken' in window")
    assert NASTY in browser.run(LABELS)
    assert browser.run("return document.querySelectorAll('#pictures img').length") > 0
    assert browser.run(
        "return [...document.images].every((image) => image.naturalWidth > 0)"
    )


def test_the_policy_holds_for_scripts_of_the_page(report, browser, tmp_path):
    """A script that the policy lets in cannot fetch, run text or add a script."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        attempt = ATTEMPTS.replace("URL", url)
        page = render_page(report).replace(
            "script-src ", f"script-src {csp_hash(attempt)} "
        )
        page = page.replace("</body>", f"<script>{attempt}</script></body>")
        path = tmp_path / "attempt.html"
        path.write_text(page, encoding="utf-8")
        browser.open(path)
        found = browser.wait(
            "new Promise((done) => setTimeout(() => done(window.found), 500))"
        )
        server.shutdown()
    assert found == {
        "fetch": "TypeError",
        "eval": "EvalError",
        "script": False,
        "handler": False,
    }
    blocked = browser.run("return window.blocked")
    assert {"connect-src", "img-src", "style-src-elem", "script-src-elem"} <= set(
        blocked
    )
    assert seen == []
    browser.console()


ATTEMPTS = """
window.blocked = [];
window.found = { script: false, handler: false };
addEventListener("securitypolicyviolation", (event) =>
  window.blocked.push(event.effectiveDirective));
fetch("URL/fetch").catch((error) => (window.found.fetch = error.name));
new Image().src = "URL/image";
navigator.sendBeacon("URL/beacon", "x");
try { eval("1"); } catch (error) { window.found.eval = error.name; }
const script = document.createElement("script");
script.textContent = "window.found.script = true";
document.body.append(script);
const image = document.createElement("div");
image.innerHTML = "<img src='data:,' onerror='window.found.handler = true'>";
document.body.append(image);
const style = document.createElement("style");
style.textContent = "body { background: url(URL/style) }";
document.body.append(style);
"""
