"""What a command is, and what several of them need."""

from __future__ import annotations

import codecs
import json
import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import line


@dataclass(frozen=True, slots=True)
class Command:
    """One sub-command of ``pytest-haerae``.

    Attributes:
        name: What the user types.
        help: One sentence.
        add_arguments: Adds its arguments to its parser.
        run: Runs it with the parsed arguments; gives the exit code, and raises UsageError for bad input. It imports
            what it needs itself: whoever asks for help, or runs another command, does not wait for that.
    """

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def add_option(parser: ArgumentParser, name: str) -> None:
    """Add an option of the plugin's table: one of its spellings is shown, and all are taken."""
    option = BY_NAME[name]
    shown, *others = option.spellings()
    settings = option.settings(name)
    parser.add_argument(shown, **settings, help=option.help.replace("%", "%%"))
    parser.add_argument(*others, **settings, help=SUPPRESS)


def add_options(parser: ArgumentParser, but: Collection[str] = ()) -> None:
    """Add all options of the plugin's table, but some."""
    for name in BY_NAME:
        if name not in but:
            add_option(parser, name)


@contextmanager
def printing() -> Iterator[None]:
    """Write to standard output: where its reader, such as ``head``, has seen enough, the rest goes nowhere.

    What the command is about goes on, and its exit code stands.
    """
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_lines(*lines: object) -> None:
    """Write lines for people: whatever they quote, nothing in them is obeyed by a terminal or a CI runner."""
    for text in lines:
        with printing():
            print(line(text))


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write a value as JSON, as reports are written."""
    print_json_text(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def print_json_text(text: str) -> None:
    r"""Write a text of JSON; what the output's encoding lacks is written as ``\uXXXX``, which means the same."""
    encoding = sys.stdout.encoding or "utf-8"
    with printing():
        print(text.encode(encoding, JSON_ESCAPES).decode(encoding))


def _json_escapes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2)), error.end


JSON_ESCAPES = "haerae_json_escapes"
"""An error handler for text of JSON, in which only strings have characters beyond ASCII."""
codecs.register_error(JSON_ESCAPES, _json_escapes)


def place_of_page(typed: Path, reports: Iterable[Path] = ()) -> Path:
    """Where the page of ``--html`` goes.

    Args:
        typed: The path, as typed.
        reports: Files that it may not be.

    Raises:
        UsageError: It is one of them, or cannot be written.
    """
    from pytest_haerae.config.parsing import parse_path
    from pytest_haerae.report.files import check_writable, is_page, same_file

    page = parse_path("--html", typed)
    for path in reports:
        if same_file(page, path):
            raise UsageError(f"--html {page}: is the report {path} itself; name another file")
    check_writable(page, "--html", is_page)
    return page
