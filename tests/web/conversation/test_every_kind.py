"""Every kind through every state, by the pages: each step of each definition is taken once.

The rules of the steps stand in a table in tests/conversation/test_kinds.py; here whoever may take
one does, by the form that the page offers them, and everybody reads in both languages where it is.
"""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from qunluo.conversation import actions, queries
from qunluo.kernel.clock import now
from qunluo.kernel.text import pick
from tests.conversation import makers

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database, pytest.mark.req("C11")]
BALLOTS = "votes.count"  # these steps are those of a vote: tests/governance/test_votes.py
SPACES = {"chat": None, "episode": "column"}
KINDS = [name for name in queries.kinds() if name not in SPACES or SPACES[name]]


class Town:
    """A community with a space of each sort, and browsers in both languages."""

    def __init__(self):
        self.farm = makers.community()
        self.people = {"owner": self.farm.owner, "mei": makers.member(self.farm, "Mei"),
                       "lin": makers.member(self.farm, "Lin")}  # fmt: skip
        self.spaces = {
            None: makers.space(self.farm, slug="square"),
            "column": makers.space(self.farm, slug="column", type="column"),
        }
        self.browsers = {}

    def browser(self, name, language="en"):
        if (name, language) not in self.browsers:
            client = Client(headers={"accept-language": language})
            backend = "django.contrib.auth.backends.ModelBackend"
            client.force_login(self.people[name], backend=backend)
            client.cookies["django_language"] = "zh-hans" if language == "zh" else "en"
            self.browsers[name, language] = client
        return self.browsers[name, language]


def value_of(field, town):
    """Something that a field takes."""
    soon = (now() + timedelta(days=9)).date().isoformat()
    said = {"date": soon, "link": "https://example.org/x", "moments": "01:30 Rain",
            "person": town.people["lin"].handle, "lines": "One\nTwo",
            "points": "30", "product": "AB2"}  # fmt: skip
    return field.choices[0].name if field.type == "choice" else said.get(field.type, "Some words")


def opened(town, kind):
    """A thread of a kind by who may open one, with an answer of somebody else below."""
    author = "owner" if kind.opens or SPACES.get(kind.name) == "column" else "mei"
    fields = {one.name: value_of(one, town) for one in kind.asked}
    made = makers.thread(
        town.people[author], town.spaces[SPACES.get(kind.name)], kind.name, title="A title",
        fields=fields,
    )  # fmt: skip
    if kind.state(made.state).replies:
        for source in ("An answer.", "Another one."):
            actions.reply(actor=town.people["lin"], thread=made, source=source)
    return made


def form_of(kind, step, town):
    """What the form of a step asks for, filled in."""
    given = {one.name: value_of(one, town) for one in kind.asked_by(step.name)}
    soon = (now() + timedelta(days=9)).date().isoformat()
    more = {"reply": ("text", "So it is."), "due_on": ("due_on", soon)}
    return given | dict(more[need] for need in step.needs if need in more)


def take(town, kind, thread, step):
    """Take a step as somebody whom the page offers it; whoever else is refused."""
    path = f"/c/{town.farm.slug}/talk/{thread.number}/"
    for name in ("mei", "lin", "owner"):
        page = town.browser(name).get(path).text
        if "answer" in step.needs:
            said = f"accept..{3 if thread.accepted_place == 2 else 2}"
            offered = f'value="{said}"' in page
            sent = (f"{path}act/", {"do": said})
        else:
            offered = f"{path}move/{step.name}/" in page
            body = form_of(kind, step, town)
            if "person" in step.needs:
                body["person"] = town.people["lin" if thread.author_id != town.people["lin"].pk
                                             else "mei"].handle  # fmt: skip
            sent = (f"{path}move/{step.name}/", body)
        if offered:
            answer = town.browser(name).post(*sent)
            assert answer.status_code == 302, (kind.name, step.name, errors_in(answer))
            return
    raise AssertionError(f"{kind.name}: nobody is offered {step.name} in {thread.state}")


def errors_in(answer):
    return [unescape(one) for one in re.findall(r'class="error".*?<span>(.*?)</span>', answer.text)]


def says_where_it_stands(town, kind, thread):
    """The page says the state in both languages, and the API by its name."""
    path = f"/c/{town.farm.slug}/talk/{thread.number}/"
    state = kind.state(thread.state)
    for language in ("en", "zh"):
        page = unescape(town.browser("owner", language).get(path).text)
        if (kind.name, state.name) != ("talk", "open"):  # plain talk says nothing of itself
            assert pick(state.label, language) in page, (kind.name, state.name, language)
        assert kind.name == "talk" or pick(kind.label, language) in page


def edges_of(kind):
    return {
        (state, step.name) for step in kind.moves if BALLOTS not in step.who
        for state in step.came_from
    }  # fmt: skip


def way_to(kind, goal):
    """The shortest way from the start to a state, as names of steps; None when only votes lead."""
    ways = {kind.start: []}
    waiting = [kind.start]
    while waiting:
        here = waiting.pop(0)
        if here == goal:
            return ways[here]
        for step in kind.moves:
            to = here if step.to == "=" else step.to
            if here in step.came_from and BALLOTS not in step.who and to not in ways:
                ways[to] = [*ways[here], step.name]
                waiting.append(to)
    return None


@pytest.mark.parametrize("name", KINDS)
def test_every_step_is_offered_taken_and_told(name):
    town, kind = Town(), queries.kind_of(name)
    thread = opened(town, kind)
    says_where_it_stands(town, kind, thread)
    left, told = edges_of(kind), {kind.start}
    left -= {edge for edge in left if way_to(kind, edge[0]) is None}
    while left:
        here = next((edge for edge in sorted(left) if edge[0] == thread.state), None)
        if here is None:
            state, _step = min(left)
            thread = opened(town, kind)
            for step in way_to(kind, state):
                take(town, kind, thread, kind.move(step))
                left.discard((thread.state, step))
                thread.refresh_from_db()
            continue
        left.discard(here)
        step = kind.move(here[1])
        take(town, kind, thread, step)
        thread.refresh_from_db()
        assert thread.state == (here[0] if step.to == "=" else step.to)
        if thread.state not in told:
            told.add(thread.state)
            says_where_it_stands(town, kind, thread)
        if step.hides:
            break  # nothing is left to be read; the last step of its kind


@pytest.mark.req("P15")
def test_how_a_service_was_is_counted_each_time_and_stands_on_its_card():
    town, kind = Town(), queries.kind_of("service")
    thread = opened(town, kind)
    free = {"fields": {"points": "0"}}
    actions.move_state(actor=town.people["mei"], thread=thread, move="reprice", **free)
    for said in ("gladly", "gladly", "short"):
        lin, mei = town.people["lin"], town.people["mei"]
        asked = actions.request_service(actor=lin, thread=thread, text="Please.")
        actions.take_service_step(actor=mei, request=asked, step="deliver")
        thanks = {"text": "Thanks.", "fields": {"rating": said}}
        actions.take_service_step(actor=lin, request=asked, step="thank", **thanks)
        thread.refresh_from_db()
    assert thread.fields["tallies"] == {"rating": {"gladly": 2, "short": 1}}
    base = f"/c/{town.farm.slug}/talk/"
    for path in (f"{base}boards/service/", f"{base}{thread.number}/"):
        assert "I would ask again 2 · Less than agreed 1" in town.browser("lin").get(path).text
    assert "下次还找 2" in town.browser("mei", "zh").get(f"{base}boards/service/").text
