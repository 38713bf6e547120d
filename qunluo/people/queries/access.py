"""How a person gets in, what is kept about them, and what an erasure would meet."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from qunluo.people import rules
from qunluo.people.models import Person
from qunluo.people.ports import own_data
from qunluo.people.queries.person import email_state
from qunluo.people.queries.token import tokens_of

if TYPE_CHECKING:
    from qunluo.people.ports import Blocker


def erasure_blockers(person: Person) -> list["Blocker"]:
    """Return why the account may not be erased yet; empty when it may."""
    return [blocker for room in own_data for blocker in room.blocks(person)]


def erasure_keeps() -> list[str]:
    """Return, as marked texts, which records stay after an erasure and why."""
    return [text for room in own_data for text in room.keeps]


@dataclass(frozen=True)
class Access:
    """How a person gets in."""

    address: str
    confirmed: bool
    password: bool
    passkeys: int
    app: bool
    recovery_codes: int
    houses: int
    sessions: int
    tokens: int


def access_of(person: Person) -> Access:
    """Return how the person gets in, and what else is open in their name."""
    email = email_state(person)
    locks = Counter(Authenticator.objects.filter(user_id=person.pk).values_list("type", flat=True))
    codes = Authenticator.objects.filter(user_id=person.pk, type="recovery_codes").first()
    return Access(
        address=str(email["address"]),
        confirmed=bool(email["confirmed"]),
        password=person.has_usable_password(),
        passkeys=locks["webauthn"],
        app=bool(locks["totp"]),
        recovery_codes=len(codes.wrap().get_unused_codes()) if codes else 0,
        houses=SocialAccount.objects.filter(user_id=person.pk).count(),
        sessions=UserSession.objects.filter(user_id=person.pk).count(),
        tokens=tokens_of(person).count(),
    )


def own_documents() -> list[str]:
    """Return, as marked texts, what the archive of one's own data holds."""
    return [rules.OWN_DATA_HOLDS, *(room.holds for room in own_data if room.holds)]
