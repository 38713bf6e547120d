"""What a file is, told by its content alone; names and declared types are not believed."""

SOUND, MOVING, PAPER = "audio", "video", "file"
MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "weba": "audio/webm",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
}
HEAD = 64 * 1024  # tracks are named at the beginning or, in MP4, at the end
MP4_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6",
              b"avc1", b"dash"}  # fmt: skip
OGG_SOUND = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")


def ending_of(data: bytes) -> str:
    """Return the ending for a sound, a film or a PDF; "" for anything else."""
    if data.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "pdf"
    if data.startswith(b"OggS"):
        return "ogg" if any(mark in data[:200] for mark in OGG_SOUND) else ""
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return _webm(data[:HEAD])
    if data[4:8] == b"ftyp" and data[8:12] in MP4_BRANDS:
        return _mp4(data)
    return "mp3" if _is_mp3(data) else ""


def sort_of(ending: str) -> str:
    """Return audio, video or file for an ending."""
    return {"audio": SOUND, "video": MOVING}.get(MEDIA_TYPES[ending].split("/")[0], PAPER)


def _webm(head: bytes) -> str:
    if b"webm" not in head[:64]:
        return ""
    if any(codec in head for codec in (b"V_VP8", b"V_VP9", b"V_AV1")):
        return "webm"
    return "weba" if b"A_OPUS" in head or b"A_VORBIS" in head else ""


def _mp4(data: bytes) -> str:
    handlers = {data[at + 12 : at + 16] for at in _places(data, b"hdlr")}
    if b"vide" in handlers:
        return "mp4"
    return "m4a" if b"soun" in handlers else ""


def _places(data: bytes, mark: bytes) -> list[int]:
    found: list[int] = []
    at = data.find(mark)
    while at >= 0 and len(found) < 16:
        found.append(at)
        at = data.find(mark, at + 4)
    return found


def _is_mp3(data: bytes) -> bool:
    """Return whether frames of MPEG layer III begin here, perhaps behind a tag."""
    if data.startswith(b"ID3") and len(data) > 10:
        # The size of the tag is written in seven bits a byte.
        size = (data[6] & 127) << 21 | (data[7] & 127) << 14 | (data[8] & 127) << 7 | data[9] & 127
        data = data[10 + size : 10 + size + 4096].lstrip(b"\0")
    if len(data) < 4 or data[0] != 0xFF:
        return False
    layer_three = data[1] & 0xE6 == 0xE2 and data[1] >> 3 & 3 != 1
    return layer_three and data[2] >> 4 not in {0, 15} and data[2] >> 2 & 3 != 3
