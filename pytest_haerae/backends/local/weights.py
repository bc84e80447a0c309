"""Local model files: their fingerprints, and whether they are whole."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_haerae.backends.fingerprints import fingerprints
from pytest_haerae.errors import UsageError

_HUB_SECONDS = 5.0
"""How long the hub is asked which commit a model is at."""


def weight_files(path: Path) -> list[Path]:
    """The weights at a path: a file itself, or a folder's safetensors (else its pickles); none for a hub id."""
    if path.is_file():
        return [path]
    return sorted(path.glob("*.safetensors")) or sorted(path.glob("*.bin")) if path.is_dir() else []


def checkpoint_identity(name: str, revision: str | None = None) -> Any:  # noqa: ANN401 - JSON
    """What a model is, beside its name: the fingerprints of a local one's files, or the commit of one of the hub.

    Args:
        name: A path or a hub id, as the user typed it.
        revision: The hub's revision.
    """
    path = Path(name).expanduser()
    return fingerprints(path) if path.exists() else hub_commit(name, revision)


@lru_cache(maxsize=16)
def hub_commit(name: str, revision: str | None) -> str | None:
    """The commit of a hub model: of the copy on this machine, or what the hub says where there is none yet.

    Returns:
        None where neither knows it.
    """
    from huggingface_hub import HfApi, try_to_load_from_cache

    try:
        found = try_to_load_from_cache(name, "config.json", revision=revision)
        if isinstance(found, str):
            return Path(found).parent.name
        return HfApi().model_info(name, revision=revision, timeout=_HUB_SECONDS).sha
    except Exception:  # offline, gated, no such model: whoever loads it says so
        return None


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
    check_exists(backend, name)
    if path.is_dir() and not (path / "config.json").is_file():
        raise UsageError(f"{backend} cannot load {path}: the folder has no config.json, so it is no checkpoint")
    for file in weight_files(path):
        if file.suffix == ".safetensors" and (problem := _safetensors_problem(file)):
            raise UsageError(f"{backend} cannot load {file}: {problem}; copy or download it again")


def check_exists(backend: str, name: str) -> None:
    """Refuse a name that looks like a path where nothing is; a hub id passes.

    A hub id is a name, or an owner and a name
    (`huggingface_hub.utils.validate_repo_id <https://huggingface.co/docs/huggingface_hub>`_).

    Raises:
        UsageError: There is no such file or folder.
    """
    path = Path(name).expanduser()
    looks_local = name.startswith((".", "~", "/")) or path.is_absolute() or path.suffix == ".gguf"
    if (looks_local or name.count("/") > 1) and not path.exists():
        raise UsageError(f"{backend} cannot load {path}: there is no such file or folder")


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
