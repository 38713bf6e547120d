"""The devices of a person, and who carries pushes to them."""

from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from qunluo.reach.models import Device
from qunluo.reach.ports import Carrier

if TYPE_CHECKING:
    from qunluo.people.models import Person


@cache
def carrier() -> Carrier:
    """Return who carries pushes, as settings.PUSH_CARRIER says."""
    return cast("Carrier", import_string(settings.PUSH_CARRIER)())


def public_key() -> str:
    """Return the key that a browser needs to subscribe."""
    return carrier().public_key()


def devices_of(person: "Person") -> list[Device]:
    """Return the devices that a person lets us tell, the newest first."""
    return list(Device.objects.filter(person=person).order_by("-pk"))
