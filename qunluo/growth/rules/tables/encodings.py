"""Which encoding a text file is written in: marks first, then strict trials of the whole file."""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from qunluo.growth.errors import NotATable, UnknownEncoding, WrongEncoding

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHERS = ["big5", "cp1252", "cp1251", "shift_jis", "euc_kr"]
CHUNK = 1024 * 1024
SAMPLE = 64 * 1024
BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")


def detect(path: Path) -> str:
    """Return the Python name of the encoding; NotATable for binary data, UnknownEncoding."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            _must_fit(path, name)
            return name
    if head.startswith(BINARY):
        raise NotATable
    if (name := _utf16_without_mark(head)) and fits(path, name) is None:
        return name
    if head.count(0) > 8 + len(head) // 100:
        raise NotATable
    for name in ("utf-8", *_guesses(head)):
        if fits(path, name) is None:
            return name
    raise UnknownEncoding


def fits(path: Path, encoding: str) -> int | None:
    """Return None when every byte of the file decodes, else the position of the first that fails.

    >>> import tempfile; f = Path(tempfile.mkdtemp()) / "a"; _ = f.write_bytes("张".encode())
    >>> fits(f, "utf-8") is None
    True
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:  # a missing mark of UTF-16 has no position
                return done + getattr(error, "start", 0)
            if not chunk:
                return None
            done += len(chunk)


def named(path: Path, encoding: str) -> str:
    """Return the encoding that the person named, or say where the file does not fit it."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise WrongEncoding(encoding=encoding, position=0) from None
    if name in {"utf-8", "utf-16", "utf-32"} and path.open("rb").read(3) == codecs.BOM_UTF8:
        name = "utf-8-sig"
    _must_fit(path, name)
    return name


def _must_fit(path: Path, encoding: str) -> None:
    position = fits(path, encoding)
    if position is not None:
        raise WrongEncoding(encoding=encoding, position=position)


def _utf16_without_mark(head: bytes) -> str:
    """Return the UTF-16 variant of text that is mostly ASCII with a zero beside each letter."""
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    half = max(1, len(head[:2000]) // 2)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else ""


def _guesses(head: bytes) -> list[str]:
    """Return encodings to try, likely ones first: GB18030 when it reads like Chinese."""
    guess = from_bytes(head[:SAMPLE], cp_isolation=OTHERS).best()
    other = [guess.encoding] if guess else []
    return ["gb18030", *other] if _reads_like_chinese(head) else [*other, "gb18030"]


def _reads_like_chinese(head: bytes) -> bool:
    """Return whether most multi-byte characters are the common ones of GB2312 (rows 16 to 55)."""
    common = total = at = 0
    while at < len(head) - 1:
        lead = head[at]
        if lead < 0x80:
            at += 1
            continue
        total += 1
        common += (0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3) and head[at + 1] >= 0xA1
        at += 2
    return total > 0 and common >= total * 0.6
