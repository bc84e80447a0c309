"""The plugin's options on pytest's command line: one spelling of each is shown, and others' names are left to them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence, Set

import pytest

from pytest_haerae.config.option import Option
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.errors import UsageError

GROUP = "haerae"
_TITLE = "haerae: evaluation of Korean language models"
_LEFT: pytest.StashKey[frozenset[str]] = pytest.StashKey()


def add_ini_options(parser: pytest.Parser) -> None:
    """Add the twins of the options in the ini file."""
    for option in OPTIONS:
        listed = ", one a line" if option.in_ini == "linelist" else ""
        parser.addini(dest_of(option), f"as {option.flag}{listed}", type=option.in_ini, default=None)


def add_options(config: pytest.Config, parser: pytest.Parser) -> None:
    """Add the options to what is there, once nobody adds any more: a conftest.py may have a ``--model`` of its own.

    Args:
        config: Where it is noted which names are somebody else's.
        parser: pytest's, with the options of all other plugins and of the initial conftest.py files.
    """
    group = parser.getgroup(GROUP, _TITLE)
    taken = {_dashed(name) for name in _names(parser)}
    left: set[str] = set()
    for option in OPTIONS:
        ours = free_spellings(option, taken)
        left.update(set(option.spellings()) - set(ours))
        shown, *others = ours
        settings = option.settings(dest_of(option))
        group.addoption(shown, **settings, help=option.help.replace("%", "%%"))
        if others:
            group.addoption(*others, **settings, help=argparse.SUPPRESS)
    config.stash[_LEFT] = frozenset(left)


def hide_values(config: pytest.Config, parser: pytest.Parser, args: Sequence[str]) -> None:
    """Keep pytest, while it looks for conftest.py files, from taking the value in ``--model random`` for a path.

    Args:
        config: What it knows of the command line so far.
        parser: pytest's, which does not know these options yet.
        args: The command line.
    """
    rest = without_values(args)
    if len(rest) != len(args):
        config.known_args_namespace.file_or_dir = parser.parse_known_args(rest).file_or_dir


def dest_of(option: Option) -> str:
    """The name of an option's value in pytest's configuration, and of its twin in the ini file."""
    return f"haerae_{option.name}"


def is_dry_run(config: pytest.Config) -> bool:
    """Whether the session is only to say what it would ask.

    Raises:
        pytest.UsageError: The ini file's value is neither yes nor no; exit code 4.
    """
    option = BY_NAME["dry_run"]
    typed = config.getoption(dest_of(option))
    try:
        return bool(option.read({option.name: config.getini(dest_of(option)) if typed is None else typed}))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _names(parser: pytest.Parser) -> Set[str]:
    """All names of options that are registered; pytest has no public list of them."""
    groups = (parser._anonymous, *parser._groups)
    return {name for group in groups for option in group.options for name in option.names()}


def free_spellings(option: Option, taken: Set[str]) -> Sequence[str]:
    """The spellings of an option that are not somebody else's, the one that is shown first.

    With a name its underscored form is left, too; those with the prefix are always this plugin's.

    Args:
        option: The option.
        taken: The names of others' options, with dashes.
    """

    def is_free(spelling: str) -> bool:
        forms = {spelling, f"--no-{spelling.removeprefix('--')}"} if option.kind == "switch" else {spelling}
        return _dashed(spelling).startswith("--haerae-") or taken.isdisjoint(map(_dashed, forms))

    return [spelling for spelling in option.spellings() if is_free(spelling)]


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def left_to_others(config: pytest.Config) -> Set[str]:
    """The spellings of this plugin's options that are another plugin's in this session."""
    return config.stash.get(_LEFT, frozenset())


def header(config: pytest.Config) -> str | None:
    """Which names are another plugin's here, and what to type instead; None where there are none."""
    left = [option.flag for option in OPTIONS if option.flag in left_to_others(config)]
    if not left:
        return None
    instead = ", ".join(f"--haerae-{flag.removeprefix('--')}" for flag in left)
    return f"haerae: another plugin has {', '.join(left)}; for this one type {instead}"


def without_values(args: Iterable[str]) -> list[str]:
    """A command line without this plugin's options that take a value, and without their values."""
    with_value = {name for option in OPTIONS if option.kind != "switch" for name in option.spellings()}
    rest: list[str] = []
    waiting = iter(args)
    for argument in waiting:
        name, equals, _ = argument.partition("=")
        if name not in with_value:
            rest.append(argument)
        elif not equals:
            next(waiting, None)
    return rest
