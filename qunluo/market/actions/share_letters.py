"""Letters about harvest shares, to who holds one or may."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, override

from qunluo.community.actions import write_to
from qunluo.ledger.queries import amount_said
from qunluo.market import events, queries

if TYPE_CHECKING:
    from qunluo.kernel.events import Event
    from qunluo.market.models import ShareContract, ShareSeason
    from qunluo.people.models import Person

LETTERS = Path(__file__).parents[1] / "definitions" / "share_letters.toml"


def tell_of_share(event: "Event") -> None:
    """Write to the subscriber how their share stands."""
    contract = queries.share_work.find_share(getattr(event, "contract_id", 0))
    if contract is None or event.actor_id == contract.person_id:
        return
    words: dict[str, Any] = {}
    path = f"shares/mine/{contract.uid}/"
    if isinstance(event, events.InstalmentDue | events.ShareMovedUp):
        order = queries.find_order(event.order_id)
        if order is None or order.state != "placed":
            return
        path = f"orders/{order.uid}/"
        words["amount"] = amount_said(order.total, order.currency, contract.person.language)
        words["moment"] = _moment(order.expires_at, contract.season)
    elif isinstance(event, events.BoxMissed):
        words["day"] = queries.shares.get_delivery(contract.season, event.delivery_id).day
    elif isinstance(event, events.ShareCancelled):
        with override(contract.person.language):  # the software's own reasons are translated
            words["reason"] = gettext(contract.end_reason) if contract.end_reason else ""
    letter = event.name.removeprefix("market.")
    _write(contract.season, contract.person, letter, path, _of(contract) | words)


def tell_of_season(event: "Event") -> None:
    """Write to everybody whom a season concerns: less in a box, a rise, or their turn to renew."""
    season = queries.shares.find_season(getattr(event, "season_id", 0))
    if season is None:
        return
    if isinstance(event, events.SeasonOffered):
        until = season.waiting_at if event.to == "holders" else season.opens_at
        words: dict[str, Any] = {"moment": _moment(until, season)}
        people: Iterable[ShareContract] = queries.share_work.offered_to(season, event.to)
        for one in people:
            _write(season, one.person, "season_offered", f"shares/{season.uid}/", words)
    elif isinstance(event, events.ShortfallTold):
        delivery = queries.shares.get_delivery(season, event.delivery_id)
        words = {"day": delivery.day, "reason": delivery.shortfall}
        path = f"shares/{season.uid}/boxes/{delivery.pk}/"
        for one in queries.share_work.who_gets(delivery):
            _write(season, one.person, "shortfall_told", path, words)
    elif isinstance(event, events.RiseProposed):
        _ask(season, event.rise_id)


def _ask(season: "ShareSeason", rise_id: int) -> None:
    for answer in queries.share_work.answers_to(rise_id):
        contract, rise = answer.contract, answer.rise
        words = {
            "amount": amount_said(rise.for_box, contract.currency, contract.person.language),
            "reason": rise.reason,
            "moment": _moment(rise.answer_by, season),
        }
        path = f"shares/mine/{contract.uid}/"
        _write(season, contract.person, "rise_proposed", path, words)


def _of(contract: "ShareContract") -> dict[str, Any]:
    return {"depot": contract.depot.point.name, "code": contract.code}


def _moment(moment: datetime, season: "ShareSeason") -> datetime:
    return moment.astimezone(ZoneInfo(season.community.time_zone))


def _write(
    season: "ShareSeason", person: "Person", letter: str, path: str, words: dict[str, Any]
) -> None:
    said = {"title": season.title, **words}
    where = f"/c/{season.community.slug}/{path}"
    write_to(person.pk, season.community, letter, path=where, words=said, letters=LETTERS)
