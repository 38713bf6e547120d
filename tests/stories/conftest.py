"""Stories: a real Chromium on a real `qunluo serve`, one living installation for all of them.

Nothing is rolled back between stories, as nothing is in life: each brings its own people and
communities, by the makers of the rooms or through the pages.
"""

import email
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email import policy
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import Locator, Page

SIZES = {
    "phone": {
        "viewport": {"width": 375, "height": 812},
        "device_scale_factor": 1,
        "is_mobile": True,
        "has_touch": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
# The browser reports each refused request as an error, also those that the story provokes.
# So it does while a story is offline.
REFUSED = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d"
    r"|net::ERR_INTERNET_DISCONNECTED)"
)
STEADY = 0.02
GRAVE = """
axe.run({resultTypes: ['violations']})
  .then(found => found.violations.filter(one => /serious|critical/.test(one.impact)))
"""
WATCH_SHIFTS = """
window.qunluoShift = 0;
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.qunluoShift += one.value;
}).observe({type: 'layout-shift', buffered: true});
"""


def pytest_collection_modifyitems(items):
    """Mark what lies here as stories, so that the plain suite leaves them out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.story)


@dataclass
class Site:
    """The served installation."""

    url: str
    folder: Path
    log: Path

    def letters(self, to: str) -> list[str]:
        """What was mailed to an address, oldest first: subject, a blank line, text."""
        found = []
        for path in sorted((self.folder / "mail").glob("*.log"), key=lambda p: p.stat().st_mtime):
            for part in re.split(rb"^-{79}$", path.read_bytes(), flags=re.M):
                letter = email.message_from_bytes(part.strip(), policy=policy.default)
                if to.lower() in str(letter["To"]).lower():
                    body = letter.get_body(("plain", "html"))
                    found.append(f"{letter['Subject']}\n\n{body.get_content() if body else ''}")
        return found

    def letter(self, to: str, within: float = 20) -> str:
        """The newest letter to an address, waiting for the worker to send it."""
        until = time.monotonic() + within
        while not (found := self.letters(to)):
            assert time.monotonic() < until, f"no letter to {to} within {within} s"
            time.sleep(0.2)
        return found[-1]


def address_of_database() -> str:
    """QUNLUO_DATABASE_URL of the database that the tests use."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    host = (told["HOST"] or "").replace("/", "%2F")
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    port = f":{told['PORT']}" if told["PORT"] else ""
    return f"postgres://{told['USER']}{password}@{host}{port}/{told['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def site(django_db_setup, django_db_blocker):
    """Serve the test database with the real command until the last story is told."""
    port, folder = free_port(), Path(settings.DATA_DIR)
    url, log = f"http://localhost:{port}", folder / "serve.log"
    surroundings = {
        **os.environ,
        "QUNLUO_DATA_DIR": str(folder),
        "QUNLUO_DATABASE_URL": address_of_database(),
        "QUNLUO_SITE_URL": url,
        "QUNLUO_ALLOWED_HOSTS": "localhost 127.0.0.1",
        "QUNLUO_EMAIL_URL": "filebased:",
        "QUNLUO_NO_RATE_LIMITS": "1",
        "QUNLUO_WEB_THREADS": "4",
    }
    command = [sys.executable, "-m", "qunluo", "serve", "--listen", f"127.0.0.1:{port}"]
    with log.open("w") as out:
        server = subprocess.Popen(command, env=surroundings, stdout=out, stderr=out)
    try:
        wait_until_served(url, server, log)
        with django_db_blocker.unblock():
            yield Site(url, folder, log)
            connections.close_all()
    finally:
        server.terminate()
        server.wait(30)


def wait_until_served(url, server, log):
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert server.poll() is None, f"the server ended:\n{log.read_text()[-4000:]}"
            time.sleep(0.1)
    pytest.fail(f"the server never answered:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the machine's Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, "there is no Chromium: install the package chromium"
    return {**browser_type_launch_args, "executable_path": found, "args": FLAGS}


@dataclass
class Watch:
    """Everything on a page that nobody should have to see."""

    faults: list[str] = field(default_factory=list)

    def over(self, page):
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("response", self.response)

    def console(self, message):
        if message.type == "error" and not REFUSED.search(message.text):
            place = (message.location or {}).get("url", "")
            self.faults.append(f"console: {message.text} ({place})")

    def response(self, response):
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.request.method} {response.url}")


def settled(act, page_of):
    """Let an act of the browser end when the page that it led to is whole.

    A click returns as soon as the next page begins to arrive: on a busy machine a story would
    then read the half of it.
    """

    @functools.wraps(act)
    def acted(self, *args, **more):
        act(self, *args, **more)
        page = page_of(self)
        if not page.is_closed():
            page.wait_for_load_state("domcontentloaded")

    return acted


@pytest.fixture(scope="session", autouse=True)
def patient():
    """Wait for whole pages after clicks and keys, in all stories alike."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("click", "press"):
            patch.setattr(Page, name, settled(getattr(Page, name), lambda page: page))
            patch.setattr(Locator, name, settled(getattr(Locator, name), lambda one: one.page))
        yield


@pytest.fixture
def visit(site, browser):
    """`visit(path, language="zh", size="phone", person=None, dark=False) -> Page`.

    Each call is another person with a browser of their own; pass `context=page.context` to open
    another tab. The story fails when a page logs an error, breaks the policy or answers with 5xx.
    """
    contexts, watch = [], Watch()

    def open_page(
        path="/", *, language="zh", size="phone", person=None, dark=False, context=None, **more
    ):
        if context is None:
            context = browser.new_context(
                base_url=site.url,
                locale=LANGUAGES[language],
                timezone_id="Asia/Shanghai",
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                **SIZES[size],
                **more,
            )
            context.set_default_timeout(15_000)
            context.add_init_script(WATCH_SHIFTS)
            context.on("page", watch.over)
            contexts.append(context)
        if person is not None:
            sign_in(context, person, site)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watch.faults == [], log_tail(site)


def log_tail(site):
    return f"the server said last:\n{site.log.read_text()[-3000:]}"


def sign_in(context, person, site):
    """Give a browser the session of a person, without the way through the form."""
    client = Client(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1", HTTP_USER_AGENT="story")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site.url}])


@pytest.fixture(params=["zh", "en"])
def language(request):
    """Tell the story in Chinese and in English."""
    return request.param


@pytest.fixture(params=["phone", "desktop"])
def size(request):
    """Tell the story on a phone and on a desktop."""
    return request.param


@pytest.fixture(params=[("zh", "phone"), ("en", "desktop")], ids="-".join)
def way(request):
    """Both languages and both sizes; the walks through all pages cross them."""
    return request.param


@pytest.fixture
def axe():
    """`axe(page)` fails on serious and critical barriers for people with disabilities."""

    def look(page):
        # A page that still fades in has contrasts nobody will meet.
        page.wait_for_load_state("load")
        page.evaluate(AXE_SCRIPT)
        # Not the package's own way, which brings home what passed as well: half of the time.
        grave = page.evaluate(GRAVE)
        told = [
            f"{v['impact']} {v['id']}: {v['help']}\n    "
            + "\n    ".join(
                f"{n['html'][:160]} — {n['failureSummary'][:240]}" for n in v["nodes"][:4]
            )
            for v in grave
        ]
        assert not grave, f"{page.url}\n" + "\n".join(told)

    return look


@pytest.fixture
def well_made(axe):
    """`well_made(page)`: accessible, nothing sticks out sideways, nothing jumped while loading."""

    def look(page):
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{page.url} is {wide} px wider than the screen"
        shift = page.evaluate("window.qunluoShift")
        assert shift <= STEADY, f"{page.url} jumped by {shift:.3f} while loading"

    return look
