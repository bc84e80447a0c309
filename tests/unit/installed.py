"""A package as an installer leaves it: modules, and the entry points beside them."""

from __future__ import annotations

from pathlib import Path

import pytest


def install(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, code: str, entry_points: str) -> None:
    """Put a module of this name and its entry points onto `sys.path` until the test ends.

    Args:
        monkeypatch: Undoes it.
        folder: Where to write.
        name: The module's name, which no other test uses: a module is imported once.
        code: The module's text.
        entry_points: The text of ``entry_points.txt``.
    """
    information = folder / f"{name}-1.0.dist-info"
    information.mkdir(parents=True)
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (information / "entry_points.txt").write_text(entry_points, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
