"""Everything held about a person, as one archive (V10, O09)."""

import io
import json
import zipfile
from contextlib import suppress
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder

from qunluo.kernel import media
from qunluo.kernel.clock import now
from qunluo.kernel.errors import NotFound
from qunluo.kernel.events import Event
from qunluo.kernel.outbox import publish
from qunluo.kernel.queries import events_about
from qunluo.kernel.tx import write_tx
from qunluo.people import rules
from qunluo.people.errors import AccountErased
from qunluo.people.events import DataExported
from qunluo.people.models import ApiToken, Person
from qunluo.people.ports import own_data

FORMAT = "qunluo-own-data/1"
PROFILE = ("id", "handle", "name", "email", "intro", "offers", "thoughts", "worries", "wishes",
           "tags", "visibility", "picture", "language", "time_zone", "joined_at", "last_login",
           "is_active")  # fmt: skip


def _own_documents(person: Person) -> dict[str, object]:
    def rows(query: Any, *fields: str) -> list[dict[str, object]]:
        return list(query.order_by("pk").values(*fields))

    return {
        "history": _history(person),
        "profile": {field: getattr(person, field) for field in PROFILE},
        "email_addresses": rows(
            EmailAddress.objects.filter(user_id=person.pk), "email", "verified", "primary"
        ),
        "api_tokens": rows(
            ApiToken.objects.filter(person=person),
            "name",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        ),  # fmt: skip
        "linked_accounts": rows(
            SocialAccount.objects.filter(user_id=person.pk),
            "provider",
            "uid",
            "date_joined",
            "last_login",
            "extra_data",
        ),  # fmt: skip
        "sessions": rows(
            UserSession.objects.filter(user_id=person.pk),
            "ip",
            "user_agent",
            "created_at",
            "last_seen_at",
        ),  # fmt: skip
    }


def _history(person: Person) -> list[dict[str, object]]:
    """Return every event by or about the person; of others it holds numbers only."""
    found: list[Event] = []
    while page := events_about(person.pk, None, before=found[-1].id if found else None, limit=500):
        found += page
    return [
        {
            "at": event.at, "event": event.name, "community_id": event.community_id,
            "by_me": event.actor_id == person.pk, "data": event.data(),
        }
        for event in found
    ]  # fmt: skip


def export_person(*, actor: Person) -> bytes:
    """Return a zip: one JSON document per kind of data of every room, pictures, a README."""
    if actor.erased_at:
        raise AccountErased
    documents = {f"people/{name}": doc for name, doc in _own_documents(actor).items()}
    files = {actor.picture} if actor.picture else set()
    for room in own_data:
        documents |= {f"{room.room}/{name}": doc for name, doc in room.export(actor).items()}
        files |= set(room.media(actor))
    archive = _pack(documents, sorted(files))
    with write_tx():
        publish(DataExported(actor_id=actor.pk, person_id=actor.pk))
    return archive


def _pack(documents: dict[str, object], files: list[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = {"format": FORMAT, "made_at": now(), "documents": sorted(documents)}
        for name, document in {"manifest": manifest, **documents}.items():
            text = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{name}.json", text)
        for key in files:
            with suppress(NotFound), media.open(key) as file:
                archive.writestr(f"media/{key}", file.read())
        archive.writestr("README.txt", rules.EXPORT_README)
    return buffer.getvalue()
