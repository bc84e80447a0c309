"""The one batch: asks all selected items before the first test."""

from __future__ import annotations

import atexit
import gc
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import pytest

from pytest_haerae.escaping import line
from pytest_haerae.evaluation import Evaluation
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.run.asking import Answers
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.identity import Identities
from pytest_haerae.run.progress import ProgressLine, TerminalWriter
from pytest_haerae.types import Sample, Selected, Verdict

QUIETEST = -2
"""The verbosity (``-q -q``) from which nothing is written."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was selected and what came of asking it.

    Attributes:
        items: All that the run is about, each once: those that were asked, that a mark skips, and that are gone.
        by_hand: Whether they are a part of the scope.
        answers: What came of asking.
        samples: The judged items by their tests' node ids; all tests of an item have the same one.
        gone: How many items another plugin left out without a word.
    """

    items: Sequence[Selected]
    by_hand: bool
    answers: Answers
    samples: Mapping[str, Sample]
    gone: int = 0


def ask_batch(config: pytest.Config, evaluation: Evaluation, selection: Selection) -> Batch:
    """Ask each selected item once in one pass, whatever number of tests ask it.

    Raises:
        HaeraeError: The model cannot be loaded, or the store cannot be written.
    """
    groups, asked, passed_over, items, by_hand = _grouped(selection)
    reporter = _reporter(config)
    # Without the reporter (`-p no:terminal`) there is no option `verbose`, either.
    quiet = reporter is None or config.option.verbose <= QUIETEST
    if reporter and not quiet:
        reporter.ensure_newline()
        reporter.write_line(f"haerae: {_announced(evaluation, asked, selection.callers)}")
    live = bool(reporter and reporter.isatty)
    width = reporter.width if reporter else 80
    progress = ProgressLine(None if quiet else reporter, live=live, width=width)
    with _engines_own_warnings():
        answers = evaluation.ask(asked, progress, about=items, by_hand=by_hand, callers=selection.callers)
    _end_quickly()
    usage = answers.usage
    if reporter and not quiet and answers.run.resumed and usage.reused:
        reporter.write_line(f"haerae: goes on from an earlier run: {usage.reused} stored, {usage.computed} asked")
    judged = {sample.nodeid: sample for sample in answers.samples}
    for entry in passed_over:
        reason = selection.skipped[entry.nodeid] or "skipped by a mark"
        judged[entry.nodeid] = Sample(entry, None, Verdict("skipped", explanation=reason))
    first = {entry.nodeid for entry in (*asked, *passed_over)}
    samples: dict[str, Sample] = {}
    for tests in groups:
        sample = next(judged[entry.nodeid] for entry in tests if entry.nodeid in first)
        samples |= dict.fromkeys((entry.nodeid for entry in tests), sample)
    # How many items are in a file that was not read is not known: it stands for one at least, which is missing.
    missing = [entry for entry in items[:1] for _ in selection.left_out]
    return Batch([*items, *missing], selection.by_hand, answers, samples, len(selection.gone))


def forecast_batch(config: pytest.Config, evaluation: Evaluation, selection: Selection) -> None:
    """Say what `ask_batch` would ask, by the same arguments.

    Raises:
        HaeraeError: It would be refused.
    """
    grouped = _grouped(selection)
    lines = evaluation.forecast(grouped.asked, about=grouped.items, by_hand=grouped.by_hand, callers=selection.callers)
    reporter = _reporter(config)
    if reporter:
        reporter.ensure_newline()
        for text in ("dry run: nothing is sent, no test runs, no report is written", *lines):
            reporter.write_line(line(f"haerae: {text}"))


class _Grouped(NamedTuple):
    """A selection's tests by their items, each item as its first test has it.

    Attributes:
        groups: The tests of each item.
        asked: The items of which a test runs.
        passed_over: Those that a mark skips in all their tests.
        items: All that the run is about: these, and those that are gone.
        by_hand: Whether they are a part of the scope.
    """

    groups: list[list[Selected]]
    asked: list[Selected]
    passed_over: list[Selected]
    items: list[Selected]
    by_hand: bool


def _grouped(selection: Selection) -> _Grouped:
    groups = [*map(list, Identities().grouped(selection.tests).values())]
    asked: list[Selected] = []
    passed_over: list[Selected] = []
    for tests in groups:
        run = [entry for entry in tests if entry.nodeid not in selection.skipped]
        (asked if run else passed_over).append(_with_all_terms(run or tests))
    items = [*asked, *passed_over, *selection.gone]
    # Without items there is nothing that a gate could be judged on.
    return _Grouped(groups, asked, passed_over, items, selection.by_hand or not items)


def _announced(evaluation: Evaluation, asked: Sequence[Selected], callers: Callers | None) -> str:
    """What is about to be asked: the items, and how many tests ask further questions."""
    plan, items = evaluation.plan, f"{len(asked)} item{'' if len(asked) == 1 else 's'}"
    items += f" with {plan.config.repeats} answers each" if plan.config.repeats > 1 else ""
    parts = [f"{plan.describe(evaluation.source.name_of(entry.data) for entry in asked)}, {items}"]
    if callers is not None:
        parts = parts if asked else [plan.named]
        parts.append(
            "1 test asks the model" if len(callers.names) == 1 else f"{len(callers.names)} tests ask the model"
        )
    return ", ".join(parts)


def _with_all_terms(tests: Sequence[Selected]) -> Selected:
    """The first of an item's tests, with what the suites of all of them say of it."""
    terms = tuple(dict.fromkeys(each for entry in tests for each in entry.terms))
    return tests[0] if terms == tests[0].terms else replace(tests[0], terms=terms)


def _reporter(config: pytest.Config) -> TerminalWriter | None:
    plugin = config.pluginmanager.get_plugin("terminalreporter")
    return TerminalWriter(plugin) if plugin else None


@contextmanager
def _engines_own_warnings() -> Iterator[None]:
    """A user's `filterwarnings = error` is meant for tests, not for what an engine's libraries deprecate."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", category)
        yield


@cache
def _end_quickly() -> None:
    """Let this process end without a search for cycles among the objects of all tests: 4 of 27 s with 35,000 items.

    At the process's end alone: in a process that lives on after pytest, what is frozen would never be freed.
    """
    atexit.register(gc.freeze)
