"""What the plugin's hooks delegate to: collection, the one batch, outcomes, and the end of the run."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import warnings
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

from pytest_haerae.config.options import OPTIONS
from pytest_haerae.errors import BackendFailure, HaeraeError, UsageError
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.plugin.nodes import (
    ITEM_FIXTURES,
    PROPERTY_ID,
    PROPERTY_STATUS,
    add_suite_properties,
    function_nodeid,
    is_of_item,
    is_worker,
    item_parameter,
    one_line_report,
    plain_nodeid,
    rerun_command,
    status_of,
)
from pytest_haerae.plugin.scope import Scope, Suite, read_suite
from pytest_haerae.redact import secrets_in
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.schema import Report
from pytest_haerae.report.show.ci import item_properties, suite_properties, workflow_commands
from pytest_haerae.report.show.terminal import summary_lines
from pytest_haerae.run.progress import ProgressLine, TerminalWriter
from pytest_haerae.run.runner import Run
from pytest_haerae.types import DataKey, Item, Sample, Selected, Verdict

MARKER = "haerae"
_VERDICT = pytest.StashKey[Verdict]()
_QUIETEST = -2


@cache
def _end_quickly() -> None:
    """Let this process end without a search for cycles among the objects of all tests: 4 of 27 s with 35,000 items.

    At the process's end alone: in a process that lives on after pytest, what is frozen would never be freed.
    """
    atexit.register(gc.freeze)


class EvaluationSession:
    """The evaluation inside one pytest session, on whichever process it runs."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.problem: UsageError | None = None
        self.selection: list[Selected] = []
        self.samples: dict[str, Sample] = {}
        self.received: set[str] = set()
        self.tolerated = 0
        self.by_hand = False
        self.scope = Scope()
        self.running: pytest.Item | None = None
        self.report: Report | None = None
        self._run: Run | None = None
        self._data: dict[str, DataKey] = {}

    # -- configuration ------------------------------------------------------------------------------------------

    @property
    def run(self) -> Run:
        """The validated run, made at the first use.

        Raises:
            UsageError: The configuration is not usable.
        """
        if self._run is None:
            from pytest_haerae.config.run_config import build_config

            backends: dict[str, Any] = {}
            for more in self.config.hook.pytest_haerae_backends():
                backends.update(more)
            self._run = Run(build_config(self._raw_options(), self.config.rootpath), backends)
        return self._run

    def _raw_options(self) -> dict[str, Any]:
        raw: dict[str, Any] = {}
        for option in OPTIONS:
            name = f"haerae_{option.name}"
            value = self.config.getoption(name)
            raw[option.name] = value if value not in (None, []) else self.config.getini(name)
        if self.scope.dataset is not None:
            raw["dataset"] = self.scope.dataset
        return raw

    # -- collection ---------------------------------------------------------------------------------------------

    def parametrize(self, metafunc: pytest.Metafunc) -> None:
        """Give a test that uses the fixtures its items; a mistake of the user's is kept for `finish_collection`."""
        marker = metafunc.definition.get_closest_marker(MARKER)
        suite = read_suite(marker.kwargs if marker else {}, metafunc.definition.path)
        items: list[Item] = []
        if self.problem is None:
            try:
                if self._in_scope(suite):
                    data = self._data_of(suite)
                    self._data[metafunc.definition.nodeid] = data
                    for subset in self._subsets_of(suite, data):
                        items.extend(self.run.items(data, subset))
            except UsageError as error:
                self.problem = error
        # A suite out of scope collects nothing; pytest needs one parameter set, which `without_placeholders` drops.
        params: list[Item | None] = [*items] or [None]
        names = [name for name in ITEM_FIXTURES if name in metafunc.fixturenames]
        ids = [item.id if item else "none" for item in params]
        metafunc.parametrize(names, [(item,) * len(names) for item in params], ids=ids, indirect=True)

    def _in_scope(self, suite: Suite) -> bool:
        """Whether a suite is about the run's data set, or about one of its own that is no benchmark."""
        arguments, start = [str(argument) for argument in self.config.args], self.config.invocation_params.dir
        named = suite.is_named_in(arguments, start)
        if suite.benchmark is None:
            if suite.dataset is None:
                self.scope.check_default(suite, named)
            return True
        raw, before = self._raw_options(), self.scope.dataset
        chosen = raw["dataset"] or (self.run.config.dataset if raw["demo"] else None)
        begun = chosen is None and self._run is not None and self.run.default_data in self._data.values()
        admitted = self.scope.admits(suite, chosen, named, begun=begun)
        if self.scope.dataset != before:
            self._run = None  # made for another data set, and nothing of it is open yet
        return admitted

    def _data_of(self, suite: Suite) -> DataKey:
        if suite.dataset is None or suite.benchmark:
            return self.run.default_data
        return DataKey(suite.dataset, str(suite.path.parent))

    def _subsets_of(self, suite: Suite, data: DataKey) -> list[str]:
        """The subsets in scope: those the marker names, or of a generic suite those no other suite names."""
        wanted = self.run.config.subset
        present = self.run.loader(data).dataset.subsets()
        candidates = suite.candidates(data.name, present, own=data == self.run.default_data)
        return [name for name in candidates if name in present and (not wanted or name in wanted)]

    def finish_collection(self, items: list[pytest.Item]) -> None:
        """End with the user's mistake, if there was one.

        Raises:
            pytest.UsageError: Exit code 4, one line.
        """
        try:
            if self._run is not None and self.problem is None:
                self.run.check_subsets()
            if not items and self.problem is None:
                self.scope.refuse_nothing()
        except UsageError as error:
            self.problem = error
        if self.problem is not None and not is_worker(self.config):
            raise pytest.UsageError(str(self.problem))
        if self.problem is not None:
            items.clear()

    def select(self, items: Iterable[pytest.Item]) -> list[Selected]:
        """The items to ask, of what is left after every deselection."""
        return [
            Selected(parameter, plain_nodeid(item.nodeid), self._data[function_nodeid(item)])
            for item in items
            if (parameter := item_parameter(item)) is not None
        ]

    def note_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note that items were selected by hand; ordinary tests that -k or -m left out do not count."""
        self.by_hand = self.by_hand or any(item_parameter(item) is not None for item in items)

    def selected_by_hand(self) -> bool:
        """Whether -k, --lf, a node id or --deselect chose the items: then gates are not evaluated."""
        option = self.config.option
        by_node = any("::" in str(argument) for argument in self.config.args)
        return self.by_hand or by_node or bool(getattr(option, "lf", False))

    # -- the batch ----------------------------------------------------------------------------------------------

    def batch(self, selection: list[Selected]) -> None:
        """Ask all selected items in one pass, before the first test.

        Raises:
            pytest.UsageError: The model can not be loaded, or the store can not be written; exit code 4.
        """
        if not selection:
            return
        reporter = self._reporter()
        quiet = self.config.option.verbose <= _QUIETEST
        if reporter and not quiet:
            reporter.ensure_newline()
            reporter.write_line(f"haerae: {self.run.describe()}, {len(selection)} items")
        live = bool(reporter and reporter.isatty)
        width = reporter.width if reporter else 80
        progress = ProgressLine(None if quiet or reporter is None else reporter, live=live, width=width)
        try:
            # A user's `filterwarnings = error` is meant for tests, not for what an engine's libraries deprecate.
            with warnings.catch_warnings():
                warnings.simplefilter("default")
                for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
                    warnings.simplefilter("ignore", category)
                samples = self.run.ask(selection, progress, by_hand=self.selected_by_hand())
        except HaeraeError as error:
            raise pytest.UsageError(str(error)) from None
        _end_quickly()
        # Only now: where the batch was not done, an earlier report is not written over by an empty one.
        self.selection = selection
        self.samples = {sample.nodeid: sample for sample in samples if sample.nodeid}
        usage = self.run.usage
        if reporter and not quiet and self.run.resumed and usage.reused:
            reporter.write_line(f"haerae: resumed an interrupted run: {usage.reused} stored, {usage.computed} asked")

    def _reporter(self) -> TerminalWriter | None:
        plugin = self.config.pluginmanager.get_plugin("terminalreporter")
        return TerminalWriter(plugin) if plugin else None

    # -- one test -----------------------------------------------------------------------------------------------

    def running_item(self) -> tuple[pytest.Item, Item]:
        """The test that runs, and the item that it is about."""
        test = self.running
        parameter = item_parameter(test) if test else None
        assert test is not None and parameter is not None  # noqa: S101, PT018 - a parametrized test asks for a fixture
        return test, parameter

    def verdict(self) -> Verdict:
        """The verdict on the running test's item, noted for its report.

        Raises:
            BackendFailure: The backend gave no answer.
        """
        item, parameter = self.running_item()
        nodeid = plain_nodeid(item.nodeid)
        sample = self.samples.get(nodeid)
        if sample is None:
            sample = self.run.stored_sample(Selected(parameter, nodeid, self._data[function_nodeid(item)]))
        verdict = sample.verdict
        item.stash[_VERDICT] = verdict
        item.user_properties += [(PROPERTY_ID, parameter.id), *item_properties(parameter, verdict)]
        if verdict.outcome == "skipped":
            pytest.skip(verdict.explanation)
        if verdict.outcome == "error":
            raise BackendFailure(verdict.explanation)
        return verdict

    def make_report(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """The report of a wrong answer or of a backend error, one line and marked; None leaves a test to pytest."""
        verdict = item.stash.get(_VERDICT, None)
        if verdict is None or call.excinfo is None:
            return None
        expected = BackendFailure if verdict.outcome == "error" else AssertionError
        if verdict.outcome not in ("wrong", "invalid", "error") or not call.excinfo.errisinstance(expected):
            return None
        report = one_line_report(item, call, verdict.explanation)
        report.user_properties = [*report.user_properties, (PROPERTY_STATUS, verdict.outcome)]
        return report

    # -- the end ------------------------------------------------------------------------------------------------

    def note(self, report: pytest.TestReport) -> None:
        """Take note of a finished test, from this process or from a worker."""
        if not is_of_item(report):
            return
        nodeid = plain_nodeid(report.nodeid)
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self.received.add(nodeid)
        # A worker that found something else than this process is not to be trusted: its failure stands.
        if report.failed and nodeid in self.samples and status_of(report) == self.samples[nodeid].verdict.outcome:
            self.tolerated += 1

    def finish(self, session: pytest.Session) -> None:
        """Judge the gates, write the report, and set what the exit code is made from.

        Wrong answers and tolerated errors do not fail a run; a failed gate or an unmeasurable run does.

        Raises:
            HaeraeError: The report or the store can not be written.
        """
        if not self.selection or is_worker(self.config):
            return
        samples = [self.samples[entry.nodeid] for entry in self.selection if entry.nodeid in self.received]
        completeness = Completeness(
            by_hand=self.selected_by_hand(),
            missing=len(self.selection) - len(samples),
            errors=sum(sample.verdict.outcome == "error" for sample in samples),
            asked=len(self.selection),
        )
        self.report = self.run.report(self.selection, samples, completeness)
        add_suite_properties(self.config, suite_properties(self.report))
        session.testsfailed -= self.tolerated
        self.tolerated = 0
        if failing_gates(self.report["info"]["gates"]):
            session.testsfailed += 1

    def summarise(self, write_line: Any, write_sep: Any) -> None:  # noqa: ANN401 - the reporter's methods
        """Write the terminal summary."""
        if self.report is None:
            return
        if os.environ.get("GITHUB_ACTIONS") == "true":
            for line in workflow_commands(self.report):
                write_line(line)
        if self.config.option.verbose <= _QUIETEST:
            return
        write_sep("=", f"haerae: {self.run.describe()}")
        samples = (self.samples[entry.nodeid] for entry in self.selection if entry.nodeid in self.received)
        wrong = [sample.verdict.explanation for sample in samples if sample.verdict.outcome in ("wrong", "invalid")]
        width = shutil.get_terminal_size().columns
        lines = summary_lines(
            self.report,
            width=width,
            wrong=wrong,
            output_file=str(shown(self.run.config.output_file)),
            rerun=rerun_command(self.config, secrets_in(self.run.config.model_params)),
        )
        for line in [*lines, *self.run.notes]:
            write_line(line)

    def close(self) -> None:
        """Close the run's store."""
        if self._run is not None:
            self._run.close()
