"""Real data for tests and benchmarks, fetched once into var/cache and never installed.

CDNOW: the purchases of 23,570 customers of a music shop, 1997-98, as the PyPI package lifetimes
ships them.
"""

import os
import subprocess
import sys
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
    CACHE.mkdir(parents=True, exist_ok=True)
    fetch = ["download", "--quiet", "--no-deps", "--require-hashes"]
    wanted = ["-r", str(ROOT / "requirements" / "data.txt"), "-d", str(CACHE)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *fetch, *wanted], capture_output=True, text=True, check=False
    )
    wheels = sorted(CACHE.glob("[Ll]ifetimes-*.whl"))
    if done.returncode or not wheels:
        raise NoData(f"pip {' '.join(fetch + wanted)} failed:\n{done.stderr.strip()}")
    with zipfile.ZipFile(wheels[-1]) as wheel:
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(wheel.read(CDNOW))
    part.replace(kept)  # two test workers may fetch at once
    return kept


if __name__ == "__main__":
    print(cdnow())
