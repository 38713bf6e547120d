"""The calendar in the browser: planning, checks, time, and how what appeared was received."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from qunluo.api.talk import ReplyWish
from qunluo.conversation import actions, queries
from qunluo.conversation.models import PlannedItem, Post, Thread
from qunluo.kernel.clock import now, travel
from tests.conversation import makers
from tests.web.conversation.test_talk import browser, farm, lin, mei, square

__all__ = ["farm", "lin", "mei", "square"]
pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database]
DAY = timedelta(days=1)
WHOLE = {
    "title": "How to keep basil", "source": "Water **from below**.", "target": "Cooks",
    "useful": "3", "fun": "1", "warm": "2", "beneficial": "0", "causes": ["free", "novelty"],
    "motive": "curiosity", "licence": "cc-by", "originality": "own",
}  # fmt: skip


@pytest.mark.req("R01", "R05", "R10", "R12")
def test_a_member_plans_ticks_schedules_and_it_appears(farm, square, mei, lin):
    me = browser(mei)
    home = f"/c/{farm.slug}/calendar/"
    assert "Nothing appears in these days" in me.get(home).text
    tomorrow = (now() + DAY).date()
    form = me.get(f"{home}plan/?day={tomorrow}").text
    assert f'value="{tomorrow}T09:00"' in form
    assert form.index("Useful") < form.index("Fun") < form.index("Warm") < form.index("Beneficial")
    sent = WHOLE | {"publish_at": f"{tomorrow}T20:30", "together": "Lin", "days": "7"}
    sent |= {"options": "On the sill\nIn the cellar", "results": "always"}
    bad = me.post(f"{home}plan/", sent | {"together": "Nobody"})
    assert bad.status_code == 422
    assert "There is no member of this name here." in bad.text
    assert "from below" in bad.text
    for wrong, told in (
        ({"options": "Only one"}, "two to ten"), ({"days": "400"}, "less than or equal to 90"),
    ):  # fmt: skip
        bad = me.post(f"{home}plan/", sent | wrong)
        assert (bad.status_code, told in bad.text) == (422, True)
    there = me.post(f"{home}plan/", sent)["Location"]
    page = me.get(there).text
    assert "<strong>from below</strong>" in page
    assert "A poll opens with it" in page
    assert "In the cellar" in me.get(f"{there}edit/").text
    item = PlannedItem.objects.get()
    assert item.publish_at.astimezone(queries.zone_of(farm)).strftime("%H:%M") == "20:30"
    refused = me.post(f"{there}act/", {"do": "schedule"})
    assert refused.status_code == 409
    assert "Go through the checks" in refused.text
    ticks = [one.id for one in queries.item_checks(item) if one.hand]
    assert me.post(f"{there}act/", {"do": "schedule", "tick": ticks}).status_code == 302
    assert "Scheduled" in me.get(there).text
    month = f"{home}?month={tomorrow:%Y-%m}"
    assert "How to keep basil" in browser(farm.owner).get(month).text
    other = makers.member(farm, "Other")
    assert "How to keep basil" not in browser(other).get(month).text
    with travel(now() + 2 * DAY):
        actions.publish_due()
    thread = Thread.objects.get(plan=item.uid)
    reader = browser(other)
    page = reader.get(f"/c/{farm.slug}/talk/{thread.number}/").text
    assert "Written together with Lin" in page
    assert "In the cellar" in page
    assert there in page
    assert "How to keep basil" in reader.get(f"{home}?week={tomorrow}").text


@pytest.mark.req("F08")
def test_a_reader_says_once_whether_it_sounds_like_us(farm, square, mei, lin):
    ticks = [name for name, _words in queries.checklist(farm)]
    item = actions.plan_item(actor=mei, space=square, title="Rain", source="It rained.",
                             ticks=ticks)  # fmt: skip
    actions.schedule_item(actor=mei, item=item)
    actions.publish_due()
    there = f"/c/{farm.slug}/calendar/{item.uid}/"
    reader = browser(lin)
    assert "You answer once" in reader.get(there).text
    reader.post(f"{there}act/", {"do": "rate", "rating": "4"})
    page = reader.get(there).text
    assert "1 member answered" in page
    assert "You answer once" not in page
    assert reader.post(f"{there}act/", {"do": "rate", "rating": "5"}).status_code == 409
    assert "You answer once" not in browser(mei).get(there).text
    health = browser(farm.owner).get(f"/c/{farm.slug}/calendar/").text
    assert "Weeks with something new" in health
    assert "On tone · n = 1" in health
    assert "Weeks with something new" not in reader.get(f"/c/{farm.slug}/calendar/").text


@pytest.mark.req("R10", "R19")
def test_who_publishes_says_what_is_asked_and_who_reads_first(farm, square, mei):
    owner, home = browser(farm.owner), f"/c/{farm.slug}/calendar/"
    sent = {"checklist": "Is it kind?\n", "gap_days": "5", "line": "1.5", "holds": "on"}
    assert owner.post(f"{home}settings/", sent | {"gap_days": "0"}).status_code == 422
    assert owner.post(f"{home}settings/", sent).status_code == 302
    assert "Is it kind?" in owner.get(f"{home}settings/").text
    asked = queries.calendar_settings(farm)
    assert (asked.gap_days, asked.line, asked.holds) == (5, 15, True)
    assert browser(mei).get(f"{home}settings/").status_code == 403
    assert "Let some read it first" not in browser(mei).get(f"{home}plan/").text
    day = (now() + DAY).date()
    early = {"publish_at": f"{day}T09:00", "early_kind": "members", "open_at": f"{day}T08:00"}
    bad = owner.post(f"{home}plan/", WHOLE | early)
    assert "later than those who read it first" in bad.text
    there = owner.post(f"{home}plan/", WHOLE | early | {"open_at": f"{day}T10:00"})["Location"]
    assert "Some read it first" in owner.get(there).text
    page = owner.get(f"{there}edit/").text
    assert f'value="{day}T10:00"' in page
    version = {"version": "1", **WHOLE, **early, "open_at": f"{day}T11:00"}
    assert owner.post(f"{there}edit/", version).status_code == 302
    again = owner.post(f"{there}edit/", version)
    assert again.status_code == 422
    assert "changed or published in the meantime" in again.text
    assert owner.post(f"{there}act/", {"do": "withdraw"}).status_code == 302
    assert browser(mei).get(there).status_code == 404


@pytest.mark.req("F08")
def test_an_answer_without_a_number_is_asked_for_again(farm, square, mei, lin):
    item = actions.plan_item(
        actor=mei, space=square, title="Rain", source="It rained.",
        ticks=[name for name, _words in queries.checklist(farm)],
    )  # fmt: skip
    actions.schedule_item(actor=mei, item=item)
    actions.publish_due()
    there = f"/c/{farm.slug}/calendar/{item.uid}/act/"
    for rating in ({}, {"rating": ""}, {"rating": "12"}, {"rating": "9"}):
        refused = browser(lin).post(there, {"do": "rate", **rating})
        assert (refused.status_code, "From 1 to 5" in refused.text) == (422, True)


@pytest.mark.req("R01")
def test_no_message_takes_the_id_of_an_item(farm, square, mei):
    thread = makers.thread(farm.owner, square)
    there = f"/c/{farm.slug}/talk/{thread.number}/reply/"
    assert browser(mei).post(there, {"source": "Hi", "client_id": "plan:x"}).status_code == 302
    assert Post.objects.get(source="Hi").client_id == ""
    with pytest.raises(ValidationError):
        ReplyWish(source="Hi", client_id="plan:x")
