"""Writing to a person about a decision; the words are data, in both languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from qunluo.community.models import Community
from qunluo.kernel.definitions import load_file
from qunluo.kernel.ids import uuid7
from qunluo.kernel.text import pick, worded
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import address_of, get_person
from qunluo.reach.actions import News, notify, send_email
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
    rings: bool = True,
) -> bool:
    """Send a letter in the person's language; False when they have no address or are gone.

    Among the words may be days and moments, which stand by the clock that they carry.

    What the letter is about rings the bell too, unless who calls tells of it in another way.
    """
    try:
        person = get_person(pk=person_id)
    except PersonNotFound:
        return False
    filled = {"community": community.name, **(words or {})}
    parts = load_file(letters)[letter]
    spoken = _filled(filled, person.language)
    said = {
        part: str(pick(text, person.language)).format_map(spoken) for part, text in parts.items()
    }
    if rings:
        _ring(person_id, community, letter, path, parts["subject"], filled)
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


def _filled(words: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return words as a language says them, days and moments among them."""
    return {name: worded(value, language) for name, value in words.items()}


def _ring(
    person_id: int,
    community: Community,
    letter: str,
    path: str,
    subject: Mapping[str, str],
    filled: Mapping[str, Any],
) -> None:
    """Tell the person in the app as well; the letter is the mail of it."""
    told = {code: text.format_map(_filled(filled, code)) for code, text in subject.items()}
    notify(
        [person_id],
        News(
            what="letter",
            reason="membership",
            key=f"letter:{community.pk}:{letter}",
            cause=str(uuid7()),
            community_id=community.pk,
            scopes=(f"community:{community.pk}",),
            words={"subject": told, "where": community.name},
            path=path,
            mailed=True,
        ),
    )
