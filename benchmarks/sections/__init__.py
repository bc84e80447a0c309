"""The sections of `docs/speed.md` that `table.py` measures: one file a kind, found by listing this folder."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from benchmarks.sections.section import Section


def all_sections() -> tuple[Section, ...]:
    """Every section, in the order of the files' names."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name != "section")
    return tuple(section for name in names for section in import_module(f"{__name__}.{name}").SECTIONS)
