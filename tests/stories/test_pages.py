"""Every page, in both languages and sizes: accessible, steady, as wide as the screen."""

import re

import brotli
import pytest

from qunluo.community import actions
from qunluo.people.actions import update_profile
from tests.community import makers
from tests.community.charter import makers as charters
from tests.stories.ways import DJANGO, Walker

OPEN = ["/", "/start/", "/offline/", "/accounts/login/", "/accounts/signup/",
        "/accounts/login/code/", "/accounts/password/reset/", "/nothing/here/"]  # fmt: skip
DOOR = ["", "about/", "charter/", "charter/versions/", "rules/", "join/"]
INSIDE = ["", "members/", "may/", "decisions/", "leave/", "invitations/"]
GUIDE = ["guide/", "guide/positioning/", "guide/axes/", "guide/rules/", "guide/business/",
         "guide/readiness/", "guide/identity/", "guide/preview/", "publish/", "settings/",
         "cofounders/"]  # fmt: skip
DESK = ["", "members/", "applications/", "appeals/", "roles/", "log/", "trouble/", "customers/",
        "customers/new/", "customers/import/", "customers/invite/", "customers/settings/",
        "founding/", "founding/kol/", "export/"]  # fmt: skip
ME = ["", "profile/", "preferences/", "security/"]
# The pages on which a theme of one's own shows most.
DARK = ["", "charter/", "members/", "guide/", "desk/", "desk/members/", "desk/customers/"]
JOIN = re.compile(r"^[^?]*/join/$")
# Of a page that nobody has opened before: its own and all bytes as they travel, and requests.
HTML, WIRE, REQUESTS = 40_000, 120_000, 6
FIRST = {"document", "stylesheet", "script"}
LATE = re.compile(r"/(follow|live)\.js")  # begins to listen when the page has been shown


@pytest.fixture(scope="module")
def farm(site):
    """A published farm with an open door; `speaking` gives its owner in a language."""
    made = charters.write_all(charters.fresh("T14", name="山后农场"))
    charters.save(made, "people", group="住在本市的人家", criterion="", proof="")
    actions.publish_community(actor=made.owner, community=made)
    actions.set_selection(actor=made.owner, community=made, selection="open")
    actions.open_recruitment(actor=made.owner, community=made)
    for name in ("小满", "采薇", "老周"):
        makers.member(made, name)

    def speaking(language):
        return update_profile(actor=made.owner, language=DJANGO[language])

    made.speaking = speaking
    return made


@pytest.fixture(params=[("en", "phone"), ("zh", "desktop")], ids="-".join)
def seen(request):
    """English where room is scarce, Chinese where it is wide; the other stories cross the two."""
    return request.param


def all_of(base, paths):
    return [base + path for path in paths]


@pytest.mark.req("F29")
def test_what_everybody_can_open(visit, farm, seen, well_made):
    language, size = seen
    walker = Walker(visit("/", language=language, size=size), language)
    for path in OPEN + all_of(f"/c/{farm.slug}/", DOOR):
        walker.go(path)
        well_made(walker.page)


@pytest.mark.req("F29")
def test_what_the_owner_opens_inside(visit, farm, seen, well_made):
    language, size = seen
    owner = farm.speaking(language)
    walker = Walker(visit("/me/", language=language, size=size, person=owner), language)
    paths = all_of("/me/", ME) + all_of(f"/c/{farm.slug}/", INSIDE + GUIDE)
    for path in paths:
        walker.go(path)
        well_made(walker.page)


@pytest.mark.req("F29")
def test_what_stands_at_the_desk(visit, farm, seen, well_made):
    language, size = seen
    owner = farm.speaking(language)
    walker = Walker(visit("/", language=language, size=size, person=owner), language)
    for path in all_of(f"/c/{farm.slug}/desk/", DESK):
        walker.go(path)
        well_made(walker.page)


@pytest.mark.req("F22")
def test_the_dark_theme_keeps_its_contrast(visit, farm, size, well_made):
    owner = farm.speaking("zh")
    page = visit("/", size=size, person=owner, dark=True)
    for path in ["/", *all_of(f"/c/{farm.slug}/", DARK)]:
        page.goto(path)
        well_made(page)
    stranger = visit(f"/c/{farm.slug}/", size=size, dark=True)
    well_made(stranger)


def test_no_page_is_heavy(visit, farm):
    """Sheets and scripts count compressed, as WhiteNoise sends them."""
    owner = farm.speaking("zh")
    page = visit("/", person=owner, service_workers="block")
    asked = []
    page.on("request", lambda one: asked.append(one))
    paths = [f"/c/{farm.slug}/talk/", *all_of(f"/c/{farm.slug}/", DARK)]
    for path in ["/", "/me/profile/", *paths]:
        asked.clear()
        page.goto(path)
        urls = {one.url for one in asked if one.resource_type in FIRST and not LATE.search(one.url)}
        bodies = {url: page.request.get(url).body() for url in urls}
        html = len(bodies.pop(page.url))
        packed = sum(len(brotli.compress(body, quality=5)) for body in bodies.values())
        assert html <= HTML, path
        assert html + packed <= WIRE, (path, html, packed)
        assert len(urls) <= REQUESTS, (path, urls)


def test_the_site_installs_and_says_so_when_the_network_is_away(visit, farm):
    page = visit(f"/c/{farm.slug}/")
    href = page.locator("link[rel=manifest]").get_attribute("href")
    manifest = page.request.get(href).json()
    assert manifest["name"] == farm.name
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto(f"/c/{farm.slug}/charter/")
    walker = Walker(page, "zh").sees("You are offline")
    # It comes dressed, although this browser never opened it before.
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    page.context.set_offline(False)
    walker.press("Try again")
    walker.page.get_by_role("heading", name=walker.say("Charter"), exact=True).wait_for()


@pytest.mark.req("P22")
def test_somebody_joins_with_nothing_but_the_keyboard(visit, farm):
    page = visit(f"/c/{farm.slug}/", size="desktop")
    walker = Walker(page, "zh")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reach(page, f"a[href='/c/{farm.slug}/join/']")
    page.keyboard.press("Enter")
    walker.arrives(JOIN)
    reach(page, "a[href^='/accounts/signup/']")
    page.keyboard.press("Enter")
    walker.arrives("**/accounts/signup/**")
    for name, said in (("name", "键盘客"), ("email", "keys-only@example.org"),
                       ("password1", "four calm herons standing")):  # fmt: skip
        reach(page, f"[name={name}]")
        page.keyboard.type(said)
    page.keyboard.press("Enter")
    walker.arrives(JOIN)
    reach(page, "[name=accepted_rules]")
    page.keyboard.press("Space")
    reach(page, "main form.form button[type=submit]")
    page.keyboard.press("Enter")
    walker.arrives(f"**/c/{farm.slug}/").sees("Hello, %(name)s", name="键盘客")


def reach(page, selector, steps=80):
    """Go on with the tabulator until the focus, which has to be seen, is there."""
    for _ in range(steps):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            ring = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; })()"
            )
            assert ring, f"nobody sees that {selector} has the focus"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard never reaches {selector} on {page.url}")
