"""The commands beside the run: one file each, listed here."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One sub-command of ``pytest-haerae``.

    Attributes:
        name: What the user types.
        help: One sentence.
        add_arguments: Adds its arguments to its parser.
        run: Runs it with the parsed arguments; gives the exit code, and raises UsageError for bad input.
    """

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def all_commands() -> tuple[Command, ...]:
    """Every sub-command; a new one is added here."""
    from pytest_haerae.commands.view import VIEW

    return (VIEW,)
