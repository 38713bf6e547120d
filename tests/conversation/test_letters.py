"""Whoever gave feedback is written to at each change."""

import pytest

from qunluo.conversation import actions, queries
from qunluo.kernel.clock import now
from qunluo.kernel.delivery import drain
from qunluo.reach.models import Delivery
from tests.conversation.makers import community, member, space, thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unsent(monkeypatch):
    """Leave the letters lying, so that they can be read."""
    drain()
    monkeypatch.setattr("qunluo.reach.actions.send.post", lambda pk: None)


@pytest.mark.req("C04")
def test_the_author_of_feedback_hears_of_each_change_in_their_language():
    farm = community()
    mei = member(farm, "Mei", language="zh-hans")
    host = member(farm, "Host", role="host")
    given = thread(mei, space(farm), "feedback", title="灯坏了")
    day = now().date()
    taken = actions.move_state(actor=host, thread=given, move="take", due_on=day)
    actions.move_state(actor=host, thread=taken, move="solve", text="换好了。")
    actions.move_state(actor=mei, thread=given, move="reopen", text="又坏了。")
    drain()
    sent = Delivery.objects.filter(to=mei.email, template="community/mail/letter").order_by("pk")
    letters = [one.context for one in sent]
    assert [one["subject"] for one in letters] == [f"{farm.name}：“灯坏了”有进展"] * 2
    said = f"{day.year}年{day.month}月{day.day}日前答复。"
    assert f"Host开始跟进你的反馈 #{given.number}，{said}" in letters[0]["text"]
    assert letters[0]["url"].endswith(f"/c/{farm.slug}/talk/{given.number}/")


def test_other_kinds_write_no_letters():
    farm = community()
    mei, bo = member(farm, "Mei"), member(farm, "Bo")
    asked = thread(mei, space(farm), "help")
    actions.move_state(actor=bo, thread=asked, move="offer")
    drain()
    assert not Delivery.objects.exists()
    again = queries.get_thread(farm, asked.number, viewer=mei)
    assert queries.told(again, "offer", "Bo", "en") == "Bo offers to help you."
    assert queries.told(again, "no such", "Bo", "en") == ""
