"""What is left of a session's tests where pytest selects them: run, skipped by a mark, or gone without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_haerae.run.calls import Callers
from pytest_haerae.types import Selected


@dataclass(frozen=True, slots=True)
class Selection:
    """The tests of items in one session.

    Attributes:
        tests: All that are to run, in the order of collection; an item may have several.
        skipped: Why a mark skips a test, by its node id: what all tests of an item skip is not asked.
        gone: Items that no test is left of although pytest reported none as deselected: they are missing.
        by_hand: Whether the items are a part of the scope that somebody chose: then no gate is evaluated.
        left_out: Names of files of evaluation tests that another plugin kept from being collected.
        callers: The tests that ask the model themselves; None where there are none.
    """

    tests: Sequence[Selected]
    skipped: Mapping[str, str] = field(default_factory=dict)
    gone: Sequence[Selected] = ()
    by_hand: bool = False
    left_out: Sequence[str] = ()
    callers: Callers | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to ask or to miss."""
        return bool(self.tests or self.gone or self.callers)


def is_chosen(definition: pytest.Item, config: pytest.Config) -> bool:
    """Whether node ids on the command line, and ``--deselect``, leave a test function.

    It is asked before the function has its parameters, which ``-k`` may be about: that leaves it.

    Args:
        definition: The function.
        config: The session's configuration.
    """
    if any(definition.nodeid.startswith(prefix) for prefix in getattr(config.option, "deselect", None) or ()):
        return False
    return any(_names(str(argument), definition, config.invocation_params.dir) for argument in config.args)


def _names(argument: str, definition: pytest.Item, start: Path) -> bool:
    place, *names = argument.partition("[")[0].split("::")
    path, module = (start / place).resolve(), definition.path.resolve()
    if not path.exists():  # A module by its dotted name, for one: pytest knows what it means.
        return True
    return path in (module, *module.parents) and names == definition.nodeid.split("::")[1 : len(names) + 1]


def reason_to_skip(test: pytest.Item) -> str | None:
    """Why a mark skips a test before anything of it is set up; None where none does, or pytest would fail at it.

    pytest's own plugin decides, by the hook that it skips in: a condition may be text, and name what other plugins add.
    """
    if not any(mark.name in ("skip", "skipif") for mark in test.iter_markers()):
        return None
    skipping = test.config.pluginmanager.get_plugin("skipping")
    if skipping is None:
        return None
    try:
        skipping.pytest_runtest_setup(test)
    except pytest.skip.Exception as skipped:
        return str(skipped.msg or "")
    except pytest.fail.Exception:
        # A condition that cannot be evaluated, or an expected failure that is not to run: the test says so itself.
        return None
    return None
