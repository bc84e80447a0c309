"""The command ``pytest-haerae``: one file a sub-command, found by listing this folder."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from pytest_haerae.doors.command_line.command import Command

_NO_COMMANDS = ("command", "main")


def all_commands() -> tuple[Command, ...]:
    """Every sub-command, in the order of their names."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name not in _NO_COMMANDS)
    return tuple(import_module(f"{__name__}.{name}").COMMAND for name in names)
