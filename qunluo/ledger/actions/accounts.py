"""Opening accounts: when they are first needed, once, whoever comes at the same moment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.ledger.errors import UnknownPurpose, UnknownUnit
from qunluo.ledger.models import Account, Unit
from qunluo.ledger.rules.purposes import Purpose, counted, purposes

if TYPE_CHECKING:
    from qunluo.community.models import Community
    from qunluo.people.models import Person


class Wanted(NamedTuple):
    """An account by what it is for; `person` for those of persons, `label` names a provider."""

    purpose: str
    unit: str
    person: "Person | None" = None
    label: str = ""


def ensure_account(
    *,
    community: "Community",
    purpose: str,
    unit: str,
    person: "Person | None" = None,
    label: str = "",
) -> Account:
    """Return an account, opened if there was none. UnknownPurpose, UnknownUnit."""
    return ensure_accounts(community=community, wanted=[Wanted(purpose, unit, person, label)])[0]


def ensure_accounts(*, community: "Community", wanted: Sequence[Wanted]) -> list[Account]:
    """Return accounts in the order asked for, in one query when all are open.

    UnknownPurpose, UnknownUnit.
    """
    for one in wanted:
        _purpose(one)
    found = _found(community, wanted)
    if missing := [one for one in wanted if _named(one) not in found]:
        _open(community, missing)
        found = _found(community, wanted)
    return [found[_named(one)] for one in wanted]


Name = tuple[str, str, int | None, str]


def _named(one: Wanted) -> Name:
    return one.purpose, one.unit, one.person.pk if one.person else None, one.label


def _found(community: "Community", wanted: Sequence[Wanted]) -> dict[Name, Account]:
    people = {one.person.pk for one in wanted if one.person}
    whose = Q(person_id__in=people) if people else Q(pk__in=[])
    if any(one.person is None for one in wanted):
        whose |= Q(person=None)
    accounts = Account.objects.filter(
        whose,
        community=community,
        purpose__in={one.purpose for one in wanted},
        unit__code__in={one.unit for one in wanted},
        label__in={one.label for one in wanted},
    ).select_related("unit")
    return {(a.purpose, a.unit.code, a.person_id, a.label): a for a in accounts}


@write_tx
def _open(community: "Community", missing: Sequence[Wanted]) -> None:
    """Open accounts, and the units they count in; the unique index decides who was first."""
    moment = now()
    codes = {one.unit for one in missing}
    known = _units(community, codes)
    if new := sorted(codes - known.keys()):
        Unit.objects.bulk_create([_unit(community, code) for code in new], ignore_conflicts=True)
        known = _units(community, codes)
    Account.objects.bulk_create(
        [
            Account(
                community=community,
                unit_id=known[one.unit],
                owner=_purpose(one).owner,
                person=one.person,
                purpose=one.purpose,
                label=one.label,
                overdraws=_purpose(one).overdraws,
                opened_at=moment,
            )
            for one in dict.fromkeys(missing)
        ],
        ignore_conflicts=True,
    )


def _units(community: "Community", codes: set[str]) -> dict[str, int]:
    return dict(Unit.objects.filter(community=community, code__in=codes).values_list("code", "pk"))


def _unit(community: "Community", code: str) -> Unit:
    what = counted(code)
    if what is None:
        raise UnknownUnit(unit=code)
    return Unit(
        community=community,
        code=code,
        kind=what.kind,
        currency=what.currency,
        exponent=what.exponent,
        opened_at=now(),
    )


def _purpose(one: Wanted) -> Purpose:
    found = purposes().get(one.purpose)
    if (
        found is None
        or (found.owner == "person") != (one.person is not None)
        or found.labelled != bool(one.label)
        or len(one.label) > 40
    ):
        raise UnknownPurpose(purpose=one.purpose)
    return found
