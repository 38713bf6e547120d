"""What an act that shows a value must say, and when a value counts as untouched; plain Python."""

import re
from collections.abc import Collection
from datetime import timedelta

from qunluo.kernel.text import _

SENTENCE_LENGTH = 200
ACTS_A_DAY = 20
QUIET = timedelta(days=90)  # a value that nobody lived by for so long stands out
POST, VOTE = "post", "vote"
THREAD_PATH = re.compile(r"/talk/(\d{1,9})/(?:[^#]*#p(\d{1,6}))?")
VOTE_PATH = re.compile(r"/votes/(\d{1,15})/")
NUMBER = re.compile(r"#?(\d{1,9})")


def faults(value: str, sentence: str, values: Collection[str]) -> dict[str, list[str]]:
    """Return what is wrong with an act, by field."""
    found: dict[str, list[str]] = {}
    if value not in values:
        found["value"] = [_("Choose one of the values of the charter.")]
    if not 1 <= len(sentence) <= SENTENCE_LENGTH:
        found["sentence"] = [_("Say in one sentence, of at most 200 characters, what was done.")]
    return found


def read_about(said: str) -> tuple[str, int, int] | None:
    """Return what an address or "#12" means: ("vote", id, 0) or ("post", thread, place); or None.

    >>> read_about("https://example.org/c/farm/talk/12/?at=3#p3"), read_about("#7")
    (('post', 12, 3), ('post', 7, 1))
    """
    said = said.strip()
    if found := VOTE_PATH.search(said):
        return VOTE, int(found[1]), 0
    if found := THREAD_PATH.search(said) or NUMBER.fullmatch(said):
        place = found[2] if found.re is THREAD_PATH else None
        return POST, int(found[1]), int(place or 1)
    return None
