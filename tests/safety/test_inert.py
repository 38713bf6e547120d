"""What people type stays text: through every form and every write of the API, on every page."""

import re
from datetime import timedelta

import pytest
from django.utils.html import escape

from qunluo.kernel.clock import now
from tests.safety import api
from tests.safety.crawl import WRITERS, nonce_of, place
from tests.safety.page import Page

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
# Each is short enough for a name. What it would leave behind in a page is an element or an
# attribute of that name, a link that runs, or the product of a template.
PROBES = [
    "'\"><xss-a onxss=a()>{{9**9}}</textarea></title></script>",
    "javascript:xss()//\" onxss=a() '\u202egnp.exe\u2066{%xss%}",
    "[x](javascript:xss()) <svg/onload=xss()>${9**9}<%=9**9%>",
]
SHORT = "'\"><xss-a onxss>"
RUN = str(9**9)
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"  # text reads otherwise than it is
# What ends somebody's part in the town comes last, so that the rest is reached.
ENDS = (
    "ledger:reverse",
    "talk:post_remove",
    "talk:move",
    "community:leave",
    "desk:measure",
    "founding:settings",
    "account_",
    "me:erase",
)
# What is over once something else has been done comes first.
BEGINS = ("market:cancel", "market:checkout")
AMOUNT = re.compile(r"a\d+$")
COUNT = re.compile(r"at\d+$")  # how many there are at a pick-up point
TOMORROW = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
SOON = (now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
LATER = (now() + timedelta(days=16)).strftime("%Y-%m-%d")
# Of two things that exclude each other, the one with text; a day that is past.
OTHERWISE = {
    "bookings:plan": {"link": ""},
    "campaigns:lead": {"starts_at": TOMORROW, "ends_at": SOON},
    "claims:invoice": {"tax_number": "", "mail": ""},
    "coupons:coupons": {"amount": "5", "starts_at": "", "ends_at": "", "percent": ""},
    "dealers:codes": {"count": "2"},
    "dealers:desk": {"url": "https://corner.example/"},
    "desk:give": {"name": "", "expires_on": ""},
    "growth:customer_order": {"on": "2024-05-01"},
    "market:checkout": {"coupon": "", "mine": ""},
    "market:product_add": {"title": "Rice"},
    "market:rate_add": {"name": "All"},
    "market:variant_add": {"amount": "5", "most": "5"},
    "order:vote_new": dict.fromkeys(["options", "task", "task_person", "task_due_on"], ""),
    "reach:channel_edit": {"invitation": ""},
    "shares:start": {"first": SOON[:10], "last": LATER, "weekdays": "0"},
    "talk:plan": {"publish_at": TOMORROW, "early_kind": "badge", "open_at": SOON},
    "talk:reply": {"reply_to": ""},
}
# What takes nothing but the name of a member here.
OF_A_MEMBER = {"people", "task_person", "together"}
# What takes nothing but the address of something said here or of a machine, or a code we gave.
ADDRESSES = {"about", "address", "coupon", "invitation", "link"}
# What takes nothing but hours and days.
HOURS = {"days_off", *(f"day{n}" for n in range(7))}
# What takes nothing but amounts.
MONEY = {"elsewhere": "", "fee": "5", "free_from": "", "parts": "", "price": "5", "rules": "",
         "instalments": "1", "least": "", "largest": "", "values": "5", "most": "",
         "most_each": ""}  # fmt: skip
# Only with a device or a file; tests/stories has both.
BY_DEVICE = {
    ("mfa_add_webauthn", None, "name"),
    ("dealers:codes", None, "name"),  # it answers with a file
    ("talk:imported", None, "room"),
    ("market:picture", None, "alt"),
    ("claims:add_picture", None, "alt"),
}
# It takes nothing but the exact name, and would end the community under the other forms.
CLOSING = {
    ("founding:close", None, "name"),
    ("founding:close", None, "reason"),
    ("market:open", None, "reason"),  # the charter of the town holds it back
    ("claims:invoice", None, "title"),  # the desk has given its money back a moment before
    ("claims:invoice", None, "tax_number"),
    ("bookings:move", None, "reason"),  # the first time that is free is the one it has
    ("dealers:desk", None, "url"),  # it takes nothing but an address over https
    ("market:act", None, "reason"),  # its buyer has called the order off a moment before
}


UNTYPED = OF_A_MEMBER | ADDRESSES | HOURS | MONEY.keys()


def last(form):
    """Put off what ends things, and begin with what will soon be over."""
    name = place(form.action)[0]
    if name in BEGINS:
        return BEGINS.index(name) - len(BEGINS)
    return next((n for n, end in enumerate(ENDS, 1) if name.startswith(end)), 0)


def fitting(probe, field):
    """As much of a probe as the field takes."""
    return (probe if len(probe) <= field.longest else SHORT)[: field.longest]


def of_a_member(crawl):
    """The name under which a member is known."""
    return crawl.world.people.member.name


def live(page, text):
    """What in this page came from a probe and is more than text."""
    found = list(page.inline)
    found += [tag for tag, _said in page.tags if tag.startswith("xss")]
    found += [f"{tag} {name}" for tag, said in page.tags for name in said if "xss" in name]
    found += [f"product {RUN}"] if RUN in text else []
    return found


def amounts_of(form):
    """What the fields of a shop take that hold amounts and counts."""
    counts = {name: "" for name in form.fields if COUNT.match(name)}
    return counts | {name: MONEY[name] for name in form.fields.keys() & MONEY.keys()}


class Pen:
    """Fills in forms, and keeps which fields took a probe and what was wrong with an answer."""

    def __init__(self, crawl):
        self.crawl, self.taken, self.known, self.wrong = crawl, set(), set(), []
        self.more = 0

    def fill(self, role, form):
        """Put every probe into every field of the form: all at once, or else one by one."""
        where = place(form.action)
        typed = [name for name in form.typed if name not in UNTYPED]
        fields = {(*where, name): form.fields[name] for name in typed}
        self.known |= fields.keys()
        if not fields.keys() - self.taken and not form.formed:
            return  # another button, or another person, of what was filled in already
        for shift in range(len(PROBES) if fields else 0):
            said = {
                field.name: fitting(PROBES[(number + shift) % len(PROBES)], field)
                for number, field in enumerate(fields.values())
            }
            if self.send(role, form, said):
                self.taken |= fields.keys()
        for key, field in fields.items():
            for probe in PROBES[:1] + [SHORT] if key not in self.taken else []:
                if self.send(role, form, {field.name: fitting(probe, field)}):
                    self.taken.add(key)
        for name in form.formed:
            self.send(role, form, {name: SHORT})

    def otherwise(self, form):
        """Other amounts than those that are booked: as many on both sides, each time one more."""
        self.more += 1
        booked = {name: float(sent) for name, sent in form.filled().items() if AMOUNT.match(name)}
        return {name: 5 + self.more if one > 0 else -5 - self.more for name, one in booked.items()}

    def send(self, role, form, said):
        """Post the form; True when it was taken."""
        if place(form.action)[0].startswith(("market:", "coupons:", "bookings:")):
            said = amounts_of(form) | said
        said = {**OTHERWISE.get(place(form.action)[0], {}), **said}
        if "people" in form.fields:
            said["people"] = of_a_member(self.crawl)
        if "together" in form.fields:
            said["together"] = of_a_member(self.crawl)
        if "about" in form.fields:
            said["about"] = (
                f"/c/{self.crawl.world.farm.slug}/talk/{self.crawl.world.ids['thread']}/"
            )
        if said.get("task"):
            said |= {"task_person": of_a_member(self.crawl), "task_due_on": SOON[:10]}
        if said.get("options"):
            said["options"] += "\nAnother one"  # one to a line, and two at least
        if "until" in form.fields:
            said["until"] = SOON
        if place(form.action)[0] == "ledger:correct":
            said |= self.otherwise(form)
        answer = self.crawl.browser(role).post(form.action, form.filled(**said))
        if answer.status_code >= 500:
            self.wrong.append(f"{form.action}: {answer.exc_info[1]!r}")
        text = answer.text
        self.wrong += [f"{form.action}: {e}" for e in live(Page(text, "", nonce_of(answer)), text)]
        return answer.status_code == 302


def write_by_api(world):
    """Put a probe into every text of every body of the API: (what took one, what was wrong)."""
    taken, wrong = set(), []
    for name in (name for name in api.WRITES if name not in api.ENDING):
        for field in api.texts_of(name):
            for probe in (PROBES[1], SHORT):
                body = {**(api.WRITES[name].body or {}), field: probe}
                answer = api.send(world, "owner", name, body)
                if answer.status_code >= 500 or "json" not in answer.get("Content-Type", "json"):
                    wrong.append(f"{name}.{field}: {answer.status_code} {answer.text[:200]}")
                if answer.status_code < 400:
                    taken.add((name, field))
                    break
    return taken, wrong


def shown_wrongly(crawl):
    """Every page on which something of a probe is more than text, and how many show one."""
    wrong, seen = [], 0
    for role in ("owner", "member", "visitor"):
        for path, answer, page in crawl.read(role):
            if page is None:
                continue
            found = live(page, answer.text)
            found += ["turned text"] if any(one in answer.text for one in TURNING) else []
            wrong += [f"{path} as {role}: {one}" for one in found]
            seen += "xss" in answer.text
    return wrong, seen


@pytest.mark.parametrize("probe", [*PROBES, SHORT])
def test_a_page_that_takes_a_probe_for_more_than_text_is_noticed(probe):
    careless = f'<p title="{probe}">{probe}</p><a href="{probe}">x</a>'
    careful = f'<p title="{escape(probe)}">{escape(probe)}</p>'
    assert live(Page(careless), careless)
    assert live(Page(careful), careful) == []
    assert live(Page(""), f"<p>{RUN}</p>")


@pytest.mark.req("O02")
def test_what_people_type_is_shown_as_text_and_nothing_else(crawl, world):
    pen = Pen(crawl)
    shown = [(role, form) for role in WRITERS for form in crawl.forms(role)]
    for role, form in sorted(shown, key=lambda one: last(one[1])):
        pen.fill(role, form)
    assert pen.wrong == []
    assert sorted(pen.known - pen.taken - BY_DEVICE - CLOSING) == []
    assert len(pen.taken) > 80
    sent, wrong = write_by_api(world)
    assert wrong == []
    assert len(sent) > 30, sorted(sent)
    wrong, seen = shown_wrongly(crawl)
    assert wrong == []
    assert seen > 60
