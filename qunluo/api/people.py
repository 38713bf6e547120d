"""Oneself and others: profile, settings, tokens, own data."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpResponse
from ninja import File, Path, Status
from ninja.files import UploadedFile
from pydantic import Field

from qunluo.api.area import Area, Rate
from qunluo.api.caller import Caller, require_proof
from qunluo.api.errors import ConfirmationWrong, TooLarge
from qunluo.api.shapes import Given, Id, Shown
from qunluo.api.texts import said
from qunluo.kernel.media import MOST_BYTES
from qunluo.kernel.ratelimit import limit
from qunluo.kernel.text import _
from qunluo.people import actions, queries

if TYPE_CHECKING:
    from qunluo.people import models as rows

area = Area("people", "People")
Handle = Annotated[str, Path(max_length=12, pattern=r"^[A-Za-z0-9]+$")]
TOKENS = Rate("token", 20, 3600)
PROOFS = Rate("erase", 5, 3600)
PICTURES = Rate("picture", 20, 3600)


class Health(Shown):
    """The installation answers."""

    status: str


class PersonCard(Shown):
    """What every list shows of a person."""

    handle: str
    name: str
    picture_url: str
    url: str


class Profile(Shown):
    """A person as the caller may see them; what is hidden is empty and named in `hidden`."""

    handle: str
    name: str
    picture_url: str
    intro: str
    offers: list[str] = Field(description=_("What they do for others."))
    thoughts: str
    worries: str
    wishes: str
    tags: list[str]
    hidden: list[str] = Field(description=_("The parts that are not for the caller."))
    own: bool = Field(description=_("It is the caller's own profile."))
    shares: bool = Field(description=_("The caller is in a community with them."))


class Me(Profile):
    """One's own profile, with what only oneself may see."""

    email: str = Field(description=_("The address for mail; empty if there is none."))
    email_confirmed: bool
    language: str
    time_zone: str
    visibility: dict[str, str] = Field(description=_("Who sees what: everyone, members or me."))
    joined_at: datetime


class ProfileChange(Given):
    """What is to change; whatever is missing or null stays as it is."""

    name: str | None = None
    intro: str | None = None
    offers: list[str] | None = None
    thoughts: str | None = None
    worries: str | None = None
    wishes: str | None = None
    tags: list[str] | None = None
    visibility: dict[str, str] | None = None
    language: str | None = Field(None, description=_("zh-hans or en."))
    time_zone: str | None = Field(None, description=_("An IANA name, for example Asia/Shanghai."))


