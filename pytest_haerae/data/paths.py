"""Files and folders as a user names them: whichever way their characters are written, or nearly."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from pytest_haerae.data.cells import nfc
from pytest_haerae.typed_files import typed_path


def located(name: str, folder: str | Path | None = None) -> Path:
    """The path that a data set's name as typed means, as the disk writes it where there is such a file or folder.

    Args:
        name: The name; ``~`` is a home folder.
        folder: Where a relative one begins; None for the current folder.

    Raises:
        UsageError: No file can have this name.
    """
    path = Path(folder or "") / typed_path(f"dataset {name}", name)
    path = existing(path) or path
    return path if folder is None else _without_detours(path)


def from_here(path: Path) -> Path:
    """A path as it is shown: from the current folder on where it lies in it."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):  # It lies elsewhere, or the current folder is gone.
        return path


def _without_detours(path: Path) -> Path:
    """A path without ``folder/..``, unless a link makes it lead elsewhere."""
    straight = Path(os.path.normpath(path))
    if straight == path:
        return path
    return straight if not path.exists() or (straight.exists() and straight.samefile(path)) else path


def existing(path: Path) -> Path | None:
    """The file or folder of a name, also where one of the two is in NFC and the other in NFD, as macOS writes it.

    Returns:
        Its path as the disk has it; None where there is none.
    """
    if path.exists():
        return path
    if str(path).isascii():
        return None
    parent = existing(path.parent) if path.parent != path else None
    if parent is None or not parent.is_dir():
        return None
    return next((entry for entry in sorted(parent.iterdir()) if nfc(entry.name) == nfc(path.name)), None)


def nearest(path: Path, endings: tuple[str, ...]) -> Path | None:
    """The table or folder beside a path that is not there whose name is the most alike; None where none is like it.

    Args:
        path: The path that is not there.
        endings: The endings of tables.
    """
    folder = existing(path.parent)
    if folder is None or not folder.is_dir():
        return None
    entries = (entry for entry in folder.iterdir() if not entry.name.startswith("."))
    names = {nfc(entry.name): entry for entry in entries if entry.is_dir() or entry.suffix.lower() in endings}
    alike = get_close_matches(nfc(path.name), sorted(names), n=1, cutoff=0.5)
    stems = [name for name in sorted(names) if Path(name).stem == nfc(path.stem)]
    found = (stems or alike)[:1]
    return path.parent / found[0] if found else None
