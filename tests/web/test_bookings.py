"""Booking through the pages: choosing a time, what comes of it, and what others are refused."""

from datetime import timedelta

import pytest

from qunluo.community.models import Membership
from qunluo.kernel.clock import travel
from qunluo.market.models import Booking, Order, ServicePlan, Staff
from tests.community.makers import member
from tests.market.booking_makers import booking, day_after, paid, service
from tests.market.conftest import here

__all__ = ["here"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("T09")]


def value(plan, at):
    return f"{plan.coach.pk}-{int(at.timestamp())}"


def where(here, *parts):
    return "/".join([f"/c/{here.community.slug}", *parts, ""])


def test_a_time_is_chosen_and_leads_to_its_order(here, client):
    plan = service(here, place="Barn", late_percent=30)
    book = where(here, "shop", "p", plan.product.uid, "book")
    assert f'href="{book}"' in client.get(book.removesuffix("book/")).content.decode()
    at = day_after(hour=10)
    page = client.get(book).content.decode()
    assert value(plan, at) in page
    assert "Sign in to book" in page
    client.force_login(here.mei)
    page = client.get(book).content.decode()
    assert "之后取消退 30%" in page
    sent = {"variant": plan.variant.pk, "slot": value(plan, at), "note": "First time", "once": "a"}
    done = client.post(book, sent)
    order = Order.objects.get()
    assert done["Location"] == where(here, "orders", order.uid)
    assert client.post(book, sent)["Location"] == done["Location"]  # sent twice, booked once
    assert booking(order).starts_at == at
    assert value(plan, at) not in client.get(book).content.decode()
    shown = client.get(done["Location"]).content.decode()
    assert "Barn" in shown
    assert "Coach" in shown


