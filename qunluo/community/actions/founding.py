"""Founding: a private, working community in one act."""

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from qunluo.community import events
from qunluo.community.actions.grants import found_ownership
from qunluo.community.actions.joining import admit
from qunluo.community.errors import SettingsInvalid, SlugInvalid, SlugTaken
from qunluo.community.models import CharterDraft, Community, RulesVersion
from qunluo.community.ports import Seed
from qunluo.community.rules import settings
from qunluo.community.rules.behaviour import behaviour
from qunluo.community.rules.charter import charter
from qunluo.community.rules.founding import is_slug, slug_of
from qunluo.community.rules.validate import clean_all
from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def create_community(
    *,
    actor: "Person",
    name: str,
    sentence: str,
    seed: Seed,
    language: str = "zh-hans",
    slug: str | None = None,
    time_zone: str = "Asia/Shanghai",
    currency: str = "CNY",
) -> Community:
    """Found a private community with the actor as its first member and owner.

    Without a slug one is made from the name. SettingsInvalid, SlugInvalid, SlugTaken.
    """
    name, sentence = settings.tidy("name", name), settings.tidy("sentence", sentence)
    said = {"name": name, "sentence": sentence, "language": language, "time_zone": time_zone}
    if wrong := settings.faults(said):
        raise SettingsInvalid(fields=wrong)
    seed = replace(
        seed,
        values=clean_all(charter(), seed.values, currency),
        suggested=clean_all(charter(), seed.suggested, currency),
    )
    community = _insert(
        slug,
        name=name,
        sentence=sentence,
        language=language,
        time_zone=time_zone,
        currency=currency,
        selection=seed.selection,
        blueprint=seed.blueprint,
        blueprint_digest=seed.digest,
        modules=list(behaviour(seed.values).modules),
        brand_colour=seed.brand_colour,
        founded_at=now(),
    )
    _furnish(community, seed, actor)
    publish(
        events.CommunityFounded(
            community_id=community.pk,
            actor_id=actor.pk,
            person_id=actor.pk,
            blueprint=seed.blueprint,
        )
    )
    admit(person=actor, community=community, via="founding", actor=actor)
    found_ownership(community=community, person=actor)
    community.refresh_from_db()
    return community


def free_slug(slug: str) -> str:
    """Return the address itself when it is free, or a free one that resembles it."""
    stem = slug[:32]
    candidate = slug
    while Community.objects.filter(slug=candidate).exists():
        candidate = f"{stem}-{short_code(4).lower()}"
    return candidate


def checked_slug(slug: str) -> str:
    """Return an address a person asked for, in small letters; SlugInvalid, SlugTaken."""
    slug = slug.strip().lower()
    if not is_slug(slug):
        raise SlugInvalid(slug=slug, fields={"slug": [SlugInvalid.next_step]})
    if (free := free_slug(slug)) != slug:
        raise SlugTaken(slug=slug, free=free, fields={"slug": [SlugTaken.message]})
    return slug


def _insert(slug: str | None, **columns: object) -> Community:
    """Insert the row; the unique index decides between two founders who want one address."""
    wanted = checked_slug(slug) if slug else slug_of(str(columns["name"]))
    for _attempt in range(5):
        address = wanted if slug else free_slug(wanted or f"c-{short_code(6).lower()}")
        try:
            with transaction.atomic():
                return Community.objects.create(slug=address, **columns)
        except IntegrityError:
            if slug:
                break
    raise SlugTaken(slug=wanted, free=free_slug(wanted))


def _furnish(community: Community, seed: Seed, actor: "Person") -> None:
    CharterDraft.objects.create(
        community=community,
        values=seed.values,
        blueprint_values=seed.suggested,
        key_fields=list(seed.key_fields),
        saved_at=now(),
        saved_by=actor,
    )
    if rules := seed.values.get("rules", {}).get("rules"):
        RulesVersion.objects.create(
            community=community,
            number=1,
            rules=[{"id": f"r{n}", **rule} for n, rule in enumerate(rules, 1)],
            published_at=now(),
            published_by=actor,
        )
