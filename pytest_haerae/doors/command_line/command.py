"""What a command is, and what several of them need."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytest_haerae.config.options import BY_NAME


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


def add_option(parser: ArgumentParser, name: str) -> None:
    """Add an option of the plugin's table, with all its spellings."""
    option = BY_NAME[name]
    text = option.help.replace("%", "%%")
    if option.kind == "switch":
        parser.add_argument(*option.spellings(), dest=name, action="store_true", default=None, help=text)
        parser.add_argument(*option.negations(), dest=name, action="store_false", help=f"not: {text}")
        return
    action = "append" if option.kind == "repeat" else "store"
    parser.add_argument(*option.spellings(), dest=name, action=action, metavar=option.metavar, help=text)


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write a value as JSON, as reports are written."""
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))
