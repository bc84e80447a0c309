"""Local model files: their fingerprints, and whether they are whole."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError

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


def weight_files(path: Path) -> list[Path]:
    """The weights at a path: a file itself, or a folder's safetensors (else its pickles); none for a hub id."""
    if path.is_file():
        return [path]
    return sorted(path.glob("*.safetensors")) or sorted(path.glob("*.bin")) if path.is_dir() else []


def weight_fingerprints(path: Path) -> list[str]:
    """The fingerprint of each weight file at a path."""
    return [file_fingerprint(file) for file in weight_files(path)]


def check_weights(backend: str, name: str) -> None:
    """Refuse a local model that cannot be loaded, before minutes are spent on it; a hub id passes.

    Args:
        backend: The backend's name, for the message.
        name: A path or a hub id, as the user typed it.

    Raises:
        UsageError: The path looks local and does not exist, has no configuration, or has a safetensors file that is
            shorter than its own header says (`the format <https://github.com/huggingface/safetensors#format>`_).
    """
    path = Path(name).expanduser()
    if not path.exists():
        if name.startswith((".", "~", "/")) or path.is_absolute() or path.suffix == ".gguf":
            raise UsageError(f"{backend} cannot load {path}: there is no such file or folder")
        return
    if path.is_dir() and not (path / "config.json").is_file():
        raise UsageError(f"{backend} cannot load {path}: the folder has no config.json, so it is no checkpoint")
    for file in weight_files(path):
        if file.suffix == ".safetensors" and (problem := _safetensors_problem(file)):
            raise UsageError(f"{backend} cannot load {file}: {problem}; copy or download it again")


def _safetensors_problem(file: Path) -> str | None:
    size = file.stat().st_size
    try:
        with file.open("rb") as content:
            length = int.from_bytes(content.read(8), "little")
            header: dict[str, Any] = json.loads(content.read(min(length, size)))
        header.pop("__metadata__", None)
        needed = 8 + length + max(int(entry["data_offsets"][1]) for entry in header.values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"it is damaged or truncated (its header cannot be read; the file has {size:,} bytes)"
    return f"it is truncated ({size:,} of {needed:,} bytes)" if size < needed else None
