"""Writing to a person about a decision; the words are data, in both languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from qunluo.community.models import Community
from qunluo.kernel.definitions import load_file
from qunluo.kernel.text import pick
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import address_of, get_person
from qunluo.reach.actions import send_email
from qunluo.reach.errors import BadAddress

LETTERS = Path(__file__).parents[1] / "definitions" / "letters.toml"
TEMPLATE = "community/mail/letter"


def write_to(
    person_id: int,
    community: Community,
    letter: str,
    *,
    path: str,
    words: Mapping[str, Any] | None = None,
    letters: Path = LETTERS,
) -> bool:
    """Send a letter in the person's language; False when they have no address or are gone."""
    try:
        person = get_person(pk=person_id)
    except PersonNotFound:
        return False
    filled = {"community": community.name, **(words or {})}
    said = {
        part: str(pick(text, person.language)).format_map(filled)
        for part, text in load_file(letters)[letter].items()
    }
    try:
        send_email(
            to=address_of(person),
            template=TEMPLATE,
            context={**said, "community": community.name, "url": f"{settings.SITE_URL}{path}"},
            language=person.language,
            community_id=community.pk,
            person_id=person.pk,
        )
    except BadAddress:
        return False
    return True
