"""Pictures and files: checked by content and kept under random keys.

Pictures are decoded and encoded anew; sounds, films and papers are kept as they came.
"""

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
from qunluo.kernel.sniffing import MEDIA_TYPES, ending_of, sort_of
from qunluo.kernel.text import _

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LIMITS: dict[str, Any] = {
    "megabytes": MOST_BYTES // 1024**2,
    "megapixels": MOST_PIXELS // 1_000_000,
}
MOST_FILE = 16 * 1024 * 1024
NAME = r"[A-Za-z0-9_-]{2}/[A-Za-z0-9_-]{20,40}"
KEY = re.compile(rf"(?!file/)[a-z0-9]{{1,20}}/{NAME}\.webp|file/{NAME}\.({'|'.join(MEDIA_TYPES)})")


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
    "talk": Kind(1600),
    "small": Kind(480),
    "claim": Kind(1600),
}
# Served to whoever knows the address; all others only by a view that asks who is looking.
OPEN_KINDS = frozenset({"avatar", "symbol", "cover", "picture"})


@dataclass(frozen=True)
class Kept:
    """A file that was stored: its key, media type, and whether it is audio, video or a file."""

    key: str
    type: str
    sort: str


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


class NotAFile(Invalid):
    """The bytes are none of the files that we take."""

    code = "kernel.not_a_file"
    message = _("We cannot keep files of this kind.")
    next_step = _("Choose a picture, an MP3, M4A, Ogg, MP4 or WebM recording, or a PDF.")


class FileTooLarge(Invalid):
    """The file has too many bytes."""

    code = "kernel.file_too_large"
    message = _("This file is too large.")
    next_step = _("Choose one with at most {megabytes} MB, or link to where it lies.")


def store_file(data: bytes) -> Kept:
    """Keep a recording or a PDF as it is; NotAFile, FileTooLarge."""
    if len(data) > MOST_FILE:
        raise FileTooLarge(megabytes=MOST_FILE // 1024**2)
    ending = ending_of(data)
    if not ending:
        raise NotAFile
    name = token(24)
    key = f"file/{name[:2]}/{name}.{ending}"
    _keep(_path(key), data)
    return Kept(key, MEDIA_TYPES[ending], sort_of(ending))


def store_image(data: bytes, kind: str) -> str:
    """Keep a picture and return its key; NotAPicture, PictureTooLarge.

    Nothing of the given bytes is kept: pixels are decoded and encoded as WebP without metadata.
    """
    encoded = _encode(data, KINDS[kind])
    name = token(24)
    key = f"{kind}/{name[:2]}/{name}.webp"
    _keep(_path(key), encoded)
    return key


def is_open(key: str) -> bool:
    """Return whether a picture may be served to whoever knows its address."""
    return key.partition("/")[0] in OPEN_KINDS


def open(key: str) -> BinaryIO:
    """Return the stored file, opened for reading; NotFound."""
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
    """Keep a file of an archive under its old key; NotAPicture, PictureTooLarge, NotAFile."""
    path = _path(key)
    if key.startswith("file/"):
        if path.suffix != f".{ending_of(data)}":
            raise NotAFile
        _keep(path, data)
        return
    _keep(path, _encode(data, Kind(max(kind.side for kind in KINDS.values()))))


def _keep(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)


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


def size_of(key: str) -> tuple[int, int]:
    """Return width and height of a stored picture in pixels; NotFound."""
    with open(key) as file, Image.open(file) as image:
        return image.size
