"""Letters that come back: one becomes what its writer says in a thread, once, or says why not.

Whether a letter really comes from where it says is for the mail server to check. Nobody but the
person to whom we wrote is ever answered, so that nobody can make us write to strangers.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from qunluo.kernel.clock import now
from qunluo.kernel.errors import DomainError
from qunluo.kernel.tx import write_tx
from qunluo.people.errors import PersonNotFound
from qunluo.people.queries import get_person
from qunluo.reach import queries, rules
from qunluo.reach.actions.arriving import Message, arrive
from qunluo.reach.actions.send import send_email
from qunluo.reach.errors import EmptyLetter, LateLetter, NotYourAddress, UnprovenLetter
from qunluo.reach.rules.mailbox import Letter, read_letter

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.reach.models import Channel

TAKEN, KNOWN, REFUSED, AUTOMATIC, UNKNOWN = "taken", "known", "refused", "automatic", "unknown"
REFUSAL = "reach/mail/refused"
DAY, MOST_REFUSALS = timedelta(days=1), 5


def receive_mail(raw: bytes) -> str:
    """Take a letter in; return taken, known, refused, automatic or unknown.

    It is read before anything is locked: what strangers send may be slow to read.
    """
    letter = read_letter(
        raw, settings.REPLY_ADDRESS, settings.SECRET_KEY, now(), settings.MAIL_CHECKER
    )
    if letter is None:
        return UNKNOWN
    if letter.automatic:
        return AUTOMATIC
    return _take(letter)


@write_tx
def _take(letter: Letter) -> str:
    person = _writer(letter)
    channel = queries.working(letter.community_id, "mail")
    if person is None or channel is None:
        return UNKNOWN
    message = Message(id=letter.id, text=letter.text, thread_id=letter.thread_id)
    if fault := _fault(letter, person):
        return _refuse(channel, message, person, fault)
    _arrival, new = arrive(channel, message, person=person)
    return TAKEN if new else KNOWN


def answer_letter(person: "Person", error: DomainError, community_id: int | None) -> None:
    """Write to a person why their letter was not taken."""
    with translation.override(person.language):
        message, next_step = error.say(translation.gettext)
    if person.email:
        send_email(
            to=person.email,
            template=REFUSAL,
            context={"name": person.name, "message": message, "next_step": next_step},
            language=person.language,
            community_id=community_id,
            person_id=person.pk,
        )


def _refuse(channel: "Channel", message: Message, person: "Person", fault: DomainError) -> str:
    """Note a letter that is not taken, and say so once; at most a few times a day."""
    told = queries.refused_since(channel, person, now() - DAY)
    _arrival, new = arrive(channel, message, person=person, refused=fault.message)
    if new and told < MOST_REFUSALS:
        answer_letter(person, fault, channel.community_id)
    return REFUSED if new else KNOWN


def _writer(letter: Letter) -> "Person | None":
    try:
        found = get_person(pk=letter.person_id)
    except PersonNotFound:
        return None
    return found if found.is_active and found.email else None


def _fault(letter: Letter, person: "Person") -> DomainError | None:
    if letter.sender != rules.normal_address(person.email or ""):
        return NotYourAddress()
    if not letter.proven:
        return UnprovenLetter()
    if letter.expired:
        return LateLetter()
    return None if letter.text else EmptyLetter()
