"""
Writes the package as a wheel, with the standard library alone: `pip wheel` would fetch setuptools.

    python3 tools/wheel.py DIRECTORY      # prints the name of the file it made there

The format is that of https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "lockkit"
# Zip files know no time before 1980; a fixed one makes the same file of the same sources.
TIME = (1980, 1, 1, 0, 0, 0)


def version() -> str:
    """The version that the package says it has."""
    found = re.search(r'^__version__ = "([^"]+)"', (PACKAGE / "__init__.py").read_text(), re.MULTILINE)
    if found is None:
        raise ValueError("the package says no version")
    return found[1]


def write_wheel(directory: Path) -> Path:
    """Writes the wheel, and returns its path."""
    name = f"lockkit-{version()}"
    info = f"{name}.dist-info"
    files = {f"lockkit/{path.name}": path.read_bytes() for path in sorted(PACKAGE.iterdir()) if path.is_file()}
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: lockkit\nVersion: {version()}\n"
        "Summary: One lock for asyncio tasks, threads and processes at once, shared with Node.\n"
        "License: MIT\nRequires-Python: >=3.9\n"
    ).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: lockkit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = "".join(f"{path},{_digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    target = directory / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
    return target


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


if __name__ == "__main__":
    print(write_wheel(Path(sys.argv[1])).name)
