"""The ground floor: languages, errors, fragments, safety headers and the installable app."""

import gzip
import json
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import brotli
import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django_htmx.middleware import HtmxMiddleware
from PIL import Image

from qunluo.kernel.errors import Conflict, Invalid, TooMany
from qunluo.people.actions import register_person
from qunluo.web.core import drawing, errors, jinja, links, show
from qunluo.web.core.middleware import DomainErrorMiddleware, preferred_language
from qunluo.web.core.sheets import PARTS
from tests.community import makers

CSS_BUDGET, JS_BUDGET = 40_000, 60_000


@pytest.fixture
def visitor(db):
    """A browser that prefers English."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def ask():
    """Make a request as the middleware leaves it behind."""

    def make(path="/", **headers):
        request = RequestFactory().get(path, headers=headers)
        request.session = {}
        request.person = AnonymousUser()
        request._messages = FallbackStorage(request)
        HtmxMiddleware(lambda _: HttpResponse())(request)
        return request

    with translation.override("en"):  # whatever was spoken before
        yield make


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh-TW", "zh-hans"),
        ("zh", "zh-hans"),
        ("en-GB,en;q=0.9", "en"),
        ("fr-FR,zh;q=0.5,en;q=0.3", "zh-hans"),
        ("fr-FR,de;q=0.5", "en"),
        ("", "en"),
        ("*", "en"),
        (";;;q=x", "en"),
    ],
)
def test_the_browser_chooses_the_language(header, language):
    assert preferred_language(header) == language


def test_chinese_and_english_pages_differ_and_say_their_language(db, client):
    chinese = client.get("/", headers={"accept-language": "zh-CN"})
    english = client.get("/", headers={"accept-language": "en"})
    assert '<html lang="zh-Hans"' in chinese.text
    assert "创建社群" in chinese.text
    assert '<html lang="en"' in english.text
    assert "Found a community" in english.text
    assert "Accept-Language" in english["Vary"]


def test_a_chosen_language_holds_against_the_browser(visitor):
    answer = visitor.post("/language/", {"language": "zh-hans", "next": "/offline/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/offline/"
    assert "现在没有网络" in visitor.get("/offline/").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1", ""])
def test_a_language_switch_never_leads_elsewhere(visitor, target):
    answer = visitor.post("/language/", {"language": "en", "next": target})
    assert answer["Location"] == "/"


def test_a_person_keeps_their_language_on_a_new_device(visitor):
    person = register_person(name="小林", email="lin@example.org", password="long enough 1")
    visitor.force_login(person)
    visitor.post("/language/", {"language": "en", "next": "/"})
    person.refresh_from_db()
    assert person.language == "en"
    elsewhere = Client(headers={"accept-language": "zh-CN"})
    elsewhere.force_login(person)
    assert '<html lang="en"' in elsewhere.get("/offline/").text


def test_the_appearance_can_be_chosen_and_given_back_to_the_device(visitor):
    visitor.post("/appearance/", {"scheme": "dark", "next": "/"})
    assert 'data-theme="dark"' in visitor.get("/").text
    visitor.post("/appearance/", {"scheme": "", "next": "/"})
    assert "data-theme=" not in visitor.get("/").text


def test_people_without_a_community_are_told_how_to_begin(visitor):
    visitor.force_login(register_person(name="Ada", language="en"))
    page = visitor.get("/").text
    assert "You are not in a community yet" in page
    assert "Found a community" in page


@pytest.mark.parametrize("path", ["/", "/offline/", "/nothing/here/"])
def test_no_page_has_inline_scripts_styles_or_handlers(visitor, path):
    answer = visitor.get(path)
    page = answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "<style" not in page
    assert not re.search(r"\s(style|on[a-z]+)=\"", page)
    assert "javascript:" not in page
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy


def test_htmx_may_neither_evaluate_nor_ask_other_sites(visitor):
    page = visitor.get("/").text
    config = json.loads(
        re.search(r'name="htmx-config" content="([^"]+)"', page).group(1).replace("&#34;", '"')
    )
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0


def test_a_missing_page_says_so_in_the_readers_language(visitor, client):
    english = visitor.get("/nothing/here/")
    assert english.status_code == 404
    assert "There is nothing at this address" in english.text
    chinese = client.get("/nothing/here/", headers={"accept-language": "zh-CN"})
    assert "这个地址下没有内容" in chinese.text


def test_an_expired_form_explains_itself(visitor):
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = strict.post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert "open for too long" in answer.text


def test_a_crash_shows_a_page_without_touching_anything(ask):
    answer = errors.server_error(ask())
    assert answer.status_code == 500
    assert "Nothing you saved is lost" in answer.content.decode()


def test_a_crash_never_swaps_a_page_into_a_page(ask):
    answer = errors.server_error(ask(hx_request="true"))
    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in answer.content.decode()


def test_what_was_made_for_a_person_stays_out_of_shared_caches(visitor):
    assert "Cache-Control" not in visitor.get("/").headers
    visitor.force_login(register_person(name="Ada", language="en"))
    assert "private" in visitor.get("/")["Cache-Control"]
    assert "immutable" in visitor.get("/theme/112233.css")["Cache-Control"]


class Taken(Conflict):
    """An error for the tests."""

    message = "{name} is taken."
    next_step = "Choose another name."


def test_a_refusal_becomes_a_page_with_the_next_step_and_a_way_back(ask):
    request = ask("/c/x/", referer="http://testserver/c/x/members/?q=1")
    answer = DomainErrorMiddleware(None).process_exception(request, Taken(name="<b>Ada</b>"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "&lt;b&gt;Ada&lt;/b&gt; is taken." in page
    assert "Choose another name." in page
    assert 'href="/c/x/members/?q=1"' in page


def test_a_refusal_becomes_a_notice_for_htmx(ask):
    answer = errors.domain_error(ask("/c/x/", hx_request="true"), Taken(name="Ada"))
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in answer.content.decode()
    assert "Ada is taken." in answer.content.decode()


def test_the_fields_of_a_refused_form_are_named(ask):
    error = Invalid(fields={"slug": ["Too short."]})
    assert "Too short." in errors.domain_error(ask(), error).content.decode()


def test_too_many_requests_say_when_to_come_back(ask):
    answer = errors.domain_error(ask(), TooMany(retry_after=30))
    assert answer.status_code == 429
    assert answer["Retry-After"] == "30"


def test_other_exceptions_are_left_to_django(ask):
    assert DomainErrorMiddleware(None).process_exception(ask(), ValueError()) is None


@pytest.mark.parametrize("referer", ["http://evil.example/x", "http://testserver.evil/x", "", "x"])
def test_the_way_back_never_leads_elsewhere(ask, referer):
    assert errors.way_back(ask("/a/", referer=referer)) == ""


def test_show_answers_htmx_with_the_block_and_others_with_the_page(ask):
    context = {"message": "Hello", "next_step": "", "details": []}
    fragment = show.show(ask(hx_request="true"), "core/error_notice.html", "notice", context)
    assert "Hello" in fragment.content.decode()
    page = {"status": 1, "back": "", **context}
    for headers in ({}, {"hx_request": "true", "hx_boosted": "true"}):
        whole = show.show(ask(**headers), "core/error.html", "content", page)
        assert "<html" in whole.content.decode()
    assert "HX-Request" in whole["Vary"]


def test_show_brings_waiting_notices_along_with_a_fragment(ask):
    request = ask(hx_request="true")
    messages.success(request, "Saved.")
    context = {"message": "Hello", "next_step": "", "details": []}
    text = show.show(request, "core/error_notice.html", "notice", context).content.decode()
    assert 'hx-swap-oob="innerHTML"' in text
    assert "Saved." in text


def test_macros_are_at_hand_inside_a_block(ask):
    assert "notice error" in show.render(
        ask(), "core/error_notice.html", {"message": "x", "next_step": "", "details": []}, "notice"
    )


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("core:home", {}),
        ("core:icon", {"size": 192}),
        ("core:theme", {"key": "aabbcc"}),
        ("core:media", {"key": "avatar/ab/x y.webp"}),
        ("core:community_card", {"slug": "green-field"}),
        ("account_login", {}),
    ],
)
def test_compiled_addresses_equal_djangos_own(name, parameters):
    assert links.url(name, **parameters) == reverse(name, kwargs=parameters)


def test_an_unknown_address_is_an_error_or_nothing():
    with pytest.raises(Exception, match="no-such"):
        links.url("core:no-such")
    assert links.url_or_nothing("core:no-such") == ""


def test_the_app_can_be_installed(visitor):
    told = visitor.get("/manifest.webmanifest").json()
    assert told["display"] == "standalone"
    purposes = {(icon["sizes"], icon["purpose"]) for icon in told["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= purposes
    for icon in told["icons"]:
        picture = Image.open(BytesIO(visitor.get(icon["src"]).content))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_the_service_worker_keeps_no_page_of_a_person(visitor):
    worker = visitor.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    kept = re.search(r"KEPT = \[([^\]]*)\]", worker.text).group(1)
    assert kept == '"/offline/"'
    assert "csrfmiddlewaretoken" not in visitor.get("/offline/").text


def test_icons_come_in_known_sizes_only(visitor):
    assert visitor.get("/icon-9999.png").status_code == 404


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffd400"])
@pytest.mark.parametrize("name", ["青禾农场", "The Makers’ Bench of a Very Long Name Indeed", "🌱"])
def test_a_share_card_can_be_drawn_for_any_name_and_colour(name, colour):
    data = drawing.card(name, "🌾", colour, "一句话" * 40, "https://example.org/c/x/", "扫一扫")
    picture = Image.open(BytesIO(data))
    assert picture.size == (1200, 630)
    assert len(data) < 300_000


def test_lines_never_begin_with_punctuation():
    text = "今天，我们一起读书。明天，我们一起种地！后天，"
    for line in drawing.lines_of(text, 40, 200, 9):
        assert line[0] not in "，。！"


def test_a_theme_is_cached_for_ever_under_its_colour(visitor):
    answer = visitor.get("/theme/ffd400.css")
    assert answer["Content-Type"] == "text/css"
    assert "immutable" in answer["Cache-Control"]
    assert "--brand:#ffd400" in answer.text
    assert visitor.get("/theme/zzzzzz.css").status_code == 404


def test_the_health_address_answers_while_the_database_does(visitor):
    assert visitor.get("/healthz").content == b"ok"


def test_robots_stay_out_of_what_belongs_to_people(visitor):
    assert "Disallow: /me/" in visitor.get("/robots.txt").text


def test_unknown_media_are_not_found(visitor):
    assert visitor.get("/media/avatar/ab/none.webp").status_code == 404
    assert visitor.get("/media/../secret-key").status_code == 404


class Landmarks(HTMLParser):
    """Counts what a screen reader looks for."""

    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.unnamed = [], [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "img" and "alt" not in found:
            self.unnamed.append(found)


@pytest.mark.parametrize("path", ["/", "/offline/", "/nothing/here/"])
def test_a_page_has_its_landmarks_and_one_heading(visitor, path):
    page = Landmarks()
    page.feed(visitor.get(path).text)
    assert page.tags.count("main") == 1
    assert page.tags.count("h1") == 1
    assert "main" in page.ids
    assert len(page.ids) == len(set(page.ids))
    assert page.unnamed == []


def weight(paths):
    """Bytes on the wire, compressed as the server does it."""
    return sum(len(brotli.compress(Path(path).read_bytes())) for path in paths)


def test_css_and_javascript_stay_within_their_budget():
    root = Path(finders.find("core/css/tokens.css")).parents[1]
    css = list(root.glob("css/*.css"))
    scripts = [*root.glob("js/page.js"), Path(finders.find("django_htmx/htmx-2.min.js"))]
    assert weight(css) < CSS_BUDGET
    assert weight(scripts) < JS_BUDGET
    assert len(gzip.compress(b"".join(p.read_bytes() for p in css))) < CSS_BUDGET


def test_the_sheets_of_every_page_are_one_file_and_follow_their_parts(data_dir):
    place = Path(finders.find("core/css/site.css"))
    whole = place.read_text(encoding="utf-8")
    for name in PARTS:
        assert Path(finders.find(f"{name}.css")).read_text(encoding="utf-8") in whole
    place.write_text("old", encoding="utf-8")
    assert Path(finders.find("core/css/site.css")).read_text(encoding="utf-8") == whole


def test_pages_ask_only_for_files_that_exist(visitor):
    page = visitor.get("/").text
    for path in re.findall(r'(?:href|src)="/static/([^"]+)"', page):
        assert finders.find(path), path


def test_the_landing_page_names_the_open_doors_of_this_installation(visitor):
    made = makers.community()
    hidden = makers.community(stage="private")
    page = visitor.get("/").text
    assert f'href="/c/{made.slug}/"' in page
    assert f'href="/c/{hidden.slug}/"' not in page


def test_a_community_can_be_installed_as_an_app_of_its_own(visitor):
    made = makers.community()
    told = visitor.get(f"/c/{made.slug}/manifest.webmanifest").json()
    assert told["name"] == made.name
    assert told["start_url"] == f"/c/{made.slug}/"
    icon = Image.open(BytesIO(visitor.get(told["icons"][0]["src"]).content))
    assert icon.width == 192
    assert Image.open(BytesIO(visitor.get(f"/c/{made.slug}/card.png").content)).width == 1200
    hidden = makers.community(stage="private")
    for path in ("manifest.webmanifest", "icon-192.png", "card.png"):
        assert visitor.get(f"/c/{hidden.slug}/{path}").status_code == 404


def test_the_label_of_an_icon_stays_text_and_without_one_it_is_decoration():
    said = jinja.icon("house", label='"><script>a()</script>')
    assert 'role="img" aria-label="&#34;&gt;&lt;script&gt;a()' in said
    assert "<script" not in said
    assert 'aria-hidden="true"' in jinja.icon("house")
    assert jinja.icon("house").count("<path") == 2


def test_an_icon_that_does_not_exist_is_noticed():
    with pytest.raises(KeyError):
        jinja.icon("no-such-icon")
