"""Every declared gate is found here by itself, and proved both closed and openable."""

import pytest

from qunluo.community import actions, queries
from qunluo.community.errors import GateClosed
from qunluo.community.rules.gates import evaluate, gates
from tests.community.charter.makers import fresh, ready, save, write_all

DECLARED = gates()


def satisfy(predicate, facts):
    """Change facts so that a predicate holds."""
    ((word, rest),) = predicate.items()
    if word == "filled":
        facts.update(dict.fromkeys([rest] if isinstance(rest, str) else rest, "said"))
    elif word == "is":
        facts[rest[0]] = rest[1]
    elif word == "has":
        facts[rest[0]] = [*facts.get(rest[0], []), rest[1]]
    elif word == "count":
        facts[rest[0]] = ["x"] * rest[1]
    elif word == "at_least":
        facts[rest[0]] = rest[1]
    elif word == "not":
        violate(rest, facts)
    else:
        for part in rest if word == "all" else rest[:1]:
            satisfy(part, facts)


def violate(predicate, facts):
    """Change facts so that a predicate does not hold."""
    ((word, rest),) = predicate.items()
    if word in {"all", "any"}:
        for part in rest[:1] if word == "all" else rest:
            violate(part, facts)
    elif word == "not":
        satisfy(rest, facts)
    elif word == "is":
        facts[rest[0]] = "something else"
    else:
        for path in [rest] if isinstance(rest, str) else rest if word == "filled" else rest[:1]:
            facts.pop(path, None)


def opened(gate):
    """Facts under which a gate applies and every need is met."""
    facts = {}
    if gate.when:
        satisfy(gate.when, facts)
    for need in gate.needs:
        if need.must:
            satisfy(need.must, facts)
    return facts


@pytest.mark.parametrize("gate", DECLARED.gates, ids=lambda gate: gate.id)
def test_a_gate_opens_when_its_needs_are_met(gate):
    state = evaluate(gate, opened(gate))
    assert state.applies
    assert state.open, state.reasons


@pytest.mark.parametrize(
    ("gate", "need"),
    [(gate, need) for gate in DECLARED.gates for need in gate.needs],
    ids=lambda part: getattr(part, "id", "") or part.text["en"][:30],
)
def test_each_need_alone_closes_its_gate_and_says_why_and_where(gate, need):
    facts = opened(gate)
    if need.each:
        facts[need.each] = ["intention.intention"]
    else:
        violate(need.must, facts)
    reasons = evaluate(gate, facts).reasons
    assert len(reasons) == 1
    for said in (reasons[0].text, reasons[0].opens, gate.why, gate.title):
        assert said["en"]
        assert said["zh"]
    assert reasons[0].fix.split(":")[0] in {"step", "page"}


@pytest.mark.parametrize("gate", [g for g in DECLARED.gates if g.when], ids=lambda g: g.id)
def test_a_gate_that_does_not_apply_is_open(gate):
    facts = {}
    violate(gate.when, facts)
    state = evaluate(gate, facts)
    assert not state.applies
    assert state.open


def test_every_act_is_protected_by_some_gate():
    protected = {act for gate in DECLARED.gates for act in gate.protects}
    assert protected == DECLARED.acts.keys()


