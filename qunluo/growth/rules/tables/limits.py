"""How much of an upload we take; every limit has an error that says so."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bytes, characters and counts; spreadsheets are unpacked in a process of their own."""

    text_bytes: int = 200 * MEGABYTE
    sheet_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 400 * MEGABYTE
    unpacked_ratio: int = 200
    unpacked_members: int = 5_000
    line_chars: int = 256 * 1024
    columns: int = 200
    cell_chars: int = 5_000
    rows: int = 1_000_000
    sheet_memory: int = 1024 * MEGABYTE
    sheet_seconds: int = 120


LIMITS = Limits()
