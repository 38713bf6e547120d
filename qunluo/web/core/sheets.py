"""The style sheets that nearly every page needs, joined: one request for all of them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

WEB = Path(__file__).parents[1]
CORE = ("core/css/tokens", "core/css/page", "core/css/parts", "core/css/forms")
PARTS = (*CORE, "community/community", "desk/desk")  # each builds on those before it
JOINED = "core/css/site.css"


class JoinedSheetFinder(BaseFinder):
    """Finds `core/css/site.css`, written into the data folder when a part of it has changed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Keep it beside what `collectstatic` collects."""
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=settings.DATA_DIR / "sheets")

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        """There is nothing to set."""
        return []

    def find(self, path: str, *_args: Any, **kwargs: Any) -> Any:
        """Return where the joined sheet lies; an empty list for every other path."""
        if path != JOINED:
            return []
        found = str(self._join())
        return [found] if kwargs.get("find_all") else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the one file there is, for `collectstatic` and WhiteNoise."""
        self._join()
        yield JOINED, self.storage

    def _join(self) -> Path:
        """Write the sheet when it is not what its parts make, at once as a whole."""
        sheets = (WEB / name.split("/")[0] / "static" / f"{name}.css" for name in PARTS)
        text = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
        place = Path(self.storage.path(JOINED))
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_suffix(f".{os.getpid()}")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(place)
        return place
