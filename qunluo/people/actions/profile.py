"""What a person says about themself."""

from typing import Any

from qunluo.kernel import media
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.people import rules
from qunluo.people.errors import AccountErased, InvalidProfile
from qunluo.people.events import ProfileUpdated
from qunluo.people.models import Person

EDITABLE = {"name", "intro", "thoughts", "worries", "wishes", "offers", "tags", "visibility",
            "language", "time_zone"}  # fmt: skip


def _clean(field: str, value: Any) -> Any:
    if field in rules.LISTS:
        return rules.clean_list(value)
    if field in rules.LENGTHS:
        return rules.clean_text(value, lines=field in {"thoughts", "worries", "wishes"})
    return value


@write_tx
def update_profile(*, actor: Person, **fields: Any) -> Person:
    """Change the actor's own profile; raises InvalidProfile (TypeError for an unknown field)."""
    if strangers := set(fields) - EDITABLE:
        raise TypeError(f"not a profile field: {', '.join(sorted(strangers))}")
    if actor.erased_at:
        raise AccountErased
    values = {field: _clean(field, value) for field, value in fields.items()}
    if wrong := rules.faults(values):
        raise InvalidProfile(fields=wrong)
    if "visibility" in values:
        values["visibility"] = {**rules.VISIBLE, **actor.visibility, **values["visibility"]}
    changed = tuple(f for f, value in values.items() if getattr(actor, f) != value)
    if changed:
        for field in changed:
            setattr(actor, field, values[field])
        actor.save(update_fields=list(changed))
        publish(ProfileUpdated(actor_id=actor.pk, person_id=actor.pk, fields=changed))
    return actor


def set_language(*, actor: Person, language: str) -> Person:
    """Remember in which language the person reads."""
    return update_profile(actor=actor, language=language)


def set_picture(*, actor: Person, data: bytes | None) -> Person:
    """Replace the actor's picture by an uploaded image, re-encoded; None removes it.

    Raises the media errors of kernel for anything that is not a plain image.
    """
    # Outside the transaction: it is slow.
    key = "" if data is None else media.store_image(data, "avatar")
    return _put_picture(actor, key)


@write_tx
def _put_picture(actor: Person, key: str) -> Person:
    if actor.erased_at:
        raise AccountErased
    media.delete(actor.picture)
    actor.picture = key
    actor.save(update_fields=["picture"])
    publish(ProfileUpdated(actor_id=actor.pk, person_id=actor.pk, fields=("picture",)))
    return actor
