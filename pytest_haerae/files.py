"""Local model files: their fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

_CHUNK = 1 << 20
_CHUNKS = 16


def file_fingerprint(path: Path) -> str:
    """Hash a file's size, modification time and up to 16 MiB spread over it: large weights are told apart fast."""
    status = path.stat()
    digest = hashlib.sha256(f"{status.st_size}:{status.st_mtime_ns}".encode())
    with path.open("rb") as file:
        for part in range(_CHUNKS):
            file.seek(status.st_size * part // _CHUNKS)
            digest.update(file.read(_CHUNK))
    return digest.hexdigest()[:16]
