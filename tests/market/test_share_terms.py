"""The terms of a season change for who subscribes from now on; what was signed stays."""

from datetime import time

import pytest

from qunluo.community.errors import MembersOnly, PermissionMissing
from qunluo.market import actions, errors
from qunluo.market.models import ShareSeason
from tests.market.makers import clean, events
from tests.market.makers import free as lies
from tests.market.share_makers import DAY, ask, boxes, free, hold, season

pytestmark = [pytest.mark.django_db, pytest.mark.req("N10")]


@pytest.fixture
def spring(here, clock):
    """Four weekly boxes for 80.00, two may be skipped, a depot of five places."""
    return season(here)


def change(here, season, **terms):
    return actions.change_terms(actor=here.owner, season=season, terms=terms)


def test_who_has_signed_keeps_what_they_signed(here, spring):
    before = hold(here, spring, here.mei)
    changed = change(
        here, spring, risk="Hail is ours alone.", absences=0, skip_gives="credit", refunds=True,
        instalments=[2, 4],
    )  # fmt: skip
    assert changed.terms == spring.terms + 1
    after = hold(here, spring, here.li, parts=4)
    before.refresh_from_db()
    assert (before.risk, before.absences, before.skip_gives, before.refunds) == (
        "We share what the field gives.", 2, "pool", False,
    )  # fmt: skip
    assert (after.risk, after.absences, after.skip_gives, after.refunds) == (
        "Hail is ours alone.", 0, "credit", True,
    )  # fmt: skip
    actions.skip_box(actor=here.mei, box=boxes(before)[0])
    assert boxes(before)[0].credited == 0
    with pytest.raises(errors.NoAbsenceLeft):
        actions.skip_box(actor=here.li, box=boxes(after)[0])
    assert [one.data["changed"] for one in events("season_terms_changed")] == [
        ["risk", "absences", "skip_gives", "refunds", "instalments"]
    ]


def test_ending_early_gives_back_what_the_share_says_and_not_what_the_season_says_by_now(
    here, spring
):
    kept, given = hold(here, spring, here.mei), None
    change(here, spring, refunds=True)
    given = hold(here, spring, here.li)
    change(here, spring, refunds=False)
    for who, contract in ((here.mei, kept), (here.li, given)):
        actions.cancel_share(actor=who, contract=contract)
    assert lies(here, "escrow", "credit-CNY") == 8_000  # of one of them
    clean(here)


def test_nobody_signs_terms_that_they_have_not_read(here, spring):
    read = spring.terms
    change(here, spring, risk="Everything is your risk.")
    with pytest.raises(errors.TermsChanged):
        ask(spring, here.mei, terms=read)
    assert ask(spring, here.mei, terms=read + 1).risk == "Everything is your risk."


def test_terms_that_change_at_the_moment_of_signing_are_not_signed(here, spring, monkeypatch):
    from qunluo.market.actions import shares  # noqa: PLC0415 -- only to come in between

    found = shares.require_turn

    def come_between(*given):
        change(here, spring, absences=1)
        return found(*given)

    monkeypatch.setattr(shares, "require_turn", come_between)
    with pytest.raises(errors.TermsChanged):
        ask(spring, here.mei)
    monkeypatch.undo()
    assert free(spring) == [5] * 4
    assert ask(spring, here.mei).absences == 1


def test_who_waits_moves_up_on_the_terms_that_they_signed(here, clock):
    full = season(here, room=1, absences=2)
    first = ask(full, here.mei)
    waits = ask(full, here.li, wait=True)
    change(here, full, absences=0, refunds=True)
    actions.cancel_share(actor=here.mei, contract=first)
    actions.move_up_everywhere()
    waits.refresh_from_db()
    assert (waits.state, waits.absences, waits.refunds) == ("asked", 2, False)


def test_days_change_only_before_the_first_share_is_asked_for(here, spring):
    box = spring.deliveries.order_by("day").last()
    last = spring.last + 14 * DAY
    change(here, spring, last=last, starts=time(10), cutoff_hours=24)
    days = list(spring.deliveries.order_by("day"))
    assert [one.day for one in days][-2:] == [box.day + 7 * DAY, box.day + 14 * DAY]
    assert {(one.begins_at - one.cut_off_at) for one in days} == {DAY}
    assert free(spring) == [5] * 6
    ask(spring, here.mei)
    with pytest.raises(errors.InvalidSeason) as refused:
        change(here, spring, last=last - 14 * DAY, absences=1)
    assert list(refused.value.fields) == ["last"]
    spring.refresh_from_db()
    assert (spring.last, spring.absences) == (last, 2)


def test_a_day_whose_box_is_filled_does_not_go(here, spring):
    box = spring.deliveries.order_by("day").last()
    actions.fill_box(actor=here.owner, delivery=box, contents=[{"name": "Peas"}])
    with pytest.raises(errors.InvalidSeason) as refused:
        change(here, spring, last=spring.last - 7 * DAY)
    assert list(refused.value.fields) == ["last"]
    assert spring.deliveries.count() == 4


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"risk": " "}, "risk"),
        ({"risk": "a\0b"}, "risk"),
        ({"risk": "a" * 2_001}, "risk"),
        ({"absences": -1}, "absences"),
        ({"absences": 61}, "absences"),
        ({"instalments": []}, "instalments"),
        ({"instalments": [0]}, "instalments"),
        ({"weekdays": []}, "weekdays"),
        ({"skip_gives": "nothing"}, "skip_gives"),
        ({"grace_days": 0}, "grace_days"),
        ({"claim_hours": 10_000}, "claim_hours"),
    ],
)
def test_terms_that_are_not_right_change_nothing(here, spring, wrong, field):
    with pytest.raises(errors.InvalidSeason) as refused:
        change(here, spring, **wrong)
    assert field in refused.value.fields
    fresh = ShareSeason.objects.get(pk=spring.pk)
    assert (fresh.terms, fresh.risk, fresh.absences) == (1, spring.risk, 2)


def test_terms_that_stay_are_no_change(here, spring):
    change(here, spring, risk=spring.risk, weekdays=spring.weekdays, instalments=[2, 1])
    spring.refresh_from_db()
    assert spring.terms == 1
    assert not events("season_terms_changed")


def test_a_season_that_follows_on_none_opens_to_all_at_once(here, spring):
    later = spring.opens_at + 3 * DAY
    change(here, spring, opens_at=later)
    spring.refresh_from_db()
    assert (spring.holders_at, spring.waiting_at, spring.opens_at) == (later,) * 3
    with pytest.raises(errors.SeasonNotOpen):
        ask(spring, here.mei)


def test_a_turn_that_is_put_off_is_told_of_again(here, spring):
    hold(here, spring, here.mei)
    moment = spring.opens_at
    autumn = season(
        here, title="Autumn", after=spring, holders_at=moment, waiting_at=moment + DAY,
        opens_at=moment + 2 * DAY,
    )  # fmt: skip
    actions.offer_seasons()
    change(
        here, autumn, holders_at=moment + DAY, waiting_at=moment + 2 * DAY,
        opens_at=moment + 3 * DAY,
    )  # fmt: skip
    autumn.refresh_from_db()
    assert autumn.told_holders_at is None
    with pytest.raises(errors.InvalidSeason):
        change(here, autumn, opens_at=moment)


def test_only_who_runs_the_shop_changes_terms(here, spring):
    for who, refusal in ((here.mei, PermissionMissing), (here.stranger, MembersOnly)):
        with pytest.raises(refusal):
            actions.change_terms(actor=who, season=spring, terms={"absences": 0})