@pytest.mark.parametrize("slot", ["", "1-", "x-y", "999999-1800000000", "-", "1-99999999999999"])
def test_a_choice_that_is_none_is_refused_and_nothing_is_held(here, client, slot):
    plan = service(here)
    client.force_login(here.mei)
    answer = client.post(
        where(here, "shop", "p", plan.product.uid, "book"),
        {"variant": plan.variant.pk, "slot": slot},
    )
    assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_who_books_moves_calls_off_and_takes_it_into_a_calendar(here, client):
    plan = service(here, link="https://meet.example/1")
    one = paid(here, plan, here.mei, day_after(days=5))
    client.force_login(here.mei)
    order = where(here, "orders", one.order.uid)
    shown = client.get(order).content.decode()
    assert "https://meet.example/1" in shown
    file = client.get(where(here, "bookings", one.order.uid, "calendar.ics").rstrip("/"))
    assert file["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in file.content
    later = day_after(days=6)
    move = where(here, "bookings", one.order.uid, "move")
    assert value(plan, later) in client.get(move).content.decode()
    assert client.post(move, {"slot": value(plan, later)})["Location"] == order
    assert booking(one.order).starts_at == later
    client.post(where(here, "bookings", one.order.uid, "act"), {"act": "off"})
    assert booking(one.order).state == "off"
    assert Order.objects.get().state == "refunded"
    assert "https://meet.example/1" not in client.get(order).content.decode()


def test_who_gives_it_sees_the_day_says_that_it_was_given_and_reads_the_stars(here, client):
    plan = service(here)
    one = paid(here, plan, here.mei)
    day = where(here, "bookings", "day") + f"?day={one.starts_at.date()}"
    act = where(here, "bookings", one.order.uid, "act")
    client.force_login(plan.person)
    assert "Mei" in client.get(day).content.decode()
    assert client.post(act, {"act": "nonsense"}).status_code == 404
    with travel(one.ends_at):
        client.force_login(plan.person)
        client.post(act, {"act": "done"})
        assert booking(one.order).state == "done"
        client.force_login(here.mei)
        assert "确认已完成" in client.get(where(here, "orders", one.order.uid)).content.decode()
        client.post(where(here, "orders", one.order.uid, "receive"))
        client.post(act, {"act": "rate", "stars": "9"})
        assert booking(one.order).stars is None
        client.post(act, {"act": "rate", "stars": "4", "words": "Good"})
        assert booking(one.order).stars == 4
        client.force_login(plan.person)
        assert "★★★★" in client.get(day).content.decode()
        client.post(act, {"act": "case", "words": "A year of plans"})
        client.force_login(here.mei)
        client.post(act, {"act": "agree"})
    page = client.get(where(here, "shop", "p", plan.product.uid)).content.decode()
    assert "A year of plans" in page
    assert "1 条评价" in page


def test_the_desk_writes_a_service_down_until_it_can_be_booked(here, client):
    client.force_login(here.owner)
    made = client.post(where(here, "desk", "services"), {"title": "Pruning lesson"})
    plan = ServicePlan.objects.get()
    page = made["Location"]
    assert "还不能上架" in client.get(page).content.decode() or client.get(page).status_code == 200
    client.post(page, {"name": "Short", "minutes": 45, "price": "30"})
    assert plan.product.variants.get().minutes == 45
    wrong = client.post(page, {"name": "Odd", "minutes": 50, "price": "30"})
    assert wrong.status_code == 422
    said = {
        "seats": 3, "before": 0, "after": 15, "notice_hours": 4, "days_ahead": 20,
        "cancel_hours": 12, "late_percent": 50, "place": "Orchard", "link": "",
    }  # fmt: skip
    assert client.post(page, {**said, "after": 10}).status_code == 422
    client.post(page, said)
    plan.refresh_from_db()
    assert (plan.seats, plan.place) == (3, "Orchard")
    coach = member(here.community, "Coach")
    hours = where(here, "bookings", "hours", plan.product.uid, coach.handle)
    assert client.post(hours, {"day0": "9-12"}).status_code == 422
    assert client.post(hours, {"day0": "9:00–12:00, 11:00–13:00"}).status_code == 422
    answer = client.post(
        hours, {"day0": "9:00–12:00，13:30到17:00", "days_off": "2026-12-24", "active": "on"}
    )
    assert answer.status_code == 302
    found = Staff.objects.get()
    assert found.week == {"0": [[540, 720], [810, 1020]]}
    assert found.days_off == ["2026-12-24"]
    client.force_login(coach)  # who gives it looks after their own hours
    assert "13:30–17:00" in client.get(hours).content.decode()
    assert client.get(where(here, "desk", "services")).status_code == 403


def test_what_is_over_can_no_longer_be_moved_or_called_off(here, client):
    plan = service(here)
    one = paid(here, plan, here.mei)
    client.force_login(here.mei)
    with travel(one.starts_at + timedelta(minutes=1)):
        client.force_login(here.mei)
        client.post(where(here, "bookings", one.order.uid, "act"), {"act": "off"})
        assert booking(one.order).state == "booked"
        assert client.get(where(here, "bookings", one.order.uid, "move")).status_code == 409


def test_what_one_has_booked_stands_with_its_time(here, client):
    plan = service(here)
    one = paid(here, plan, here.mei)
    client.force_login(here.mei)
    page = client.get(where(here, "bookings"))
    assert "One hour of advice" in page.content.decode()
    assert where(here, "orders", one.order.uid) in page.content.decode()


def test_who_left_and_came_back_still_sees_and_ends_what_was_booked_with_them(here, client):
    plan = service(here)
    one = paid(here, plan, here.mei)
    Membership.objects.filter(person=plan.person).update(
        joined_at=one.starts_at + timedelta(minutes=5)
    )
    with travel(one.ends_at):
        day = where(here, "bookings", "day")
        act = where(here, "bookings", one.order.uid, "act")
        for who in (here.owner, plan.person):  # at the desk it stands apart, and once
            client.force_login(who)
            page = client.get(day).content.decode()
            assert page.count(f'action="{act}"') == 3  # given, nobody came, called off
        client.post(act, {"act": "done"})
    assert booking(one.order).state == "done"
