"""Programs that keep runs: a report goes to each through its own package, by default into a store on this machine."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.redact import error_line

if TYPE_CHECKING:
    from pytest_haerae.report.trackers.tracked import TrackedRun

PROJECT = "pytest-haerae"
"""What a tracker keeps the runs under, unless another name is typed."""
_NO_TRACKERS = ("tracked",)


@dataclass(frozen=True, slots=True)
class Tracker:
    """A program that keeps runs.

    Attributes:
        help: One line.
        packages: What it needs to be imported; its extra has the name of its module.
        quiet: Variables of the environment, where they are not set: with them nothing leaves this machine, and the
            package tells its makers nothing.
        send: Hands a run over: what it was, the folder for the store (None for the package's own place), and the name
            of the project. Gives where it is now, in words.
    """

    help: str
    packages: tuple[str, ...]
    quiet: dict[str, str]
    send: Callable[[TrackedRun, Path | None, str], str]


def tracker_names() -> tuple[str, ...]:
    """The names of all trackers: a module of this folder has the name of its tracker."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NO_TRACKERS))


def find_tracker(name: str) -> Tracker:
    """Look a tracker up; its package is not imported."""
    found: Tracker = import_module(f"{__name__}.{name}").TRACKER
    return found


def missing_install(name: str) -> str:
    """The command that installs what a tracker needs; empty where it is there."""
    there = all(find_spec(package) is not None for package in find_tracker(name).packages)
    return "" if there else f"pip install 'pytest-haerae[{name}]'"


def check_installed(name: str) -> None:
    """Refuse a tracker whose package is missing, before anything is read.

    Raises:
        UsageError: The message names the extra.
    """
    if install := missing_install(name):
        raise UsageError(f"--to {name}: needs {' and '.join(find_tracker(name).packages)}: {install}")


def send_to(name: str, run: TrackedRun, folder: Path | None, project: str) -> str:
    """Hand a run over to a tracker.

    Args:
        name: The tracker's name.
        run: The run.
        folder: Where its store is; None for the package's own place.
        project: What it is kept under.

    Returns:
        Where it is now, in words.

    Raises:
        UsageError: The package refuses it, or cannot write.
    """
    tracker = find_tracker(name)
    for variable, value in tracker.quiet.items():
        os.environ.setdefault(variable, value)
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        return tracker.send(run, folder, project)
    except HaeraeError:
        raise
    except Exception as error:  # whatever a package of others raises
        raise UsageError(f"--to {name}: {error_line(error)}") from None
