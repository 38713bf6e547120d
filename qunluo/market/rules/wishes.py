"""What somebody wants to buy, before it is an order; plain Python."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_LINES = 50
PLAIN_KINDS = ("physical", "virtual")  # kinds of product that any order may hold
ADDRESS = {"name": 60, "phone": 40, "region": 80, "detail": 200}


class Wish(NamedTuple):
    """So many of a variant."""

    variant: int
    quantity: int


@dataclass(frozen=True)
class Delivery:
    """How an order reaches its buyer: sent to an address, fetched at a point, or virtual."""

    method: str
    address: Mapping[str, str] = field(default_factory=dict)
    point: int | None = None


def digest(wishes: Sequence[Wish], delivery: Delivery, coupon: str = "") -> str:
    """Return what makes an order the same order: two under one key must agree in it."""
    parts = [sorted(wishes), delivery.method, dict(delivery.address), delivery.point]
    parts += [coupon] if coupon else []
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
