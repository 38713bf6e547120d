"""The pages of services, in both languages: asking, delivering, thanking, and what is refused."""

from html import unescape

import pytest

from qunluo.conversation import actions, queries
from qunluo.ledger import actions as ledger
from tests.conversation import makers
from tests.web.conversation.test_every_kind import Town

pytestmark = [pytest.mark.django_db, pytest.mark.above_the_database, pytest.mark.req("P15")]


@pytest.fixture
def town():
    made = Town()
    made.base = f"/c/{made.farm.slug}/talk/"
    made.thread = makers.thread(
        made.people["mei"], made.spaces[None], "service", title="Knives", fields={"points": "2"}
    )
    give(made, 2)
    return made


def give(town, points):
    ledger.give_points(
        actor=town.farm.owner, community=town.farm, person=town.people["lin"], points=points,
        reason="Thanks", key=f"give:{points}",
    )  # fmt: skip


def reads(town, who, path="", language="en"):
    path = f"{town.base}{path or f'{town.thread.number}/'}"
    answer = town.browser(who, language).get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def send(town, who, path, language="en", **body):
    return town.browser(who, language).post(f"{town.base}{path}", body, follow=True)


def ask(town, price="2"):
    return send(town, "lin", f"{town.thread.number}/request/", text="My bread knife.", price=price)


def step(town, who, name, language="en", **body):
    request = queries.own_requests(town.farm, viewer=town.people["lin"]).items[0]
    return send(town, who, f"services/{request.id}/{name}/", language, **body)


def test_a_service_is_asked_for_delivered_and_thanked_by_the_pages(town):
    assert "Costs 2 points" in reads(town, "lin")
    assert "需要 2 积分" in reads(town, "lin", language="zh")
    assert "Asked. You hear of it" in unescape(ask(town).text)
    mine = reads(town, "mei")
    assert "It is your turn" in mine
    (asked,) = queries.own_requests(town.farm, viewer=town.people["lin"]).items
    assert f"services/{asked.id}/accept/" in mine
    assert f"services/{asked.id}/withdraw/" not in mine
    theirs = reads(town, "lin", "services/", "zh")
    assert "已预约，等对方答复" in theirs
    assert "Knives" in theirs
    assert "It is your turn" in reads(town, "mei", "services/?show=offered")
    step(town, "mei", "accept")
    step(town, "mei", "deliver")
    assert "counts as delivered from" in reads(town, "lin")
    done = step(town, "lin", "thank", "zh", text="很好用。", rating="gladly")
    assert "已完成：2 积分已到账。" in done.text
    assert "下次还找 1" in reads(town, "lin", language="zh")
    assert queries.free_points(town.people["mei"], town.farm) == 2
    assert "I would like this" in reads(town, "owner")


def test_a_refusal_stands_where_it_was_typed_and_says_how_many_points_are_missing(town):
    actions.move_state(
        actor=town.people["mei"], thread=town.thread, move="reprice", fields={"points": "3"}
    )
    page = reads(town, "lin")
    assert "You can spend 2 points and lack 1 point." in page
    assert "request/" not in page
    stale = ask(town, price="2")
    assert stale.status_code == 422
    assert "The price has changed in the meantime: 3 points." in unescape(stale.text)
    short = send(town, "lin", f"{town.thread.number}/request/", "zh", text="刀", price="3")
    assert short.status_code == 422
    assert "还差 1 积分：需要 3 积分，你可用 2 积分。" in unescape(short.text)
    assert "刀" in short.text


def test_thanks_without_words_are_asked_for_and_nothing_moves(town):
    ask(town)
    step(town, "mei", "deliver")
    assert step(town, "lin", "thank").status_code == 422
    assert queries.free_points(town.people["mei"], town.farm) == 0
    assert step(town, "mei", "thank", text="x").status_code == 403
    assert step(town, "lin", "withdraw").status_code == 409
    assert send(town, "lin", "services/no-number/thank/").status_code == 404


def test_a_dispute_is_decided_by_who_keeps_the_books(town):
    ask(town)
    step(town, "mei", "deliver")
    step(town, "lin", "dispute", text="Still blunt.")
    assert "Still blunt." in reads(town, "owner")
    desk = town.browser("owner").get(f"/c/{town.farm.slug}/desk/").text
    assert "1 service is disputed." in desk
    listed = reads(town, "owner", "services/?show=disputed")
    assert "/decide_for_asker/" in listed
    assert "/decide_for_asker/" not in reads(town, "lin", "services/?show=disputed")
    answer = step(town, "owner", "decide_for_asker", text="I saw the knife.")
    assert "Done: 2 points were given back." in unescape(answer.text)
    assert queries.free_points(town.people["lin"], town.farm) == 2


def test_who_offers_nothing_and_asked_for_nothing_reads_what_to_do(town):
    assert "You have not asked for anything yet" in reads(town, "mei", "services/")
    assert "Nobody has asked you yet" in reads(town, "lin", "services/?show=offered")
    assert "没有争议" in reads(town, "owner", "services/?show=disputed", "zh")
