"""Speaking on the terminal: in its language, with progress that is calm where nobody watches."""

import gettext
import os
import shutil
import sys
import time
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


def language() -> str:
    """The language of the terminal, as its environment tells: zh-hans or en."""
    told = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if told.lower().startswith("zh") else "en"


@cache
def _catalog(code: str) -> gettext.NullTranslations:
    folders = ["zh_Hans"] if code == "zh-hans" else []
    return gettext.translation("django", LOCALE, languages=folders, fallback=True)


def say(text: str, /, **values: object) -> str:
    """Translate a text of the command line and fill it in; works before Django is set up."""
    said = _catalog(language()).gettext(text) if text else ""
    return said.format(**values) if values else said


def line(text: str = "", /, **values: object) -> None:
    """Print one translated line at once."""
    sys.stdout.write(say(text, **values) + "\n")
    sys.stdout.flush()


def complain(text: str, /, **values: object) -> None:
    """Print one translated line where errors go."""
    sys.stdout.flush()
    sys.stderr.write(say(text, **values) + "\n")
    sys.stderr.flush()


class Progress:
    """One piece of work on one line: a live bar on a terminal, a line every ten seconds elsewhere.

    Call it with (done, total, note); use it as a context manager to close the line.
    """

    def __init__(self, title: str) -> None:
        self.title = say(title)
        self.live = sys.stdout.isatty()
        self.began = self.spoken = time.monotonic()

    def __enter__(self) -> "Progress":
        sys.stdout.write(f"· {self.title} …" + ("" if self.live else "\n"))
        sys.stdout.flush()
        return self

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show how far it is; `note` is shown beside the bar."""
        moment = time.monotonic()
        if moment - self.spoken < (0.1 if self.live else 10) and done < total:
            return
        self.spoken = moment
        share = min(1.0, done / max(total, 1))
        if self.live:
            bar = "█" * int(24 * share) + "░" * (24 - int(24 * share))
            text = f"· {self.title} {bar} {done:,}/{total:,} {moment - self.began:4.0f} s  {note}"
            width = shutil.get_terminal_size((100, 20)).columns
            sys.stdout.write("\r\033[K" + text[: width - 1])
        elif done < total:
            sys.stdout.write(f"    {share:4.0%}  {done:,}/{total:,}  {note}\n")
        sys.stdout.flush()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            start = "\r\033[K" if self.live else ""
            sys.stdout.write(f"{start}✓ {self.title}  {time.monotonic() - self.began:.1f} s\n")
        elif self.live:
            sys.stdout.write("\n")
        sys.stdout.flush()
