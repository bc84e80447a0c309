"""The one batch: asks all selected items before the first test."""

from __future__ import annotations

import atexit
import gc
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pytest

from pytest_haerae.evaluation import Evaluation
from pytest_haerae.run.asking import Answers
from pytest_haerae.run.progress import ProgressLine, TerminalWriter
from pytest_haerae.types import Sample, Selected

QUIETEST = -2
"""The verbosity (``-q -q``) from which nothing is written."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was selected and what came of asking it.

    Attributes:
        selection: What was selected, as pytest collected it.
        by_hand: Whether it is a part of the scope.
        answers: What came of asking.
        samples: The judged items by their tests' node ids.
    """

    selection: Sequence[Selected]
    by_hand: bool
    answers: Answers
    samples: Mapping[str, Sample]


def ask_batch(config: pytest.Config, evaluation: Evaluation, selection: Sequence[Selected], *, by_hand: bool) -> Batch:
    """Ask all selected items in one pass.

    Raises:
        HaeraeError: The model cannot be loaded, or the store cannot be written.
    """
    reporter = _reporter(config)
    quiet = config.option.verbose <= QUIETEST
    if reporter and not quiet:
        reporter.ensure_newline()
        reporter.write_line(
            f"haerae: {evaluation.plan.describe(entry.data for entry in selection)}, {len(selection)} items"
        )
    live = bool(reporter and reporter.isatty)
    width = reporter.width if reporter else 80
    progress = ProgressLine(None if quiet or reporter is None else reporter, live=live, width=width)
    with _engines_own_warnings():
        answers = evaluation.ask(selection, progress, by_hand=by_hand)
    _end_quickly()
    usage = answers.usage
    if reporter and not quiet and answers.run.resumed and usage.reused:
        reporter.write_line(f"haerae: resumed an interrupted run: {usage.reused} stored, {usage.computed} asked")
    samples = {sample.nodeid: sample for sample in answers.samples if sample.nodeid}
    return Batch(selection, by_hand, answers, samples)


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
