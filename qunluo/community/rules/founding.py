"""How a new community gets its address."""

import re
import unicodedata

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])")
RESERVED = frozenset({"new", "start", "admin", "api", "static", "media", "about", "help"})


def slug_of(name: str) -> str:
    """Return an address made of the Latin letters of a name, or "" when too few are left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].strip("-")
    return slug if len(slug) >= 3 and len(slug) * 2 >= len(name) and slug not in RESERVED else ""


def is_slug(text: str) -> bool:
    """Tell whether a text may be an address: 3 to 40 small letters, digits and hyphens."""
    return bool(SLUG.fullmatch(text)) and "--" not in text and text not in RESERVED
