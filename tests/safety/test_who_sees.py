"""Who sees what somebody says: every way to read × everybody, and what follows when a right ends.

Mei writes everything. Each thing carries a word of its own, so that a page that shows it is found
out wherever the word stands; another word is in all of them, to look for.
"""

import json
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from qunluo.community import actions as communities
from qunluo.conversation import actions, queries
from qunluo.governance import actions as governance
from qunluo.governance.errors import HeldForReview
from qunluo.kernel.clock import now, travel
from qunluo.kernel.delivery import drain
from qunluo.reach.models import Delivery, Notice
from qunluo.reach.queries import notice_mail
from tests.api.world import token_of
from tests.community.makers import RULES, community, member, membership, person
from tests.conversation.makers import post, space
from tests.web.everybody import taken_back

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.above_the_database,
    pytest.mark.req("P13", "C12", "C13"),
]
ALL = "quolmarker"
MEMBERS = {"mei", "plain", "baker", "gold", "insider", "partner", "muter", "blocked", "lapsed",
           "suspended", "operator", "owner"}  # fmt: skip
STRANGERS = {"visitor", "outsider"}
EVERYBODY = MEMBERS | STRANGERS
RUN = {"operator", "owner"}  # they arrange spaces, so that they see which there are
APART = {"muter", "blocked"}  # one hears nothing of Mei, of the other she wants to hear nothing
# Those whom a right tells apart; whoever else there is stands for mutes, blocks and suspension.
TOLD_APART = {"visitor", "outsider", "plain", "baker", "gold", "insider", "partner", "lapsed",
              "operator"}  # fmt: skip
READERS = {
    "public": EVERYBODY,
    "members": MEMBERS,
    "badge": {"mei", "baker"} | RUN,
    "tier": {"mei", "gold"} | RUN,
    "circle": {"mei", "insider"},
    "pair": {"mei", "partner"},
}


SOME = {"mei", "plain", "partner", "visitor"} | RUN
PRIVATE = {"circle", "pair"}


def word(name):
    return f"quol{name}"


