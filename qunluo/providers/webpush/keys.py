"""The key by which push services know this installation (VAPID, RFC 8292)."""

import base64
import os
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

NAME = "push-key.pem"


@cache
def signer(folder: Path | None = None) -> Vapid02:
    """Return the key of the data folder; the first use makes it, readable by us alone.

    It stays: with another key every device would have to be asked again.
    """
    path = (folder or Path(settings.DATA_DIR)) / NAME
    if not path.exists():
        _make(path)
    return Vapid02.from_pem(path.read_bytes())


def public_key(folder: Path | None = None) -> str:
    """Return the public half as browsers want it (base64url without padding)."""
    point = signer(folder).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _make(path: Path) -> None:
    """Write a new key under another name first, so that nobody ever reads half of one."""
    fresh = Vapid02()
    fresh.generate_keys()
    draft = path.with_name(f"{NAME}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(fresh.private_pem())
    try:
        os.link(draft, path)  # of two processes at once the first one's key stays
    except FileExistsError:
        pass
    finally:
        draft.unlink()
