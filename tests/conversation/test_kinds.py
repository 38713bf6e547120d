"""Kinds: every definition has its row here, and every move is decided by the rules alone."""

from datetime import date
from itertools import product

import pytest

from qunluo.conversation.errors import NotYourMove, StateMoved, UnknownMove
from qunluo.conversation.rules import kinds as rules
from qunluo.conversation.rules import writing
from qunluo.conversation.rules.spaces import preset, space_types
from qunluo.kernel.definitions import BadDefinition

TODAY = date(2026, 5, 20)
AUTHOR = rules.Part(author=True, member=True)
OTHER = rules.Part(member=True)
ASSIGNEE = rules.Part(assignee=True, member=True)
STRANGER = rules.Part(author=True, assignee=True)
MODERATOR = rules.Part(member=True, permissions=frozenset({"posts.moderate"}))
HANDLER = rules.Part(member=True, permissions=frozenset({"feedback.handle"}))
PUBLISHER = rules.Part(member=True, permissions=frozenset({"posts.publish"}))
WHO = {
    "author": AUTHOR, "other": OTHER, "assignee": ASSIGNEE, "stranger": STRANGER,
    "moderator": MODERATOR, "handler": HANDLER, "publisher": PUBLISHER,
}  # fmt: skip
# kind: {"state > move": ("who may", "the state after")}; others and other moves are refused.
OTHERS = "other assignee moderator handler publisher"
TABLE = {
    "talk": {
        "open > close": ("moderator", "closed"),
        "closed > reopen": ("moderator", "open"),
    },
    "question": {
        "open > accept": ("author moderator", "answered"),
        "answered > accept": ("author moderator", "answered"),
        "answered > reopen": ("author", "open"),
    },
    "feedback": {
        "new > take": ("handler", "taken"),
        "new > plan": ("handler", "planned"),
        "taken > plan": ("handler", "planned"),
        "new > solve": ("handler", "done"),
        "taken > solve": ("handler", "done"),
        "planned > solve": ("handler", "done"),
        "new > decline": ("handler", "declined"),
        "taken > decline": ("handler", "declined"),
        "planned > decline": ("handler", "declined"),
        "done > reopen": ("author", "new"),
        "declined > reopen": ("author", "new"),
    },
    "help": {
        "asked > offer": (OTHERS, "offered"),
        "offered > step_back": ("author assignee", "asked"),
        "offered > finish": ("author assignee", "done"),
        "offered > thank": ("author", "thanked"),
        "done > thank": ("author", "thanked"),
        "asked > withdraw": ("author", "withdrawn"),
        "offered > withdraw": ("author", "withdrawn"),
    },
    "offer_want": {
        "open > agree": ("author", "agreed"),
        "agreed > free": ("author assignee", "open"),
        "agreed > finish": ("author assignee", "done"),
        "open > withdraw": ("author", "withdrawn"),
        "agreed > withdraw": ("author", "withdrawn"),
    },
    "worry": {
        "open > carry": (OTHERS, "carried"),
        "carried > put_back": ("assignee handler", "open"),
        "open > ease": ("author", "eased"),
        "carried > ease": ("author", "eased"),
        "eased > return": ("author", "open"),
        "carried > plan": ("assignee handler", "carried"),
    },
    "promise": {
        "given > keep": ("author publisher", "kept"),
        "late > keep": ("author publisher", "kept"),
        "given > delay": ("author publisher", "late"),
        "late > delay": ("author publisher", "late"),
        "given > break": ("author publisher", "broken"),
        "late > break": ("author publisher", "broken"),
    },
    "chat": {},
    "experience": {
        "told > outdate": ("author moderator", "outdated"),
        "outdated > renew": ("author", "told"),
    },
    "comparison": {
        "told > outdate": ("author", "outdated"),
        "outdated > renew": ("author", "told"),
    },
    "trial": {
        "trying > report": ("author", "reported"),
        "reported > go_on": ("author", "trying"),
    },
    "episode": {
        "aired > retire": ("author publisher", "retired"),
        "retired > air_again": ("author publisher", "aired"),
    },
    "service": {
        "offered > reprice": ("author", "offered"),
        "paused > reprice": ("author", "paused"),
        "offered > pause": ("author", "paused"),
        "paused > resume": ("author", "offered"),
        "requested > resume": ("author", "offered"),
        "delivered > resume": ("author", "offered"),
        "offered > withdraw": ("author", "withdrawn"),
        "paused > withdraw": ("author", "withdrawn"),
        "requested > withdraw": ("author", "withdrawn"),
        "delivered > withdraw": ("author", "withdrawn"),
    },
    "job": {
        "open > apply": (OTHERS, "open"),
        "open > hire": ("author publisher", "hired"),
        "open > close": ("author publisher", "closed"),
        "hired > reopen": ("author publisher", "open"),
        "closed > reopen": ("author publisher", "open"),
    },
    "proposal": {
        "discussing > withdraw": ("author", "withdrawn"),
        "declined > reopen": ("author", "discussing"),
        "withdrawn > reopen": ("author", "discussing"),
    },  # the other steps are those of the ballots: tests/governance/test_votes.py
    "opportunity": {
        "open > take": (OTHERS, "taken"),
        "taken > put_back": ("author assignee", "open"),
        "taken > succeed": ("author assignee", "succeeded"),
        "open > fail": ("author assignee", "failed"),
        "taken > fail": ("author assignee", "failed"),
    },
    "charity": {
        "gathering > give": (f"author {OTHERS}", "gathering"),
        "acting > give": (f"author {OTHERS}", "acting"),
        "gathering > prove": ("author publisher", "gathering"),
        "acting > prove": ("author publisher", "acting"),
        "gathering > begin": ("author publisher", "acting"),
        "acting > close": ("author publisher", "closed"),
        "gathering > call_off": ("author publisher", "called_off"),
        "acting > call_off": ("author publisher", "called_off"),
    },
    "spotlight": {"shown > decline": ("assignee", "declined")},
}


