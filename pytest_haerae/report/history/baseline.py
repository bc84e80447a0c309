"""The report that a gate compares with: of a file at once, or of the history once it is known what is measured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pytest_haerae.config.kept_run import NamedRun
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import Measured, check_measurement
from pytest_haerae.gates.coverage import check_common
from pytest_haerae.report.history.finding import Wanted, candidates, matching, told
from pytest_haerae.report.history.folder import HISTORY, KeptRun, given_back
from pytest_haerae.report.names import dataset_names, model_name
from pytest_haerae.report.read import read_report
from pytest_haerae.report.schema import Info, Report
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Plan
from pytest_haerae.statistics.pairing import Mark, mark_of
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.typed_files import read_typed, typed_path
from pytest_haerae.types import Selected, grouped

Read = TypeVar("Read")


class Baseline:
    """The baseline of a run.

    Args:
        named: What was typed.
        folder: The folder of the history.
        model: What the run's model is called.

    Attributes:
        named: What was typed; once a run of the history is found, with that.
        notes: Lines for people: which run it is, and what cannot be read any more.

    Raises:
        UsageError: The file is no report, or the history has no run that could be meant.
    """

    def __init__(self, named: Path | NamedRun, folder: Path, model: str) -> None:
        self.named = named
        self.notes: list[str] = []
        self._folder = folder
        self._report: Report | None = None
        self._candidates: list[KeptRun] = []
        if isinstance(named, NamedRun):
            self._candidates = candidates(named, folder, model, self.place, self.notes.append)
        else:
            self._report = read_report(named, self.place)

    @property
    def place(self) -> str:
        """What the user named it by, for messages."""
        return f"--baseline {self.named}"

    @property
    def report(self) -> Report:
        """The report, which was settled on."""
        assert self._report is not None  # noqa: S101 - it is settled before anything is compared
        return self._report

    def settle(self, wanted: Wanted) -> Report:
        """Decide for the report, now that it is known what the run is like.

        Raises:
            UsageError: The history has none to compare it with.
        """
        if self._report is None and isinstance(self.named, NamedRun):
            run, self._report = first_readable(
                self._candidates,
                wanted,
                folder=self._folder,
                place=self.place,
                read=lambda path: read_report(path, self.place),
                notes=self.notes,
            )
            self.named = replace(self.named, found=told(run))
            self.notes.append(f"baseline: {self.named}")
        return self.report

    def check(self, plan: Plan, source: ItemSource, about: Sequence[Selected], marks: Sequence[Mark]) -> None:
        """Settle on the report, and refuse one that was measured otherwise or has no item in common.

        Args:
            plan: What is measured.
            source: Where the items come from.
            about: All that the run is about.
            marks: What tells their rows; empty where they were selected by hand, so that no gate is evaluated.

        Raises:
            UsageError: Naming the field, or an item.
        """
        names = {data: source.name_of(data) for data in dict.fromkeys(entry.data for entry in about) or plan.parts}
        now = Measured.of_plan(plan, names)
        subsets = frozenset(grouped(names[entry.data], entry.item.subset) for entry in about)
        across = plan.config.across
        report = self.settle(Wanted(now, subsets, plan.config.limit, plan.config.item_scope.to_json(), across))
        earlier = list(map(mark_of, report["samples"]))
        then = Measured.of_report(report["info"], (mark.dataset for mark in earlier))
        check_measurement(self.place, report["info"], then, now, across=across)
        if marks:
            check_common(self.place, earlier, marks, several=plan.several)


def first_readable(
    found: list[KeptRun],
    wanted: Wanted,
    *,
    folder: Path,
    place: str,
    read: Callable[[Path], Read],
    notes: list[str],
) -> tuple[KeptRun, Read]:
    """The first run that is like what is wanted and can still be read.

    Args:
        found: The runs that may be meant, the best first.
        wanted: What it has to be like.
        folder: The folder of the history.
        place: What the user named it by, for messages.
        read: Reads a report.
        notes: Where lines about damaged runs go.

    Raises:
        UsageError: There is none.
    """
    for run in matching(found, wanted, place):
        try:
            with given_back(folder, run.name) as path:
                return run, read(path)
        except UsageError as error:
            notes.append(str(error))
    raise UsageError(f"{place}: {notes[-1]}")


def read_earlier(
    named: NamedRun,
    path: Path,
    info: Info,
    metrics: Metrics,
    read: Callable[[Path, str], Read],
    *,
    place: str,
    across: bool = False,
) -> tuple[Read, list[str]]:
    """The run of the history that a report is compared with, from before it.

    Args:
        named: What was typed.
        path: The report's file.
        info: What it says of its run.
        metrics: What that measured.
        read: Reads a report of a file, which has this name in messages.
        place: What the user named the baseline by, for messages.
        across: Whether a run under another protocol may be the one.

    Returns:
        What was read of that run, and lines for people: which run it is, and what cannot be read any more.

    Raises:
        UsageError: The history below the current folder has none, or the report comes from a pipe, which is read once.
    """
    if not typed_path(place, path).is_file():
        raise UsageError(f"{place}: {path} is no file that could be found in the history; write the report to one")
    notes: list[str] = []
    own = KeptRun(hashlib.sha256(read_typed(path)).hexdigest(), metrics, info)
    found = candidates(named, HISTORY, model_name(info), place, notes.append, after=own)
    run, earlier = first_readable(
        found,
        Wanted.of_report(info, Measured.of_report(info, dataset_names(info)), across=across),
        folder=HISTORY,
        place=place,
        read=lambda given: read(given, place),
        notes=notes,
    )
    return earlier, [*notes, f"{named.text}: {told(run)}"]
