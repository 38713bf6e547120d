"""Webhooks out, in the form of the Standard Webhooks: signed JSON, the same id at every try."""

import json
from http import HTTPStatus

from qunluo.kernel.clock import now
from qunluo.providers import outside
from qunluo.providers.calling import call
from qunluo.reach.ports import Carried, Fate, Parcel, Way
from qunluo.reach.queries import signed_headers


class Webhook:
    """Posts a signed envelope to an address of the community's choice."""

    def fits(self, way: Way) -> str:
        """Return the name of the setting that cannot work, or nothing."""
        return "" if outside.is_open_https(str(way.settings.get("address", ""))) else "address"

    def carry(self, way: Way, parcel: Parcel) -> Carried:
        """Post the envelope; 410 means that the other side wants no more, all else is tried on."""
        body = envelope(parcel)
        signed = signed_headers(
            way.secrets.get("signing_all", ()), parcel.id, int(now().timestamp()), body
        )
        answer = call(
            "POST",
            str(way.settings["address"]),
            body=body,
            headers={"Content-Type": "application/json", **signed},
        )
        said = answer.said or answer.body[:300].decode("utf-8", "replace").replace("\0", "")
        if answer.fine:
            return Carried(Fate.ARRIVED, answer.status, said)
        fate = Fate.GONE if answer.status == HTTPStatus.GONE else Fate.LATER
        return Carried(fate, answer.status, said, answer.wait)


def envelope(parcel: Parcel) -> bytes:
    """Return what is posted: id, type, time, and what happened."""
    return json.dumps(
        {
            "id": parcel.id,
            "type": parcel.type,
            "timestamp": parcel.at.isoformat().replace("+00:00", "Z"),
            "data": {"text": parcel.text, **parcel.data},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