def test_every_kind_has_its_row():
    assert set(rules.kinds()) == set(TABLE), "add the moves of the new kind to this table"


@pytest.mark.req(
    "C04", "C11", "F10", "P15", "P26", "V11", "M08", "K09", "R11", "P18", "V14", "A15", "V12"
)
@pytest.mark.parametrize("name", sorted(TABLE))
def test_exactly_these_people_move_it_exactly_there(name):
    kind = rules.kinds()[name]
    for state, move, (who, part) in product(kind.states, kind.moves, WHO.items()):
        may, after = TABLE[name].get(f"{state} > {move.name}", ("", ""))
        if who in may.split():
            assert rules.decide(kind, state, move.name, part).to == after
            assert move in rules.moves_open_to(kind, state, part)
        else:
            with pytest.raises((NotYourMove, StateMoved)):
                rules.decide(kind, state, move.name, part)
            assert move not in rules.moves_open_to(kind, state, part)


@pytest.mark.parametrize("kind", rules.kinds().values(), ids=lambda kind: kind.name)
def test_a_kind_leads_somewhere_and_says_so_in_both_languages(kind):
    reached = {kind.start}
    for _ in kind.states:
        reached |= {m.to for m in kind.moves if reached & set(m.came_from)}
    assert reached - {"="} == {name for name, state in kind.states.items() if not state.past}, (
        "a state that nothing leads to"
    )
    told = [kind.label, kind.help, kind.prompt, *(s.label for s in kind.states.values())]
    told += [words for move in kind.moves for words in (move.label, move.told)]
    told += [field.label for field in kind.fields]
    assert all(set(words) == {"en", "zh"} for words in told)
    filled = {"actor": "Mei", "number": 1, "due": "2026-05-31", "person": "Bo"}
    assert all(m.told[code].format(**filled) for m in kind.moves for code in ("en", "zh"))
    assert kind.req
    assert any(kind.name in type.offers for type in space_types().values())


@pytest.mark.req("C04")
def test_no_feedback_is_closed_in_silence():
    kind = rules.kinds()["feedback"]
    closing = [move for move in kind.moves if kind.state(move.to).settled]
    assert closing
    assert all("reply" in move.needs for move in closing)
    assert kind.due_days


