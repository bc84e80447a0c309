"""The items that the terminal lists at the end: how many, which, and how much of each."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from pytest_haerae.plugin.nodes import COLOURS
from pytest_haerae.report.schema import SampleRow
from pytest_haerae.report.show.items import in_order_of_interest, item_line, item_lines, lost_ids
from pytest_haerae.report.show.layout import cut, wrap
from pytest_haerae.report.show.terminal import Line
from pytest_haerae.types import NOT_RIGHT, Outcome, Sample

SHOWN = 5
"""Items that are listed where nobody asked for all."""
_WHOLE = 2
"""From this verbosity on (``-vv``) all items are listed, and long texts are shown to their ends."""

_TYPED: dict[str, tuple[Outcome, ...]] = {
    "w": ("wrong",),
    "f": ("wrong",),
    "F": ("wrong",),
    "i": ("invalid",),
    "c": ("cut",),
    "a": NOT_RIGHT,
    "A": NOT_RIGHT,
}
"""Letters of ``-r`` and the outcomes that they list; others, such as pytest's own, list none."""
_DEFAULT = "fE"
"""pytest's own of ``-r``: failures and errors, which are the sections that it prints."""
_OPTION = re.compile("-[hlqsvVx]*r")
"""How an argument with ``-r`` begins, alone or behind other flags: ``-qrw``."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is listed.

    Attributes:
        asked: The outcomes whose items are all listed.
        verbosity: pytest's: from 1 on with prompt, output and options.
    """

    asked: frozenset[Outcome]
    verbosity: int

    @classmethod
    def of_session(cls, config: pytest.Config) -> Detail:
        """What was typed: ``-v``, ``-vv``, and ``-r`` with letters."""
        letters = str(config.option.reportchars)
        # As in pytest's own list, N begins anew.
        letters = "" if letters == _DEFAULT and not _is_typed(config) else letters.rpartition("N")[2]
        asked = frozenset(outcome for letter in letters for outcome in _TYPED.get(letter, ()))
        verbosity = int(config.option.verbose)
        return cls(frozenset(NOT_RIGHT) if verbosity >= _WHOLE else asked, verbosity)


def _is_typed(config: pytest.Config) -> bool:
    """Whether ``-r`` was given: on the command line, in the ini file or in the environment."""
    of_environment = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    given = (*of_environment, *config.getini("addopts"), *config.invocation_params.args)
    return any(_OPTION.match(str(argument)) for argument in given)


def item_listing(
    samples: Sequence[Sample],
    rows: Sequence[SampleRow],
    baseline: Sequence[SampleRow] | None,
    detail: Detail,
    width: int,
) -> Iterator[Line]:
    """The list of what was not answered right: what the baseline had right first.

    Args:
        samples: The judged items, in the report's order.
        rows: The report's samples; each is made when it is looked at.
        baseline: The earlier report's; None without one.
        detail: How much is listed.
        width: Columns of the terminal.
    """
    judged = [(sample.group, sample.verdict.outcome) for sample in samples]
    lost = lost_ids(rows, baseline) if baseline is not None else set()
    every = in_order_of_interest(judged, lost)
    asked = [place for place in every if judged[place][1] in detail.asked]
    listed = asked or every[:SHOWN]
    if not listed:
        return
    yield from map(Line, wrap(_heading(len(listed), len(every), len(lost)), width))
    for place in listed:
        told = item_line(rows[place], lost=place in lost, benchmark=samples[place].selected.benchmark)
        told = cut(f"  {told}", width)
        yield Line(told, COLOURS[judged[place][1]])
        if detail.verbosity > 0:
            yield from map(Line, item_lines(rows[place], width, whole=detail.verbosity >= _WHOLE))


def _heading(listed: int, every: int, lost: int) -> str:
    told = f", {lost} of them right in the baseline" if lost else ""
    if listed == every:
        return f"items answered wrong: {every}{told}"
    return f"{every} items answered wrong{told}; {listed} listed (-ra: all, -v: more):"
