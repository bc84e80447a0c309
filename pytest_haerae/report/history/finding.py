"""The run before: which run of the history a baseline names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_haerae.config.kept_run import NamedRun
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import Measured
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.gates.protocols import protocols_apart
from pytest_haerae.report.git import commits_up_to
from pytest_haerae.report.history.folder import KeptRun, kept_runs
from pytest_haerae.report.names import dataset_names, limit_of, model_name, scope_of, whole_subset_names
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.schema import Info


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is compared with has to be like.

    Attributes:
        measured: How it measures.
        subsets: What it is about, each subset with its data set's name.
        limit: How many items of each subset at most; None for all.
        scope: Which items of them otherwise; empty for all.
        across: Whether a run under another protocol is like it, and what that sets otherwise, as `check_measurement`.
    """

    measured: Measured
    subsets: frozenset[str]
    limit: int | None
    scope: Mapping[str, Any] = field(default_factory=dict)
    across: bool = False

    @classmethod
    def of_report(cls, info: Info, measured: Measured, *, across: bool = False) -> Wanted:
        """What a report's run is like."""
        return cls(measured, frozenset(whole_subset_names(info)), limit_of(info), scope_of(info), across)

    def unlike(self, run: KeptRun) -> str:
        """Why a run is not like that; empty where it is."""
        info = run.info
        # The samples' data sets are called as those of the run; of one alone any name will do.
        measured = Measured.of_report(info, dataset_names(info))
        if apart := protocols_apart(measured, self.measured):
            if not self.across:
                return f"its protocol and this run's are {apart}"
        else:
            for name, (then, now) in measured.differences_to(self.measured).items():
                return f"its {name} is {then!r}, this run's is {now!r}"
        if missing := sorted(self.subsets - whole_subset_names(info)):
            return f"it has no {missing[0]}" + (f" and {len(missing) - 1} more" if len(missing) > 1 else "")
        limit = limit_of(info)
        if limit is not None and (self.limit is None or limit < self.limit):
            return f"it has --limit={limit}, this run has {'none' if self.limit is None else f'--limit={self.limit}'}"
        if (scope := scope_of(info)) and scope != self.scope:
            return f"it is about a part of the items ({', '.join(scope)})"
        return ""


def candidates(
    named: NamedRun,
    folder: Path,
    model: str,
    place: str,
    warn: Callable[[str], object],
    *,
    after: KeptRun | None = None,
) -> list[KeptRun]:
    """The runs of a model that a baseline may mean, the best first.

    Args:
        named: What was typed.
        folder: The folder of the history.
        model: What the model is called.
        place: What the user named the baseline by, for messages.
        warn: Told in one line of each run that cannot be read.
        after: The run that is to be compared, where it may be in the history itself: only earlier ones are meant.

    Raises:
        UsageError: There is none.
    """
    runs = kept_runs(folder, warn)
    if after is not None:
        runs = [run for run in runs if run.name != after.name and run.info["started"] < after.info["started"]]
    of_model = [run for run in runs if model_name(run.info) == model]
    if not of_model:
        names = ", ".join(sorted({model_name(run.info) for run in runs}))
        has = f"it has runs of {names} alone" if names else "it has no run before this one"
        raise UsageError(f"{place}: {shown(folder)}: no run of {model}: {has}; {WAY_OUT}")
    found = list(_meant(named, of_model, place))
    if not found:
        raise UsageError(f"{place}: {shown(folder)}: no run of {model} {_words(named)}; {WAY_OUT}")
    return found


WAY_OUT = "evaluate it there without --baseline first, or name the file of a report"


def matching(found: Iterable[KeptRun], wanted: Wanted, place: str) -> Iterator[KeptRun]:
    """The runs among some that were measured as wanted, and on all that is wanted.

    Raises:
        UsageError: There is none; the message says what the first lacks.
    """
    first, some = "", False
    for run in found:
        reason = wanted.unlike(run)
        if not reason:
            some = True
            yield run
        first = first or f"{run.short}: {reason}"
    if not some:
        raise UsageError(f"{place}: no run of the history can be compared with this one ({first}); {WAY_OUT}")


def told(run: KeptRun) -> str:
    """A run in words: its hash, date and branch."""
    branch = run.info.get("git_branch")
    return f"run {run.short} of {run.info['started'][:10]}" + (f" on {branch}" if branch else "")


def _meant(named: NamedRun, runs: list[KeptRun], place: str) -> Iterator[KeptRun]:
    """What a name means of the runs of a model."""
    if named.is_commit:
        yield from _of_commit(named.ref, runs, place)
        return
    # A drop that a gate found is no level to hold the next run to.
    held = [run for run in runs if not failing_gates(run.info)]
    if not named.ref:
        yield from held
    elif any(run.info.get("git_branch") == named.ref for run in runs):
        yield from (run for run in held if run.info.get("git_branch") == named.ref)
    else:
        yield from _of_commit(named.ref, held, f"{place}: no run is of a branch '{named.ref}', and")


def _of_commit(ref: str, runs: list[KeptRun], place: str) -> Iterator[KeptRun]:
    """The runs of a commit, then those of the commits before it, the newest commit first."""
    order = {commit: number for number, commit in enumerate(commits_up_to(ref, place))}
    of_these = [run for run in runs if run.info["git_commit"] in order]
    # The runs of one commit stay in their order: the last one first.
    yield from sorted(of_these, key=lambda run: order[run.info["git_commit"] or ""])


def _words(named: NamedRun) -> str:
    if named.is_commit:
        return f"is of the commit {named.ref} or one before it"
    where = f"of {named.ref} " if named.ref else ""
    return f"{where}has kept its gates"
