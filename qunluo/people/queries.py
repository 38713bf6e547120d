"""Who people are, and what a viewer may see of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.people import rules
from qunluo.people.errors import PersonNotFound, TokenNotFound
from qunluo.people.models import ApiToken, Person
from qunluo.people.ports import neighbours, own_data

if TYPE_CHECKING:
    from qunluo.people.ports import Blocker

Viewer = Person | AnonymousUser | None


@dataclass(frozen=True)
class Card:
    """What every list shows of a person: a face, a name and the way to their page."""

    id: int
    name: str
    handle: str
    picture: str

    @property
    def picture_url(self) -> str:
        """Return the address of the picture, uploaded or drawn from the handle."""
        return picture_url(self)

    @property
    def url(self) -> str:
        """Return the address of the public page."""
        return f"/p/{self.handle}/"


@dataclass(frozen=True)
class Profile:
    """A person as one viewer may see them; what is hidden is empty."""

    person: Person
    own: bool
    shares: bool
    intro: str
    offers: list[str]
    thoughts: str
    worries: str
    wishes: str
    tags: list[str]
    hidden: frozenset[str]

    @property
    def empty(self) -> bool:
        """Return True when the viewer sees nothing but name and picture."""
        return not (
            self.intro or self.offers or self.thoughts or self.worries or self.wishes or self.tags
        )


def picture_url(person: Person | Card) -> str:
    """Return the address of someone's picture: their upload, or one drawn from their handle."""
    return media.url(person.picture) if person.picture else f"/p/{person.handle}/avatar.svg"


def get_person(*, handle: str | None = None, pk: int | None = None) -> Person:
    """Return a person who has not erased their account, or raise PersonNotFound."""
    wanted = Q(handle=handle.upper()) if handle is not None else Q(pk=pk)
    try:
        return Person.objects.get(wanted, erased_at=None)
    except Person.DoesNotExist:
        raise PersonNotFound from None


def find_person_by_email(email: str) -> Person | None:
    """Return the person who has proven that the address is theirs; for operators and matching."""
    address = rules.normal_email(email)
    return Person.objects.filter(email=address, erased_at=None).first() if address else None


def people_by_email(emails: Iterable[str]) -> dict[str, Person]:
    """Return the persons who have proven these addresses, by address; one query."""
    wanted = {address for email in emails if (address := rules.normal_email(email))}
    found = Person.objects.filter(email__in=wanted, erased_at=None)
    return {str(person.email): person for person in found}


def person_card(ids: Iterable[int]) -> dict[int, Card]:
    """Return cards by person id in one query; the erased are included under their empty name."""
    rows = Person.objects.filter(pk__in=set(ids)).values_list("id", "name", "handle", "picture")
    return {row[0]: Card(*row) for row in rows}


def profile_for(person: Person, viewer: Viewer) -> Profile:
    """Return what the viewer may see of the person."""
    own = viewer is not None and viewer.pk == person.pk
    shares = not own and bool(
        viewer and viewer.pk and neighbours.share_a_community(person.pk, viewer.pk)
    )
    open_to = rules.audiences_open_to(own=own, shares=shares)
    seen = {
        field: person.visibility.get(field, default) in open_to
        for field, default in rules.VISIBLE.items()
    }
    return Profile(
        person=person,
        own=own,
        shares=shares,
        intro=person.intro if seen["intro"] else "",
        offers=list(person.offers) if seen["offers"] else [],
        thoughts=person.thoughts if seen["thoughts"] else "",
        worries=person.worries if seen["worries"] else "",
        wishes=person.wishes if seen["wishes"] else "",
        tags=list(person.tags) if seen["tags"] else [],
        hidden=frozenset(field for field, visible in seen.items() if not visible),
    )


def email_state(person: Person) -> Mapping[str, object]:
    """Return {"address", "confirmed"} of the person's primary address; empty address if none."""
    row = (
        EmailAddress.objects.filter(user_id=person.pk)
        .order_by("-primary", "-verified", "pk")
        .first()
    )
    return {"address": row.email if row else "", "confirmed": bool(row and row.verified)}


def address_of(person: Person) -> str:
    """Return where mail to the person goes: the proven address, else the claimed one, else ''."""
    return person.email or str(email_state(person)["address"])


def addresses_of(person: Person) -> list[str]:
    """Return every address of the person, proven or only claimed."""
    return list(EmailAddress.objects.filter(user_id=person.pk).values_list("email", flat=True))


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """Return the person's tokens that were not revoked, newest first."""
    return ApiToken.objects.filter(person=person, revoked_at=None)


def get_token(pk: int, *, viewer: Person) -> ApiToken:
    """Return one of the viewer's own tokens, or raise TokenNotFound."""
    try:
        return tokens_of(viewer).get(pk=pk)
    except ApiToken.DoesNotExist:
        raise TokenNotFound from None


def person_by_token(secret: str) -> Person | None:
    """Return whom a live token speaks for, or None."""
    token = token_by_secret(secret)
    return token.person if token else None


def token_by_secret(secret: str) -> ApiToken | None:
    """Return the live token (with its person and scopes) for a secret, or None."""
    if not secret.startswith(rules.TOKEN_PREFIX):
        return None
    return (
        ApiToken.objects.select_related("person")
        .filter(
            Q(expires_at=None) | Q(expires_at__gt=now()),
            digest=rules.digest(secret),
            revoked_at=None,
            person__is_active=True,
            person__erased_at=None,
        )
        .first()
    )


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