class Token(Shown):
    """A token, without its secret."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenMade(Token):
    """A new token; the secret is shown this once."""

    secret: str


class TokenWish(Given):
    """The token one wants."""

    name: str
    scopes: list[str]
    days: int | None = Field(90, description=_("How long it lives; null until it is revoked."))


class Blocker(Shown):
    """Why the account cannot be erased yet."""

    message: str
    next_step: str
    url: str


class Erasure(Shown):
    """What stands against erasing the account, and what the law makes us keep."""

    blockers: list[Blocker]
    keeps: list[str]


class ErasureConfirmed(Given):
    """Proof that one means it."""

    handle: str = Field(description=_("One's own handle, typed once more."))
    password: str = Field("", description=_("One's password, where the account has one."))


def card(person: "rows.Person | queries.Card") -> PersonCard:
    """Show a person in a list."""
    return PersonCard(
        handle=person.handle,
        name=person.name,
        picture_url=queries.picture_url(person),
        url=f"/p/{person.handle}/",
    )


def show_profile(seen: queries.Profile) -> dict[str, Any]:
    """Show a person as somebody may see them."""
    return {
        "handle": seen.person.handle,
        "name": seen.person.name,
        "picture_url": queries.picture_url(seen.person),
        "intro": seen.intro,
        "offers": seen.offers,
        "thoughts": seen.thoughts,
        "worries": seen.worries,
        "wishes": seen.wishes,
        "tags": seen.tags,
        "hidden": sorted(seen.hidden),
        "own": seen.own,
        "shares": seen.shares,
    }


def _me(person: "rows.Person") -> dict[str, Any]:
    mail = queries.email_state(person)
    return show_profile(queries.profile_for(person, person)) | {
        "email": mail["address"],
        "email_confirmed": mail["confirmed"],
        "language": person.language,
        "time_zone": person.time_zone,
        "visibility": person.visibility,
        "joined_at": person.joined_at,
    }


@area.read("/health", Health, scope="profile:read", public=True)
def health(request: Caller) -> dict[str, str]:
    """Answer at all."""
    return {"status": "ok"}


@area.read("/me", Me, scope="profile:read")
def me(request: Caller) -> dict[str, Any]:
    """Show the caller to themself."""
    return _me(request.person)


@area.write("PATCH", "/me", Me, scope="profile:write")
def change_profile(request: Caller, change: ProfileChange) -> dict[str, Any]:
    """Change the given fields."""
    return _me(actions.update_profile(actor=request.person, **change.model_dump(exclude_none=True)))


@area.write("POST", "/me/picture", Me, scope="profile:write", rate=PICTURES)
def set_picture(request: Caller, picture: File[UploadedFile]) -> dict[str, Any]:
    """Replace the picture by an uploaded one."""
    if (picture.size or 0) > MOST_BYTES:
        raise TooLarge
    return _me(actions.set_picture(actor=request.person, data=picture.read()))


@area.write("DELETE", "/me/picture", None, scope="profile:write", status=204)
def remove_picture(request: Caller) -> Status[None]:
    """Go back to the drawn picture."""
    actions.set_picture(actor=request.person, data=None)
    return Status(204, None)


@area.read("/people/{handle}", Profile, scope="profile:read", public=True)
def person(request: Caller, handle: Handle) -> dict[str, Any]:
    """Show somebody as the caller may see them."""
    return show_profile(queries.profile_for(queries.get_person(handle=handle), request.person))


@area.read("/me/tokens", list[Token], scope="profile:read")
def tokens(request: Caller) -> Any:
    """List the living tokens."""
    return list(queries.tokens_of(request.person))


@area.write("POST", "/me/tokens", TokenMade, scope="session", status=201, keyed=False, rate=TOKENS)
def make_token(request: Caller, wish: TokenWish) -> Status[dict[str, Any]]:
    """Make a token."""
    made, secret = actions.issue_token(
        actor=request.person, name=wish.name, scopes=wish.scopes, days=wish.days
    )
    return Status(201, Token.model_validate(made).model_dump() | {"secret": secret})


@area.write("DELETE", "/me/tokens/{token_id}", None, scope="profile:write", status=204)
def revoke_token(request: Caller, token_id: Id) -> Status[None]:
    """End a token."""
    actions.revoke_token(
        actor=request.person, token=queries.get_token(token_id, viewer=request.person)
    )
    return Status(204, None)


@area.read("/me/archive", None, scope="profile:read", media="application/zip")
def own_data(request: Caller) -> HttpResponse:
    """Send everything held about the caller."""
    require_proof(request)
    limit("own-data", request.person.pk, times=10, seconds=3600)
    response = HttpResponse(
        actions.export_person(actor=request.person), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="qunluo-{request.person.handle}.zip"'
    response["Cache-Control"] = "no-store"
    return response


@area.read("/me/erasure", Erasure, scope="profile:read")
def erasure(request: Caller) -> dict[str, Any]:
    """Say what stands in the way and what stays."""
    return {
        "blockers": [
            {"message": said(b.message, **b.names), "next_step": said(b.next_step, **b.names),
             "url": b.url}
            for b in queries.erasure_blockers(request.person)
        ],
        "keeps": [said(text) for text in queries.erasure_keeps()],
    }  # fmt: skip


@area.write("POST", "/me/erasure", None, scope="session", status=204, keyed=False, rate=PROOFS)
def erase_account(request: Caller, confirmed: ErasureConfirmed) -> Status[None]:
    """Erase the caller for ever, once they have proven that they mean it."""
    who = request.person
    known = not who.has_usable_password() or who.check_password(confirmed.password)
    if confirmed.handle.upper() != who.handle or not known:
        raise ConfirmationWrong
    actions.erase_person(actor=who)
    return Status(204, None)
