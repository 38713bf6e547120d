"""Opening an account and proving an address."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from qunluo.kernel.clock import now
from qunluo.kernel.outbox import publish
from qunluo.kernel.tx import write_tx
from qunluo.people import rules
from qunluo.people.errors import EmailTaken, InvalidProfile
from qunluo.people.events import EmailConfirmed, PersonRegistered
from qunluo.people.models import Person


@write_tx
def register_person(
    *,
    name: str,
    email: str | None = None,
    password: str | None = None,
    language: str = "zh-hans",
    time_zone: str = "",
) -> Person:
    """Open an account; an address given here counts as proven (sign-up by page does not give it).

    Raises InvalidProfile for an empty or overlong name, EmailTaken for a proven address.
    """
    name = rules.clean_text(name)
    if wrong := rules.faults({"name": name, "language": language}):
        raise InvalidProfile(fields=wrong)
    person = Person(
        name=name,
        language=language,
        time_zone=time_zone or settings.TIME_ZONE,
        joined_at=now(),
    )
    person.set_password(password)
    person.save()
    if address := rules.normal_email(email):
        confirm_email(person=person, email=address)
    publish(PersonRegistered(actor_id=person.pk, person_id=person.pk))
    return person


@write_tx
def confirm_email(*, person: Person, email: str) -> None:
    """Record that the address is proven to be theirs; raises EmailTaken if it is another's."""
    address = rules.normal_email(email)
    if address is None:
        raise InvalidProfile(fields={"email": [rules.EMAIL_MISSING]})
    try:
        with transaction.atomic():
            EmailAddress.objects.update_or_create(
                user_id=person.pk,
                email=address,
                defaults={
                    "verified": True,
                    "primary": not EmailAddress.objects.filter(user_id=person.pk, primary=True)
                    .exclude(email=address)
                    .exists(),
                },
            )
    except IntegrityError:
        raise EmailTaken from None
    sync_email(person=person)


@write_tx
def sync_email(*, person: Person) -> None:
    """Make `person.email` follow allauth's table: the proven primary address, or none."""
    proven = (
        EmailAddress.objects.filter(user_id=person.pk, verified=True)
        .order_by("-primary", "pk")
        .values_list("email", flat=True)
        .first()
    )
    if proven == person.email:
        return
    person.email = proven
    person.save(update_fields=["email"])
    if proven:
        publish(EmailConfirmed(actor_id=person.pk, person_id=person.pk))
