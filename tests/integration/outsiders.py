"""Installing a package of somebody else's: one module with entry points, in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest


def install(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    source: str,
    entry_points: Mapping[str, Mapping[str, str]],
) -> None:
    """Put a module and the metadata of its distribution where every new interpreter finds them.

    Args:
        folder: Where; made if it is not there.
        monkeypatch: Sets PYTHONPATH for the processes that are started from now on.
        module: The module's name, and the distribution's.
        source: Its text.
        entry_points: For each group its entry points: what stands behind each name, as ``module:attribute``.
    """
    metadata = folder / f"{module}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    lines: list[str] = []
    for group, points in entry_points.items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    known = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *([known] if known else [])]))
