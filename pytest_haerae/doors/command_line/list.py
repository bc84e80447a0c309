"""``pytest-haerae list``: what can be named in a run, a line each."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence

from pytest_haerae.doors.additions import SOURCES, Addition
from pytest_haerae.doors.command_line.command import Command, print_json, print_lines
from pytest_haerae.errors import UsageError, unknown

_PROTOCOLS = "protocols"


def add_arguments(parser: ArgumentParser) -> None:
    """What to list, and how."""
    kinds = f"{', '.join(SOURCES)} (default: all); behind {_PROTOCOLS} also the name of one, which is shown whole"
    parser.add_argument("kinds", nargs="*", metavar="KIND", type=_kind, help=kinds)
    parser.add_argument("--json", action="store_true", help="write JSON")


def run(arguments: Namespace) -> int:
    """List; what cannot be loaded is named with its reason and ends nothing.

    Raises:
        UsageError: A protocol is named that is none.
    """
    if names := [kind for kind in arguments.kinds if kind not in SOURCES]:
        _show_protocols(names, arguments)
        return 0
    found = {kind: list(source.look()) for kind, source in SOURCES.items() if kind in (arguments.kinds or SOURCES)}
    if arguments.json:
        print_json({kind: [_as_json(each) for each in additions] for kind, additions in found.items()})
        return 0
    for number, (kind, additions) in enumerate(found.items()):
        print_lines(*([""] if number else []), f"{kind} ({SOURCES[kind].typed})", *_lines(additions))
    return 0


def _show_protocols(names: Sequence[str], arguments: Namespace) -> None:
    from pytest_haerae.doors.protocol_words import protocol_entry, protocol_lines

    if set(arguments.kinds) - set(names) != {_PROTOCOLS}:
        raise UsageError(f"list: {names[0]} is a protocol's name; write list {_PROTOCOLS} {names[0]}")
    if arguments.json:
        print_json({_PROTOCOLS: [protocol_entry(name) for name in names]})
        return
    for name in names:
        print_lines(*protocol_lines(name))


def _kind(name: str) -> str:
    # A protocol's name has a version, or is a file's; no kind's has.
    if name not in SOURCES and not ("@" in name or name.endswith(".toml")):
        raise ArgumentTypeError(unknown("kind", name, SOURCES))
    return name


def _lines(additions: Sequence[Addition]) -> list[str]:
    names = [f"{each.name} ({each.method})" if each.method else each.name for each in additions]
    width = max(map(len, names), default=0)
    return [f"  {name:<{width}}  {_words(each)}".rstrip() for name, each in zip(names, additions, strict=True)]


def _words(addition: Addition) -> str:
    if addition.problem:
        return f"not usable: {addition.problem}"
    return f"{addition.description}  [{addition.install}]" if addition.install else addition.description


def _as_json(addition: Addition) -> dict[str, str | None]:
    return {
        "name": addition.name,
        **({"method": addition.method} if addition.method else {}),
        "description": addition.description or None,
        "install": addition.install or None,
        "problem": addition.problem or None,
        **({"citation": addition.citation} if addition.citation else {}),
    }


COMMAND = Command("list", "List backends, benchmarks, protocols, prompts, scorers and formats.", add_arguments, run)
