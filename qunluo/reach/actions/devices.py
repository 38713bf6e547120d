"""Devices that want to be told, or no longer."""

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from qunluo.kernel.clock import now
from qunluo.kernel.tx import write_tx
from qunluo.reach import queries
from qunluo.reach.errors import BadDevice, DeviceNotFound
from qunluo.reach.models import Device

if TYPE_CHECKING:
    from qunluo.people.models import Person

MOST_DEVICES, LONGEST = 10, 1000
POINT, SECRET = 65, 16  # bytes of a P-256 point and of the shared secret (RFC 8291)


@write_tx
def add_device(
    *, actor: "Person", endpoint: str, p256dh: str, auth: str, name: str = "", language: str
) -> Device:
    """Tell a device from now on; the same one again is kept once, for whoever is signed in on it.

    The oldest goes when there are more than ten. BadDevice.
    """
    fits = len(endpoint) <= LONGEST and queries.carrier().fits(endpoint)
    if not fits or len(_bytes(p256dh)) != POINT or len(_bytes(auth)) != SECRET:
        raise BadDevice
    device, _new = Device.objects.update_or_create(
        digest=_digest(endpoint),
        defaults={
            "person": actor,
            "endpoint": endpoint,
            "p256dh": p256dh,
            "auth": auth,
            "name": name[:60],
            "language": language,
            "made_at": now(),
        },
    )
    mine = Device.objects.filter(person=actor).order_by("-made_at", "-pk")
    Device.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_DEVICES:])).delete()
    return device


@write_tx
def remove_device(*, actor: "Person", pk: int | None = None, endpoint: str = "") -> bool:
    """Tell one of one's own devices no more; False when there is none such."""
    mine = Device.objects.filter(person=actor)
    mine = mine.filter(pk=pk) if pk is not None else mine.filter(digest=_digest(endpoint))
    return bool(mine.delete()[0])


def take_device(*, actor: "Person", pk: int) -> None:
    """Tell one of one's own devices no more; DeviceNotFound."""
    if not remove_device(actor=actor, pk=pk):
        raise DeviceNotFound


def _digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return b""
