"""How people move through the pages: by the words they read, in their language."""

from dataclasses import dataclass
from itertools import count

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext, override

from tests.people.makers import PASSWORD

DJANGO = {"zh": "zh-hans", "en": "en"}
_newcomers = count(1)


@dataclass
class Walker:
    """Somebody in front of a page; texts are the English ones of the templates."""

    page: object
    language: str = "zh"

    def say(self, text, **names):
        """Return what the page says for a text, in this person's language."""
        with override(DJANGO[self.language]):
            said = gettext(text)
        return said % names if names else said

    def go(self, path):
        """Open an address."""
        self.page.goto(path)
        return self

    def press(self, text, *, within=None, first=False, **names):
        """Press the button, or follow the link, of exactly that name."""
        place, said = within or self.page, self.say(text, **names)
        found = place.get_by_role("button", name=said, exact=True).or_(
            place.get_by_role("link", name=said, exact=True)
        )
        (found.first if first else found).click()
        return self

    def fill(self, label, value, *, within=None):
        """Type into the field of that label."""
        self.field(label, within=within).fill(value)
        return self

    def field(self, label, *, within=None):
        """Return the field of that label."""
        return (within or self.page).get_by_label(self.say(label))

    def tick(self, label, **names):
        """Tick a box or choose one of several."""
        self.page.get_by_label(self.say(label, **names), exact=True).check()
        return self

    def sees(self, text, **names):
        """Wait until a text is there to be read."""
        said = self.say(text, **names)
        self.page.get_by_text(said).first.wait_for()
        return self

    def reads(self, text):
        """Wait until something written by a person, not by us, is there to be read."""
        self.page.get_by_text(text).first.wait_for()
        return self

    def lacks(self, text, **names):
        """Make sure that a text is not on the page."""
        said = self.say(text, **names)
        assert self.page.get_by_text(said).count() == 0, said
        return self

    def arrives(self, pattern):
        """Wait for an address."""
        self.page.wait_for_url(pattern)
        return self

    @property
    def path(self):
        """The path of the page."""
        return "/" + self.page.url.split("/", 3)[3].split("?")[0]


def read_trial(walker):
    """Come to what the trial of an import found; a quick one is there without another tap."""
    link = walker.page.get_by_role("link", name=walker.say("See what would happen"))
    told = walker.page.get_by_role("heading", name=walker.say("What would happen"), exact=True)
    link.or_(told).first.wait_for(timeout=60_000)
    if link.count():
        link.click()
    told.wait_for()


def newcomer():
    """A name and an address that nobody has used."""
    number = next(_newcomers)
    return f"新来的{number}", f"newcomer{number}@example.org"


class Dear(Argon2PasswordHasher):
    """The hasher as the served installation uses it; the suite's own is made cheap."""

    time_cost, memory_cost = 2, 102_400


def with_password(person):
    """Give somebody the password of all stories; return them."""
    person.password = Dear().encode(PASSWORD, Dear().salt())
    person.save(update_fields=["password"])
    return person


def sign_up(walker, name="", address=""):
    """Open an account on the page that asks for one; return name and address."""
    fresh = newcomer()
    name, address = name or fresh[0], address or fresh[1]
    walker.fill("Your name", name).fill("E-mail", address)
    walker.page.get_by_label(walker.say("Password"), exact=False).fill(PASSWORD)
    walker.press("Open my account")
    return name, address
