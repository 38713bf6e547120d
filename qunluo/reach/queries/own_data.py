"""What reach holds about a person, for the copy that they may ask for."""

from typing import TYPE_CHECKING

from qunluo.reach.models import (
    ChannelArrival,
    ChannelBinding,
    ChannelVisit,
    Device,
    Notice,
    Rhythm,
    Wish,
)
from qunluo.reach.queries.mail import mail_of

if TYPE_CHECKING:
    from qunluo.people.models import Person
    from qunluo.people.ports import Documents


def own_documents(person: "Person") -> "Documents":
    """Return the person's part of this room for their archive."""
    mail = mail_of(person).values("to", "template", "state", "made_at", "sent_at", "community_id")
    notices = Notice.objects.filter(person=person).order_by("-id")
    wishes = Wish.objects.filter(person=person).order_by("scope", "reason")
    hours = Rhythm.objects.filter(person=person)
    devices = Device.objects.filter(person=person).order_by("id")
    bound = ChannelBinding.objects.filter(person=person).order_by("id")
    came = ChannelArrival.objects.filter(person=person).order_by("id")
    visits = ChannelVisit.objects.filter(person=person).order_by("id")
    return {
        "channels": list(bound.values("channel__name", "channel__kind", "bound_at")),
        "by_channels": list(
            came.values("channel__name", "thread_id", "post_id", "state", "reason", "text", "at")
        ),
        "came_by_channels": list(visits.values("channel__name", "thread_id", "at")),
        "mail": [dict(row) for row in mail],
        "notices": list(
            notices.values(
                "community_id", "reason", "what", "subject", "subject_id", "words", "path", "count",
                "made_at", "at", "read_at",
            )
        ),
        "notice_wishes": list(wishes.values("scope", "reason", "mail", "push", "muted", "set_at")),
        "hours": list(hours.values("quiet_from", "quiet_to", "digest_hour", "digest_last_on")),
        "devices": list(devices.values("name", "endpoint", "made_at", "told_at")),
    }  # fmt: skip
