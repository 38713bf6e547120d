"""Who somebody is in a channel that reaches single people: said by a code that counts once."""

import hashlib
from typing import TYPE_CHECKING

from qunluo.kernel.clock import now
from qunluo.kernel.ids import short_code
from qunluo.kernel.sealing import seal
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries
from qunluo.reach.models import Channel, ChannelBinding
from qunluo.reach.rules.channels import BINDING

if TYPE_CHECKING:
    from qunluo.people.models import Person


@write_tx
def begin_binding(*, actor: "Person", channel: Channel) -> str:
    """Return a code that the person sends in the channel within fifteen minutes."""
    code = short_code()
    ChannelBinding.objects.update_or_create(
        channel=channel,
        person=actor,
        defaults={"code": _digest(channel, code), "code_until": now() + BINDING},
    )
    return code


@write_tx
def bind(channel: Channel, code: str, address: str) -> "Person | None":
    """Bind whoever sent a code to the person who was given it; None for a code that is none.

    The address is nobody else's from then on.
    """
    found = ChannelBinding.objects.select_for_update().filter(
        channel=channel, code=_digest(channel, code.strip().upper()), code_until__gt=now()
    )
    row = found.select_related("person").first()
    if row is None or not row.person.is_active:
        return None
    digest = queries.digest_of_address(channel, address)
    ChannelBinding.objects.filter(channel=channel, digest=digest).exclude(pk=row.pk).delete()
    row.code, row.code_until = "", None
    row.digest, row.address, row.bound_at = digest, seal(address, queries.SEALED), now()
    row.save()
    return row.person


@write_tx
def unbind(*, person: "Person", channel: Channel) -> bool:
    """Reach a person by a channel no more; False when they were not bound."""
    return bool(ChannelBinding.objects.filter(channel=channel, person=person).delete()[0])


def _digest(channel: Channel, code: str) -> str:
    return hashlib.sha256(f"qunluo.binding:{channel.pk}:{code}".encode()).hexdigest()
