"""The formats that `pytest-haerae export` writes: one file with one decorator each, here or in another package."""

from __future__ import annotations

import pkgutil
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.entry_points import entry_point_names, register_installed
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.report import exchange
from pytest_haerae.report.files import replacing
from pytest_haerae.report.trackers import tracker_names

if TYPE_CHECKING:
    from pytest_haerae.report.schema import Report

ENTRY_POINT_GROUP = "pytest_haerae.formats"
"""Its entry points name a format and the module, or the function, whose import registers it."""

Writer = Callable[["Report", Path], None]
"""Writes a report to a new file."""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """A format.

    Attributes:
        name: What ``--format`` calls it.
        suffix: What its files' names end in, with the dot.
        help: One line.
        write_file: Writes a report to a new file, which then takes its place.
        adds: Whether the new file is a copy of the one that stands there, to which the report is added.
    """

    name: str
    suffix: str
    help: str
    write_file: Writer
    adds: bool = False

    def write(self, report: Report, path: Path) -> None:
        """Write a report atomically: readers see the old file or the whole new one.

        Raises:
            UsageError: The file cannot be written.
        """
        with replacing(path) as new:
            if self.adds and path.is_file() and new != path:
                shutil.copyfile(path, new)
            self.write_file(report, new)


_FORMATS: dict[str, OutputFormat] = {}


def register_format(name: str, *, suffix: str, help: str, adds: bool = False) -> Callable[[Writer], Writer]:
    """Decorate a function that writes a report to a path.

    Args:
        name: What ``--format`` calls it; a later one of the same name takes its place.
        suffix: What its files' names end in, with the dot.
        help: One line.
        adds: Whether the function is given a copy of the file that stands there (empty where none does), to add to.
    """

    def register(write: Writer) -> Writer:
        _FORMATS[name] = OutputFormat(name, suffix, help, write, adds)
        return write

    return register


def format_names() -> tuple[str, ...]:
    """The names of all formats: of this package, of installed ones, and those that were registered."""
    return tuple(sorted({*_FORMATS, *_own_modules(), *entry_point_names(ENTRY_POINT_GROUP)}))


def find_format(name: str) -> OutputFormat:
    """Look a format up; what is not asked for is not imported.

    Raises:
        UsageError: There is none, or more than one, or its package cannot be imported or does not register it.
    """
    if name in _FORMATS or register_installed(ENTRY_POINT_GROUP, name, f"--format={name}", "format", _FORMATS):
        return _FORMATS[name]
    modules = _own_modules()
    if name not in modules:
        raise UsageError(f"--format: {unknown('format', name, (*format_names(), *tracker_names()))}")
    import_module(modules[name])
    return _FORMATS[name]


def _own_modules() -> Mapping[str, str]:
    """This package's formats: a module of the folder `exchange` has the name of its format."""
    return {module.name: f"{exchange.__name__}.{module.name}" for module in pkgutil.iter_modules(exchange.__path__)}
