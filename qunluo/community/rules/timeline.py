"""Events as sentences in both languages: for timelines, for the audit log, for exports.

The sentences are data: any room keeps those of its own events in definitions/timeline.toml.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from qunluo.community.rules.permissions import roles
from qunluo.kernel.definitions import load_file
from qunluo.kernel.events import Event, UnknownEvent
from qunluo.kernel.text import dated, enumerated, pick

HOUSE = Path(__file__).parents[2]
LANGUAGES = ("en", "zh")
PEOPLE = ("actor_id", "person_id", "inviter_id", "host_id")
SOFTWARE = {"en": "the software", "zh": "系统"}
NOBODY = {"en": "nobody", "zh": "无人"}
NOTHING = {"en": "-", "zh": "-"}
UNTOLD = {"en": "{actor}: {name}", "zh": "{actor}：{name}"}

Sentence = dict[str, str]


def sentence(event: Event, names: Mapping[int, str]) -> Sentence:
    """Return what happened as {en, zh}; `names` are those of the people it mentions, by id.

    An event without a sentence is told by its name, so that nothing disappears from a log.
    """
    told = sentences().get(event.name)
    alone = event.actor_id is None or event.actor_id == event.person_id
    pattern = (told.get("alone") if alone else None) or told["by"] if told else UNTOLD
    said = {}
    for language in LANGUAGES:
        filled = _Gaps(_words(event, names, language))
        said[language] = _capital(str(pick(pattern, language)).format_map(filled))
    return said


def people_in(events: Iterable[Event]) -> set[int]:
    """Return the ids of everybody whom the events mention."""
    found = {getattr(event, field, None) for event in events for field in PEOPLE}
    return {pk for pk in found if pk is not None}


@cache
def sentences() -> dict[str, Mapping[str, Any]]:
    """Return {event name: {by, alone}} from every room."""
    return {
        name: told
        for path in sorted(HOUSE.glob("*/definitions/timeline.toml"))
        for name, told in load_file(path).get("sentences", {}).items()
    }


@cache
def _labels() -> dict[tuple[str, str], Mapping[str, str]]:
    """Return the words for coded values, by field and value."""
    return {
        (field, value): label
        for path in sorted(HOUSE.glob("*/definitions/timeline.toml"))
        for field, values in load_file(path).get("values", {}).items()
        for value, label in values.items()
    }


def _words(event: Event, names: Mapping[int, str], language: str) -> dict[str, str]:
    found = {name: _word(name, value, language) for name, value in event.data().items()}
    for field in PEOPLE:
        pk = getattr(event, field, None)
        none = SOFTWARE if field == "actor_id" else NOBODY
        found[field.removesuffix("_id")] = names.get(pk, f"#{pk}") if pk else none[language]
    found["name"] = event.was if isinstance(event, UnknownEvent) else event.name
    return found


def _word(field: str, value: Any, language: str) -> str:
    if value in (None, "", []):
        return NOTHING[language]
    if isinstance(value, list):
        return enumerated([_word(field, one, language) for one in value], language)
    if field == "holds" and value in roles():
        return roles()[value].label[language]
    if isinstance(value, str) and (label := _labels().get((field, value))):
        return label[language]
    if field in {"until", "expires_at"}:
        return dated(datetime.fromisoformat(value).date(), language)
    return str(value)


def _capital(text: str) -> str:
    """Return the text with a capital first letter: "the software" may begin a sentence."""
    return text[:1].upper() + text[1:] if text.startswith(SOFTWARE["en"]) else text


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return NOTHING["en"]
