"""``pytest-haerae completion SHELL``: what a shell needs to complete commands, options and names."""

from __future__ import annotations

import os
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any, cast

from pytest_haerae.doors.command_line.command import Command, printing
from pytest_haerae.errors import UsageError

SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_KINDS: Mapping[str, str] = {"model": "backends", "dataset": "benchmarks", "prompt": "prompts", "format": "formats"}
"""Options whose values have names, and what of."""
_KEPT = ("run", "kept_model", "kept_benchmark", "branch")
"""Options and arguments whose values the history has."""
_NO_FILES = ("model", "format", "kinds", *_KEPT)
"""Options and arguments whose values are no files."""


def add_arguments(parser: ArgumentParser) -> None:
    """The shell."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(arguments: Namespace) -> int:
    """Print the code that a shell's start-up file evaluates.

    Raises:
        UsageError: argcomplete is not installed.
    """
    try:
        import argcomplete  # noqa: F401 - the library is asked for first, whatever of it is loaded
        from argcomplete.shell_integration import shellcode
    except ImportError:
        raise UsageError(
            "completion needs argcomplete: pip install 'pytest-haerae[completion]', in the environment of this command"
        ) from None
    with printing():
        print(shellcode(["pytest-haerae"], shell=arguments.shell))
    return 0


def completed_words() -> list[str]:
    """The command line that a shell asks to be completed; empty where the command is to be run."""
    return os.environ.get("COMP_LINE", "").split() if "_ARGCOMPLETE" in os.environ else []


def complete(parser: ArgumentParser) -> None:
    """Answer the shell, which ends this process; without argcomplete nothing is completed."""
    try:
        import argcomplete
        from argcomplete.completers import FilesCompleter
    except ImportError:
        raise SystemExit(1) from None

    def names(*, prefix: str, action: Action, **_: object) -> list[str]:
        files = () if action.dest in _NO_FILES else FilesCompleter()(prefix=prefix)
        return [*values_of(action.dest, prefix), *files]

    argcomplete.autocomplete(parser, default_completer=cast(Any, names))


def values_of(name: str, prefix: str) -> list[str]:
    """What the value of an option or argument may be, as far as it has a name; the last one of a list is completed."""
    from pytest_haerae.doors.additions import SOURCES

    if name == "kinds":
        return list(SOURCES)
    if name in (*_KEPT, "baseline"):
        return _kept(name)
    before, comma, _ = prefix.rpartition(",")
    return [before + comma + each.name for each in SOURCES[_KINDS[name]].look()] if name in _KINDS else []


def _kept(name: str) -> list[str]:
    """Names that the history below the current folder has."""
    from pytest_haerae.report.history.folder import HISTORY, kept_runs
    from pytest_haerae.report.names import dataset_names, model_name

    runs = kept_runs(HISTORY, str, only_look=True)
    branches = [branch for run in runs if (branch := run.info.get("git_branch"))]
    found = {
        "run": [run.short for run in runs],
        "kept_model": [model_name(run.info) for run in runs],
        "kept_benchmark": [dataset for run in runs for dataset in dataset_names(run.info)],
        "branch": branches,
        "baseline": ["last", *(f"last:{branch}" for branch in branches)],
    }
    return list(dict.fromkeys(found[name]))


COMMAND = Command("completion", "Print what a shell needs to complete this command.", add_arguments, run)