def build():
    made = community(rules=RULES)
    who = SimpleNamespace(owner=made.owner, outsider=person("Outsider"), visitor=None)
    for name in sorted(MEMBERS - {"owner", "mei"}):
        setattr(who, name, member(made, name, role="operator" if name == "operator" else None))
    who.mei = member(made, "mei")
    given = {"actor": made.owner, "community": made, "source": "test"}
    badge = {"kind": "badge", "name": "bread", **given}
    tier = {"kind": "tier", "name": "gold", **given}
    grants = {
        "mei": communities.grant(person=who.mei, **badge),
        "baker": communities.grant(
            person=who.baker, expires_at=now() + timedelta(days=30), **badge
        ),
        "lapsed": communities.grant(
            person=who.lapsed, expires_at=now() + timedelta(seconds=1), **badge
        ),
        "gold": communities.grant(person=who.gold, **tier),
    }
    communities.grant(person=who.mei, **tier)
    governance.suspend_member(
        actor=made.owner, membership=membership(who.suspended, made), rule_id="r1",
        reason="Shouted", until=now() + timedelta(days=7),
    )  # fmt: skip
    town = SimpleNamespace(farm=made, who=who, grants=grants, things={}, files={}, spaces={})
    town.sessions, town.tokens, town.shown = {}, {}, {}
    _speak(town)
    governance.mute(actor=who.muter, other=who.mei)
    governance.block(actor=who.mei, other=who.blocked)
    for name in EVERYBODY - {"visitor"}:
        browser = Client()
        browser.force_login(getattr(who, name), backend="django.contrib.auth.backends.ModelBackend")
        town.sessions[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
        town.tokens[name] = token_of(getattr(who, name))
    return town


def _speak(town):
    """Let Mei say one thing to each audience, calling everybody by name."""
    farm, who = town.farm, town.who
    grants = {"badge": "bread", "tier": "gold"}
    for name in ("public", "members", "badge", "tier"):
        more = {"visibility": name}
        if name in grants:
            more = {"visibility": "grant", "grant_kind": name, "grant_name": grants[name]}
        town.spaces[name] = space(farm, slug=name, **more)
    town.spaces["circle"] = actions.begin_circle(
        actor=who.mei, community=farm, name="Us", people=[who.insider.handle]
    )
    town.spaces["pair"] = actions.talk_with(
        actor=who.mei, community=farm, handle=who.partner.handle
    )
    calls = " ".join(f"@{name}" for name in sorted(MEMBERS - {"mei"}))
    for name, where in town.spaces.items():
        text = f"{ALL} {word(name)} {calls}"
        file = actions.attach(actor=who.mei, space=where, data=b"%PDF-1.7 " + name.encode())
        if where.private:
            chat = queries.chat_of(where)
            said = actions.reply(actor=who.mei, thread=chat, source=text, attached=[file.uid])
            town.things[name] = chat.number
            assert said.place == 1
        else:
            made = actions.write_post(
                actor=who.mei, space=where, title=f"T {word(name)}", source=text,
                attached=[file.uid],
            )  # fmt: skip
            town.things[name] = made.number
        town.files[name] = file.uid
    square = town.spaces["members"]
    with suppress(HeldForReview):
        actions.write_post(
            actor=who.mei, space=square, title="Tea", source=f"A miracle cure. {ALL} {word('held')}"
        )
    gone = actions.write_post(
        actor=who.mei, space=square, title="Gone", source=f"{ALL} {word('removed')}"
    )
    opener = post(gone, viewer=who.operator)
    actions.remove_post(actor=who.operator, post=opener, rule_id="r1", reason="It insults us all.")
    town.things["removed"] = gone.number
    actions.save_draft(actor=who.mei, space=square, title="D", source=f"{ALL} {word('draft')}")
    drain()


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """Built once, looked at two seconds later: by then the badge of one has lapsed."""
    with django_db_blocker.unblock(), transaction.atomic():
        built = build()
        with travel(now() + timedelta(seconds=2)):
            yield built
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _calm(caplog, monkeypatch):
    monkeypatch.setenv("QUNLUO_NO_RATE_LIMITS", "1")
    caplog.set_level("CRITICAL", "django.request")


def browse(town, name, path):
    """What a page says to somebody; nothing when they are refused."""
    made = Client(headers={"accept-language": "en"})
    if name in town.sessions:
        made.cookies[settings.SESSION_COOKIE_NAME] = town.sessions[name]
    return _text(made.get(path))


def ask(town, name, path):
    """What the API says to somebody."""
    token = town.tokens.get(name)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = _text(Client().get(f"/api/v1{path}", headers=headers))
    return answer and json.dumps(json.loads(answer), ensure_ascii=False)


def _text(answer):
    if answer.status_code != 200:
        return ""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace")


def inside(text):
    """Which of the things a text shows."""
    return {name for name in (*READERS, "draft", "held", "removed") if word(name) in text}


# Ways to read one thing, when one knows where it is.
def of_thread(kind):
    return lambda town, name, thing: word(thing) in kind(town, name, town.things[thing])


def page_of(town, name, number):
    rooms = {n: town.spaces[thing].slug for thing, n in town.things.items() if thing in PRIVATE}
    path = f"in/{rooms[number]}" if number in rooms else number
    return browse(town, name, f"/c/{town.farm.slug}/talk/{path}/")


def room_of(town, name, thing):
    where = town.spaces[thing]
    return word(thing) in browse(town, name, f"/c/{town.farm.slug}/talk/in/{where.slug}/")


def answer_of(town, name, number):
    return ask(town, name, f"/communities/{town.farm.slug}/threads/{number}")


def file_of(town, name, thing):
    path = f"/c/{town.farm.slug}/talk/files/{town.files[thing]}/"
    return thing in browse(town, name, path)


def heard(town, name, thing):
    """Whether the live process would tell it."""
    who = getattr(town.who, name)
    if who is None:
        return False
    return town.spaces[thing].pk in queries.hearings([who.pk])[who.pk].spaces


DIRECT = {
    "page": of_thread(page_of),
    "api": of_thread(answer_of),
    "file": file_of,
    "live": heard,
}


# Ways to come across things.
def found(town, name):
    return browse(town, name, f"/c/{town.farm.slug}/search/?q={ALL}")


def found_by_api(town, name):
    return ask(town, name, f"/communities/{town.farm.slug}/search?q={ALL}")


def home(town, name):
    return browse(town, name, f"/c/{town.farm.slug}/")


def talk(town, name):
    return browse(town, name, f"/c/{town.farm.slug}/talk/")


def streamed(town, name):
    return ask(town, name, "/me/stream")


def listed(town, name):
    return ask(town, name, f"/communities/{town.farm.slug}/threads")


def noticed(town, name):
    return browse(town, name, "/me/notices/")


def mailed(town, name):
    """What a digest of everything unread would say at this moment."""
    who = getattr(town.who, name)
    if who is None:
        return ""
    ids = list(Notice.objects.filter(person=who).values_list("pk", flat=True))
    said = notice_mail(Delivery(person=who, language="en", context={"notices": ids}))
    return json.dumps(said or {}, ensure_ascii=False)


def fed(town, name, *things):
    return "".join(
        browse(town, name, f"/c/{town.farm.slug}/talk/in/{town.spaces[thing].slug}/feed.atom")
        for thing in things or READERS
    )


ACROSS = {
    one.__name__: one
    for one in (found, found_by_api, home, talk, streamed, listed, noticed, mailed)
}
NEVER_WITHOUT = {"found": MEMBERS - APART, "found_by_api": MEMBERS - APART}  # what they must find


def shown_to(town, name, way):
    """Which things somebody comes across in a town in which nothing has changed; asked once."""
    if (name, way) not in town.shown:
        town.shown[name, way] = inside(ACROSS[way](town, name))
    return town.shown[name, way]


@pytest.mark.parametrize("way", DIRECT)
def test_what_is_said_is_read_by_whom_it_is_for_and_nobody_else(town, way):
    wrong = {}
    for thing, readers in READERS.items():
        asked = EVERYBODY if way in {"page", "live"} else TOLD_APART
        heard_by = (readers - STRANGERS if way == "live" else readers) & asked
        got = {name for name in asked if DIRECT[way](town, name, thing)}
        if got != heard_by:
            wrong[thing] = {"too many": got - heard_by, "lacking": heard_by - got}
    assert wrong == {}


def test_a_space_lists_what_is_said_to_those_alone_who_read_it(town):
    for thing in READERS.keys() - PRIVATE:
        readers = READERS[thing]
        got = {name for name in EVERYBODY if room_of(town, name, thing)}
        assert got - readers == set(), thing
        assert readers - APART - got == set(), thing


@pytest.mark.parametrize("way", ACROSS)
def test_nobody_comes_across_what_is_not_for_them(town, way):
    wrong = {}
    for name in EVERYBODY:
        shown = shown_to(town, name, way)
        allowed = {thing for thing, readers in READERS.items() if name in readers}
        if name in APART:
            allowed = set()
        if leaked := shown - allowed:
            wrong[name] = leaked
        if name in NEVER_WITHOUT.get(way, ()) and (lost := allowed - shown):
            wrong[f"{name} does not find"] = lost
    assert wrong == {}


def test_the_feed_holds_what_is_public_and_nothing_else(town):
    assert inside(fed(town, "visitor")) == {"public"}
    assert inside(fed(town, "baker")) == {"public"}


def test_drafts_held_posts_and_removed_ones_are_for_their_author_and_who_judges(town):
    base = f"/c/{town.farm.slug}"
    drafts = {n for n in SOME if "draft" in inside(browse(town, n, f"{base}/talk/drafts/"))}
    assert drafts == {"mei"}
    held = {n for n in SOME if "held" in inside(browse(town, n, f"{base}/talk/held/"))}
    assert held == {"mei"}
    queue = {n for n in SOME if "held" in inside(browse(town, n, f"{base}/desk/queue/"))}
    assert queue == RUN
    read = {n for n in SOME if DIRECT["page"](town, n, "removed")}
    told = {n for n in SOME if DIRECT["api"](town, n, "removed")}
    assert read == told == {"mei"} | RUN
    for name in EVERYBODY:
        everywhere = set().union(*(shown_to(town, name, way) for way in ACROSS))
        assert everywhere & {"draft", "held", "removed"} == set(), name


def reads(town, name, thing):
    """The ways by which somebody reads a thing at this moment."""
    across = {way for way, look in ACROSS.items() if thing in inside(look(town, name))}
    across |= {"fed"} if thing in inside(fed(town, name, thing)) else set()
    return across | {way for way, look in DIRECT.items() if look(town, name, thing)}


FULL = {"page", "api", "file", "live", "found", "found_by_api", "streamed"}


@pytest.fixture
def baker_reads(town):
    with taken_back():
        assert reads(town, "baker", "badge") >= FULL | {"noticed", "mailed"}
        yield town


def test_a_grant_taken_back_is_felt_everywhere_by_the_next_request(baker_reads):
    town = baker_reads
    communities.revoke_grant(actor=town.who.owner, grant=town.grants["baker"], reason="over")
    assert reads(town, "baker", "badge") == set()


def test_a_grant_that_runs_out_is_felt_everywhere_before_any_job_has_run(baker_reads):
    with travel(now() + timedelta(days=31)):
        assert reads(baker_reads, "baker", "badge") - {"live"} == set()
        assert not heard(baker_reads, "baker", "badge")


@pytest.mark.req("M03")
def test_paid_time_that_is_over_is_felt_everywhere_before_any_job_has_run(baker_reads):
    mine = type(membership(baker_reads.who.baker, baker_reads.farm)).objects
    mine.filter(person=baker_reads.who.baker).update(paid_until=now() + timedelta(days=30))
    assert reads(baker_reads, "baker", "members") >= FULL - {"streamed"}
    with travel(now() + timedelta(days=31)):
        for thing in ("badge", "members"):
            assert reads(baker_reads, "baker", thing) - {"live"} == set()
            assert not heard(baker_reads, "baker", thing)


def test_who_leaves_reads_what_strangers_read(baker_reads):
    town = baker_reads
    communities.leave(
        actor=town.who.baker, membership=membership(town.who.baker, town.farm), reason=""
    )
    for thing in ("badge", "members"):
        assert reads(town, "baker", thing) == set()


def test_who_is_removed_reads_what_strangers_read(baker_reads):
    town = baker_reads
    governance.remove_member(
        actor=town.who.operator, membership=membership(town.who.baker, town.farm), rule_id="r1",
        reason="Shouted again",
    )  # fmt: skip
    for thing in ("badge", "members"):
        assert reads(town, "baker", thing) == set()


def test_who_is_taken_out_of_a_circle_reads_it_no_more(town):
    with taken_back():
        assert reads(town, "insider", "circle") >= FULL - {"streamed"}
        actions.take_out_of_circle(
            actor=town.who.mei, space=town.spaces["circle"], person_id=town.who.insider.pk
        )
        assert reads(town, "insider", "circle") == set()


def test_a_space_that_closes_to_strangers_ends_its_feed_and_its_pages_for_them(town):
    with taken_back():
        assert "public" in inside(fed(town, "visitor"))
        actions.edit_space(actor=town.who.owner, space=town.spaces["public"], visibility="members")
        for name in STRANGERS:
            assert reads(town, name, "public") == set()
        assert DIRECT["page"](town, "plain", "public")


def test_no_operator_reads_a_talk_of_two_beyond_what_one_of_them_reported(town):
    with taken_back():
        chat = queries.get_thread(town.farm, town.things["pair"], viewer=town.who.partner)
        said = actions.reply(actor=town.who.mei, thread=chat, source="quolrude words")
        actions.reply(actor=town.who.partner, thread=chat, source="x " * 20)
        rude = queries.get_post(said.pk, viewer=town.who.partner)
        case = actions.report_post(actor=town.who.partner, post=rude, text="Rude.").case
        assert reads(town, "operator", "pair") == set()
        seen = browse(town, "operator", f"/c/{town.farm.slug}/desk/queue/{case.pk}/")
        assert "quolrude" in seen
        assert "quolrude" not in page_of(town, "operator", town.things["pair"])