@pytest.mark.req("P26")
def test_a_promise_is_settled_only_in_public():
    kind = rules.kinds()["promise"]
    assert all("reply" in move.needs for move in kind.moves)


def test_what_a_move_needs_is_asked_for():
    kind = rules.kinds()["feedback"]
    assert set(writing.check_move(kind.move("plan"), {}, TODAY)) == {"text", "due_on"}
    given = {"text": "Soon", "due_on": date(2026, 5, 19)}
    assert set(writing.check_move(kind.move("plan"), given, TODAY)) == {"due_on"}
    given["due_on"] = TODAY
    assert writing.check_move(kind.move("plan"), given, TODAY) == {}
    assert set(writing.check_move(rules.kinds()["question"].move("accept"), {}, TODAY)) == {
        "answer"
    }
    with pytest.raises(UnknownMove):
        kind.move("vanish")


@pytest.mark.parametrize(
    ("kind", "given", "wrong"),
    [
        ("talk", {}, []),
        ("promise", {}, ["due_on"]),
        ("promise", {"due_on": "soon"}, ["due_on"]),
        ("promise", {"due_on": "2026-05-20"}, ["due_on"]),
        ("promise", {"due_on": "2026-05-21"}, []),
        ("promise", {"due_on": "9999-05-21"}, ["due_on"]),
        ("help", {"due_on": "2026-05-19"}, ["due_on"]),
        ("help", {"due_on": "2026-05-20"}, []),
        ("offer_want", {}, ["side"]),
        ("offer_want", {"side": "both"}, ["side"]),
        ("offer_want", {"side": "want", "where": "x" * 201}, ["where"]),
        ("offer_want", {"side": "want", "unknown": "x"}, []),
        ("feedback", {"about": "product"}, []),
        ("spotlight", {}, ["person"]),
        ("trial", {"about": "Oven"}, ["sample"]),
        ("episode", {"link": "javascript:alert(1)"}, ["link"]),
        ("episode", {"link": "https://[x"}, ["link"]),
        ("episode", {"link": "https://example.org/1", "moments": "01:30 Rye\n1:02:03 Bread"}, []),
        ("episode", {"moments": "soon"}, ["moments"]),
        ("experience", {"about": "Oven", "facts": "x\n" * 31}, ["facts"]),
        ("charity", {"goal": "A well", "need": "Hands", "due_on": "2026-06-01"}, []),
    ],
)
def test_the_fields_of_a_kind_are_checked(kind, given, wrong):
    said = writing.check_thread(rules.kinds()[kind], "Title", "Text", given, TODAY)
    assert sorted(said.faults) == wrong
    assert "unknown" not in said.fields


def test_title_and_text_are_checked():
    question = rules.kinds()["question"]
    assert set(writing.check_thread(question, " ", " ", {}, TODAY).faults) == {"title", "source"}
    assert set(writing.check_thread(question, "x" * 121, "y", {}, TODAY).faults) == {"title"}
    assert set(writing.check_thread(question, "x", "y" * 20_001, {}, TODAY).faults) == {"source"}
    said = writing.check_thread(question, " a \0 b ", "\0 x\r\ny ", {}, TODAY)
    assert (said.title, said.source) == ("a b", "x\ny")


def test_a_definition_that_leads_nowhere_is_refused(tmp_path, monkeypatch):
    text = (rules.DEFINITIONS / "talk.toml").read_text()
    (tmp_path / "talk.toml").write_text(text.replace('to = "closed"', 'to = "gone"'))
    monkeypatch.setattr(rules, "DEFINITIONS", tmp_path)
    rules.kinds.cache_clear()
    with pytest.raises(BadDefinition, match="gone"):
        rules.kinds()
    monkeypatch.undo()
    rules.kinds.cache_clear()
    assert rules.kind_of("no longer defined").name == "talk"


@pytest.mark.req("C01")
def test_blueprints_words_mean_types():
    words = ("chat", "forum", "interest", "questions", "circle", "blog", "microblog", "board", "?")
    assert [preset(word) for word in words] == [
        "group", "board", "group", "qa", "circle", "column", "circle", "board", "board",
    ]  # fmt: skip
