"""Resolve pyproject.toml into requirements/: exact versions and hashes, no addresses."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESOLVE = [
    "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11",
    "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet",
]  # fmt: skip


def main() -> int:
    """Write both locks; the tests run with the very versions that people get."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        sys.stderr.write("Locking needs uv: pip install uv, then run the same command again.\n")
        return 1
    upgrade = sys.argv[1:]  # for example --upgrade-package django
    for kind, more in {
        "runtime": [],
        "test": ["--extra", "test", "-c", "requirements/runtime.txt"],
    }.items():
        out = ["-o", f"requirements/{kind}.txt"]
        status = subprocess.run([uv, *RESOLVE, *more, *upgrade, *out], cwd=ROOT, check=False)
        if status.returncode:
            return status.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
