"""Sealing what a leaked database must not give away, under a key derived from the secret key."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac

SEAL = "sealed:"


class Unreadable(Exception):
    """Sealed under another key, or changed since."""


def seal(text: str, purpose: str) -> str:
    """Return the text as only this installation reads it, and only for the same purpose."""
    return SEAL + _locksmith(purpose, settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(text: str, purpose: str) -> str:
    """Return what was sealed; what never was comes back as it is. Unreadable."""
    if not text.startswith(SEAL):
        return text
    try:
        sealed = text.removeprefix(SEAL)
        return _locksmith(purpose, settings.SECRET_KEY).decrypt(sealed).decode()
    except InvalidToken:
        raise Unreadable from None


@lru_cache(maxsize=8)
def _locksmith(purpose: str, secret: str) -> Fernet:
    key = salted_hmac(f"qunluo.sealing.{purpose}", "", secret=secret, algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))


def unseal_fresh(text: str, purpose: str, seconds: int) -> str:
    """Return what was sealed at most so many seconds ago. Unreadable."""
    try:
        sealed = text.removeprefix(SEAL)
        return _locksmith(purpose, settings.SECRET_KEY).decrypt(sealed, ttl=seconds).decode()
    except (InvalidToken, UnicodeEncodeError):
        raise Unreadable from None
