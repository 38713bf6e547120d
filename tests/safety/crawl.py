"""Walking through the pages as everybody: what is shown, and which forms stand there."""

from functools import cache
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from tests.community.makers import person
from tests.people.makers import PASSWORD
from tests.safety.page import Page
from tests.safety.state import changed, held
from tests.web.addresses import address
from tests.web.everybody import taken_back
from tests.web.pages import TABLE, WALKED

# Who sees which forms: together they see all of them.
WRITERS = ("owner", "member", "removed", "visitor", "holder")


class Crawl:
    """What the pages of the town show to each role."""

    def __init__(self, world):
        self.world = world
        self.forms = cache(self._forms)
        # What `forms` came by, by role and path, and what had changed when it was through.
        self.headers, self.texts, self.changed = {}, {}, {}
        self._browsers = {}
        holder = person("Holder")
        holder.set_password(PASSWORD)
        holder.save()
        browser = Client()
        said = {"login": holder.email, "password": PASSWORD}
        for path in ("/accounts/login/", "/accounts/reauthenticate/"):
            assert browser.post(path, said).status_code == 302
        world.sessions["holder"] = browser.cookies[settings.SESSION_COOKIE_NAME].value

    def browser(self, role):
        """The browser of that role, which remembers nothing but who it is."""
        fresh = {"language": "en", "raise_request_exception": False}
        browser = self._browsers.setdefault(role, self.world.browser(role, **fresh))
        browser.cookies.clear()
        if role in self.world.sessions:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.world.sessions[role]
        return browser

    def read(self, role, **other):
        """Every page that this role reads, from the known addresses on by all links of ours."""
        waiting = [address(name, self.world, **other) for name, page in TABLE.items() if page.get]
        waiting += [path for path in map(_plain, sorted(WALKED)) if path]
        seen = set(map(place, waiting))  # one of pages that differ in whom they are about
        before = held()
        with taken_back():
            for path in waiting:  # grows while it is walked
                answer = self.browser(role).get(path)
                assert answer.status_code < 500, (role, path, getattr(answer, "exc_info", None))
                page = Page(answer.text, path, nonce_of(answer)) if _is_page(answer) else None
                if answer.streaming:
                    b"".join(answer.streaming_content)
                yield path, answer, page
                for link in page.links if page else []:
                    link = unquote(urlsplit(link)._replace(query="", fragment="").geturl())
                    if link.startswith("/") and place(link) not in seen:
                        seen.add(place(link))
                        waiting.append(link)
            self.changed[role] = changed(before)

    def _forms(self, role):
        """Every different form that posts, on every page of this role."""
        found = {}
        for path, answer, page in self.read(role):
            self.headers[role, path] = answer.headers, page.inline if page else []
            self.texts[role, path] = answer.text if page else ""
            if page and answer.status_code == 200:
                for form in page.forms:
                    if form.method == "post" and form.action.startswith("/"):
                        found.setdefault((place(form.action), *sorted(form.fields)), form)
        return list(found.values())


@cache
def place(path):
    """What makes two addresses the same page about different people or communities."""
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return path
    return found.view_name, found.kwargs.get("step")


def nonce_of(answer):
    """The nonce of the policy of an answer; no page has it by chance."""
    return answer.get("Content-Security-Policy", "").partition("'nonce-")[2].partition("'")[0]


def _plain(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _is_page(answer):
    return not answer.streaming and answer.get("Content-Type", "").startswith("text/html")
