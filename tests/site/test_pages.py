"""Pages of the site as a browser shows them: on a desk, on a phone, and their links."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.conftest import SITE

pytestmark = pytest.mark.browser

# What reaches beyond the screen, or is cut off by its own box.
CUT_OFF = """
    const wide = document.documentElement.clientWidth + 1;
    return [...document.querySelectorAll('main h1, main h2, main h3, main dt.sig')]
        .filter((e) => e.getBoundingClientRect().right > wide
            || e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.innerText.slice(0, 60));
"""
WIDE_CODE = """
    return [...document.querySelectorAll('main div.highlight pre')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.innerText.slice(0, 60));
"""
BARE_PICTURES = """
    return [...document.querySelectorAll('main img')]
        .filter((e) => !e.hasAttribute('alt')).map((e) => e.src);
"""
EMPTY_BAR = """
    const bar = document.querySelector('.bd-sidebar-primary:not(.hide-on-wide)');
    return bar !== null && bar.querySelector('a.reference') === null;
"""


def test_the_header_is_one_row(visitor):
    for width in (1024, 1280, 1400, 1920):
        visitor.screen(width)
        visitor.go("guide/thresholds.html")
        height = visitor.run(
            "return document.querySelector('.bd-header').getBoundingClientRect().height"
        )
        assert height < 90, f"{height} px at {width}"


def test_an_anchor_does_not_hide_its_heading(visitor):
    visitor.screen(1400)
    visitor.go("guide/thresholds.html#rare-labels")
    top, below = visitor.run("""
        const heading = document.querySelector('#rare-labels h2');
        return [heading.getBoundingClientRect().top,
            document.querySelector('.bd-header').getBoundingClientRect().bottom];
    """)
    assert top >= below - 1


def test_nothing_is_cut_off_on_a_phone(visitor, pages):
    visitor.screen(390, 844)
    wrong = {}
    for page in pages:
        visitor.go(page)
        found = visitor.run(CUT_OFF)
        if visitor.run("return document.documentElement.scrollWidth") > 391:
            found.append("the page itself")
        if found:
            wrong[page] = found
    assert wrong == {}


def test_on_a_desk_code_fits_pictures_have_texts_and_bars_have_links(visitor, pages):
    visitor.screen(1400)
    visitor.errors()
    wrong = {}
    for page in pages:
        visitor.go(page)
        found = visitor.run(WIDE_CODE) + visitor.run(BARE_PICTURES) + visitor.errors()
        if visitor.run("return document.querySelectorAll('main h1').length") != 1:
            found.append("one h1 is missing, or too many")
        if visitor.run(EMPTY_BAR):
            found.append("an empty side bar")
        if found:
            wrong[page] = found
    assert wrong == {}


class Links(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.ids = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.update(values[key] for key in ("id", "name") if values.get(key))
        self.links.update(values[key] for key in ("href", "src") if values.get(key))


def test_no_local_link_is_broken(pages):
    """Of pages of source code as well."""
    read = {
        path: Links(path.read_text(encoding="utf-8"))
        for path in sorted(SITE.rglob("*.html"))
        if "_static" not in path.parts
    }
    wrong = []
    for path, found in read.items():
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link == "#":
                continue
            target = path if not parts.path else path.parent / unquote(parts.path)
            target = target.resolve()
            anchor = unquote(parts.fragment)
            known = read[target].ids if target in read else None
            if not target.exists() or (anchor and known and anchor not in known):
                wrong.append(f"{path.relative_to(SITE)}: {link}")
    assert wrong == []


def test_the_reference_shows_what_a_user_calls_and_takes(pages):
    hooks = re.compile(
        r'id="keras_multilabel\.\w+\.(call|get_config|on_\w+|losses_of_samples|'
        r'set_model|set_params|get_metadata_routing|set_\w+_request)"'
    )
    texts = {
        page: (SITE / page).read_text("utf-8")
        for page in pages
        if page.startswith("reference/generated")
    }
    assert [page for page, text in texts.items() if hooks.search(text)] == []
    assert [page for page, text in texts.items() if "*args" in text] == []
    undescribed = [
        page
        for page, text in texts.items()
        if 'class="sig-param"' in text
        and "field-list" not in text
        and 'class="py attribute"' not in text
    ]
    assert undescribed == []


def test_no_path_of_the_machine_is_shown(pages):
    shown = {
        page
        for page in pages
        if re.search(r"/(?:tmp|home|root|work)/", (SITE / page).read_text("utf-8"))
    }
    assert shown == set()
