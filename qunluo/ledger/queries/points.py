"""What a community calls its points, and what somebody may know of a gift of them."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from qunluo.ledger.models import Account, PointsName
from qunluo.ledger.queries.accounts import balances
from qunluo.ledger.rules.purposes import PLAIN_POINTS, POINTS, Named
from qunluo.ledger.rules.saying import amount_said
from qunluo.reach.ports import Known

if TYPE_CHECKING:
    from qunluo.people.models import Person


def points_name(community_id: int) -> Named:
    """Return what a community calls its points."""
    found = PointsName.objects.filter(community_id=community_id)
    row = found.values_list("one", "many", "zh").first()
    return Named(*row) if row else PLAIN_POINTS


def known_wallets(person: "Person", ids: Collection[int]) -> dict[int, Known]:
    """Return what a person may know of their own accounts of points, by id."""
    mine = Account.objects.filter(pk__in=list(ids), person=person, unit__code=POINTS)
    accounts = list(mine.select_related("community"))
    amounts = balances(accounts)
    return {
        one.pk: Known(
            one.community.name,
            one.community.name,
            f"/c/{one.community.slug}/account/?unit={POINTS}",
            words=_words(amounts[one.pk].free, points_name(one.community_id)),
        )
        for one in accounts
    }


def _words(free: int, name: Named) -> dict[str, dict[str, str]]:
    languages = {"en": "en", "zh": "zh-hans"}
    return {
        "points": {"en": name.many, "zh": name.zh},
        "told": {key: amount_said(free, POINTS, tag, name) for key, tag in languages.items()},
    }
