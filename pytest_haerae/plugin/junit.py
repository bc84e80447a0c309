"""How wrong items stand in the file of ``--junitxml``: its writer alone is shown other reports than everybody else."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pytest_haerae.config.options import JunitWrong
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.plugin.nodes import junit_writers, status_of
from pytest_haerae.types import NOT_RIGHT, Selected


def wrong_in_junit(config: RunConfig, items: Iterable[Selected]) -> JunitWrong:
    """How wrong items stand there: where a gate decides, the run's or a suite's, none of them is a failure by itself.

    Args:
        config: The run's configuration.
        items: What the run is about, with what the suites say of it.
    """
    if config.junit_wrong:
        return config.junit_wrong
    of_suites = (terms for entry in items for terms in entry.terms if terms.min_accuracy is not None)
    return "properties" if config.min_accuracy or config.min_hangul or config.baseline or any(of_suites) else "failures"


def show_wrong(config: pytest.Config, how: JunitWrong) -> Callable[[], None]:
    """Let wrong items stand in JUnit's XML as they are to stand there; as failures they do anyway.

    The writer's hook cannot be told apart by its order from those of the terminal, the cache and ``-x``, which go on to
    see failures: so a view of the writer takes its place among the plugins.

    Args:
        config: The session's configuration.
        how: As `wrong_in_junit` says.

    Returns:
        Gives the writer its place again: at its end pytest takes out the plugin that it put there.
    """
    manager = config.pluginmanager
    views = {view_of(writer, how): writer for writer in junit_writers(config)} if how != "failures" else {}
    for view, writer in views.items():
        manager.unregister(writer)
        manager.register(view)

    def put_back() -> None:
        for view, writer in views.items():
            manager.unregister(view)
            manager.register(writer)

    return put_back


def view_of(writer: Any, how: JunitWrong) -> Any:  # noqa: ANN401 - pytest keeps the class private
    """A writer with the same state that is shown wrong items otherwise, and is the same in all else."""
    kind = type(writer)

    def pytest_runtest_logreport(self: object, report: pytest.TestReport) -> None:
        kind.pytest_runtest_logreport(self, shown_report(report, how))

    view: Any = object.__new__(type("JunitView", (kind,), {"pytest_runtest_logreport": pytest_runtest_logreport}))
    view.__dict__ = writer.__dict__
    return view


def shown_report(report: pytest.TestReport, how: JunitWrong) -> pytest.TestReport:
    """A report as the XML is to show it: a wrong item's is a copy, skipped or passed; all others are as they are.

    A failure of the user's own on a wrong item has no status of this plugin's, and stays one.
    """
    if not report.failed or status_of(report) not in NOT_RIGHT:
        return report
    shown = copy.copy(report)
    # Also where a fixture of the user's asserted it: a setup that passed is no test that is counted.
    shown.when = "call"
    if how == "skipped":
        file, line, _ = report.location
        shown.outcome, shown.longrepr = "skipped", (file, (line or 0) + 1, str(report.longrepr))
    else:
        shown.outcome, shown.longrepr = "passed", None
    return shown