ACTS = {
    "publish": lambda c: actions.publish_community(actor=c.owner, community=c),
    "recruit": lambda c: actions.open_recruitment(actor=c.owner, community=c),
    **{
        act: lambda c, mode=mode: actions.set_selection(
            actor=c.owner, community=c, selection=mode
        )
        for act, mode in {
            "open_joining": "open", "ask_questions": "questions", "vet": "vetting",
            "charge_fee": "fee",
        }.items()
    },
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.req("F03")
@pytest.mark.parametrize("act", ACTS)
def test_a_closed_gate_holds_back_its_act_and_nothing_else(act):
    community = fresh("T14")
    type(community.draft).objects.update(values={})
    held = {s.id for s in queries.closed_gates(community, [act])}
    assert held
    with pytest.raises(GateClosed) as refused:
        ACTS[act](community)
    assert {state.id for state in refused.value.gates} >= held
    assert refused.value.reasons("zh-hans")
    assert queries.require(community.owner, community, "members.manage")


@pytest.mark.django_db
@pytest.mark.req("F01")
@pytest.mark.req("F03")
def test_a_fresh_community_is_told_everything_that_is_missing_and_can_open_it():
    community = fresh("T14")
    with pytest.raises(GateClosed) as refused:
        actions.publish_community(actor=community.owner, community=community)
    closed = {state.id for state in refused.value.gates}
    assert {"six_parts", "own_words", "ideal_carrier"} <= closed
    assert "“定位”还没写完。" in refused.value.reasons("zh-hans")
    assert "The positioning is not complete." in refused.value.reasons("en")

    write_all(community)
    assert queries.closed_gates(community, ["publish"]) == []
    actions.publish_community(actor=community.owner, community=community)
    assert community.stage == "published"
    assert queries.current_charter(community).number == 1


@pytest.mark.django_db
@pytest.mark.req("F03")
def test_recruitment_lists_missing_positioning_as_a_mob_risk_and_opens_with_it():
    community = ready("T14")
    actions.publish_community(actor=community.owner, community=community)
    type(community.draft).objects.filter(community=community).update(values={})
    actions.open_recruitment(actor=community.owner, community=community)
    actions.close_recruitment(actor=community.owner, community=community)

    other = fresh("T14")
    with pytest.raises(GateClosed) as refused:
        actions.open_recruitment(actor=other.owner, community=other)
    said = refused.value.reasons("en")
    assert sum(reason.startswith("Mob risk") for reason in said) == 3
    assert "The community is not published." in said


@pytest.mark.django_db
def test_a_reason_that_the_draft_already_settles_says_so():
    community = ready("T14")
    actions.publish_charter(actor=community.owner, community=community)
    save(community, "people", group="")
    actions.publish_charter(actor=community.owner, community=community)
    save(community, "people", group="愿意弯腰拔草的邻居")
    (state,) = [s for s in queries.gates(community) if s.id == "target_group"]
    assert state.reasons[0].fix == "page:publish"
    assert "草稿" in state.reasons[0].opens["zh"]


@pytest.mark.django_db
@pytest.mark.req("F16")
def test_selling_waits_for_a_product_that_fits():
    community = ready("T02")
    save(community, "product", need="made_up")
    (state,) = queries.closed_gates(community, ["sell"])
    assert state.id == "product_fit"
    save(community, "product", need="real")
    assert queries.closed_gates(community, ["sell"]) == []


@pytest.mark.django_db
@pytest.mark.req("T03")
def test_a_mimic_community_has_no_cart_and_declares_its_codes():
    community = fresh("T03")
    assert "no_cart" in {s.id for s in queries.closed_gates(community, ["sell"])}
    assert "product_codes" in {s.id for s in queries.closed_gates(community, ["publish"])}
    save(community, "codes", where="瓶盖内侧", gains="保修和配件")
    assert "product_codes" not in {s.id for s in queries.closed_gates(community, ["publish"])}


@pytest.mark.django_db
@pytest.mark.req("P22")
def test_the_fee_waits_for_the_books_and_for_a_tier_that_lets_in():
    community = ready("T17")
    assert {s.id for s in queries.closed_gates(community, ["charge_fee"])} == {"books"}
    actions.push_fact(community=community, fact="fact.ledger", value=True)
    assert {s.id for s in queries.closed_gates(community, ["charge_fee"])} == {"books"}
    actions.push_fact(community=community, fact="fact.entry", value=True)
    assert queries.closed_gates(community, ["charge_fee"]) == []
    actions.set_selection(actor=community.owner, community=community, selection="fee")
    assert community.selection == "fee"


@pytest.mark.django_db
def test_a_fact_that_is_not_declared_cannot_be_pushed():
    community = fresh("T14")
    with pytest.raises(ValueError, match="not declared"):
        actions.push_fact(community=community, fact="fact.rich", value=True)


@pytest.mark.django_db
@pytest.mark.req("N22")
def test_a_blueprint_left_as_it_is_cannot_be_published_even_with_trifles_changed():
    community = ready("T14")
    suggested = community.draft.blueprint_values["intention"]["intention"]
    save(community, "intention", intention=suggested + "！！")
    (state,) = queries.closed_gates(community, ["publish"])
    assert state.id == "own_words"
    assert [r.fix_step for r in state.reasons] == ["intention"]
    assert "你为什么要开始" in state.reasons[0].text["zh"]


@pytest.mark.django_db
def test_looking_at_every_gate_takes_few_queries(django_assert_max_num_queries):
    community = ready("T14")
    with django_assert_max_num_queries(5):
        queries.gates(community)
