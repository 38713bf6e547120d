"""Pictures: checked by content, decoded and encoded anew, kept under random keys."""

import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from qunluo.kernel.errors import Invalid, NotFound
from qunluo.kernel.ids import token
from qunluo.kernel.text import _

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LIMITS: dict[str, Any] = {
    "megabytes": MOST_BYTES // 1024**2,
    "megapixels": MOST_PIXELS // 1_000_000,
}
KEY = re.compile(r"[a-z0-9]{1,20}/[A-Za-z0-9_-]{2}/[A-Za-z0-9_-]{20,40}\.webp")


@dataclass(frozen=True)
class Kind:
    """How a kind of picture is kept: longest side in pixels, cut to a square or not."""

    side: int
    square: bool = False


KINDS = {
    "avatar": Kind(512, square=True),
    "symbol": Kind(512, square=True),
    "cover": Kind(1920),
    "picture": Kind(1600),
}


class NotAPicture(Invalid):
    """The bytes are not a picture that we take."""

    code = "kernel.not_a_picture"
    message = _("This file is not a picture that we can read.")
    next_step = _("Choose a JPEG, PNG, WebP or GIF file.")


class PictureTooLarge(Invalid):
    """The picture has too many bytes or pixels."""

    code = "kernel.picture_too_large"
    message = _("This picture is too large.")
    next_step = _("Choose one with at most {megabytes} MB and {megapixels} million pixels.")


def store_image(data: bytes, kind: str) -> str:
    """Keep a picture and return its key; NotAPicture, PictureTooLarge.

    Nothing of the given bytes is kept: pixels are decoded and encoded as WebP without metadata.
    """
    encoded = _encode(data, KINDS[kind])
    name = token(24)
    key = f"{kind}/{name[:2]}/{name}.webp"
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(encoded)
    os.replace(part, path)
    return key


def open(key: str) -> BinaryIO:
    """Return the stored WebP file, opened for reading; NotFound."""
    try:
        return _path(key).open("rb")
    except OSError:
        raise NotFound from None


def url(key: str) -> str:
    """Return the address of a picture, or "" for no key."""
    return f"{settings.MEDIA_URL}{key}" if key else ""


def delete(key: str) -> None:
    """Remove a picture once the transaction commits; a missing one is fine."""
    if key:
        path = _path(key)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def restore(key: str, data: bytes) -> None:
    """Keep a picture of an archive under its old key; NotAPicture, PictureTooLarge."""
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_encode(data, Kind(max(kind.side for kind in KINDS.values()))))


def _path(key: str) -> Path:
    """Return where a key lives; NotFound for anything that is not exactly a key of ours."""
    if not KEY.fullmatch(key):
        raise NotFound
    return Path(settings.MEDIA_ROOT) / key


def _encode(data: bytes, kind: Kind) -> bytes:
    if len(data) > MOST_BYTES:
        raise PictureTooLarge(**LIMITS)
    try:
        # `verify` reads the structure only; the size is known before any pixel is decoded.
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge(**LIMITS)
            image.verify()
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return _webp(image, kind)
    except Image.DecompressionBombError:
        raise PictureTooLarge(**LIMITS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError, EOFError):
        raise NotAPicture from None


def _webp(image: Image.Image, kind: Kind) -> bytes:
    image.draft("RGB", (kind.side * 2, kind.side * 2))
    upright = ImageOps.exif_transpose(image)
    see_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    pixels = upright.convert("RGBA" if see_through else "RGB")
    if kind.square:
        pixels = ImageOps.fit(pixels, (min(kind.side, *pixels.size),) * 2)
    else:
        pixels.thumbnail((kind.side, kind.side))
    out = io.BytesIO()
    # A new image, so that no EXIF, XMP, ICC or comment rides along.
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    clean.save(out, "WEBP", quality=84, method=4)
    return out.getvalue()
