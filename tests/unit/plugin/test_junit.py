from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast, get_args

import pytest

from pytest_haerae.config.options import JunitWrong
from pytest_haerae.config.run_config import build_config
from pytest_haerae.plugin.junit import show_wrong, shown_report, wrong_in_junit
from pytest_haerae.types import NOT_RIGHT, DataKey, Selected, Terms
from tests.unit.fakes import item
from tests.unit.plugin.sessions import report_of

HOW: tuple[JunitWrong, ...] = get_args(JunitWrong)
OTHERS: tuple[JunitWrong, ...] = ("skipped", "properties")


@pytest.mark.parametrize(
    ("raw", "terms", "how"),
    [
        ({}, (), "failures"),
        ({"max_error_rate": "0.1", "max_drop": "0.1"}, (), "failures"),
        ({"min_accuracy": ["history=0.5"]}, (), "properties"),
        ({"min_hangul": ["0.5"]}, (), "properties"),
        ({"baseline": "b.json"}, (), "properties"),
        ({"baseline": "b.json", "junit_wrong": "failures"}, (), "failures"),
        ({"junit_wrong": "skipped"}, (), "skipped"),
        ({}, (Terms("t", ("category",)),), "failures"),
        ({}, (Terms("t"), Terms("u", (), 0.0)), "properties"),
        ({"junit_wrong": "failures"}, (Terms("u", (), 0.5),), "failures"),
    ],
)
def test_where_a_gate_decides_wrong_items_are_no_failures(
    raw: dict[str, Any], terms: tuple[Terms, ...], how: str
) -> None:
    items = [Selected(item(0), "t", DataKey("d")), Selected(item(1), "t", DataKey("d"), terms)]
    assert wrong_in_junit(build_config({"model": "random", **raw}, Path()), items) == how


class Writer:
    """As pytest's writer: it is found by the method, and its hooks by their names."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.logfile = "junit.xml"

    def add_global_property(self, name: str, value: object) -> None: ...

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.shown.append(report.outcome)

    def pytest_sessionfinish(self) -> None:
        self.shown.append(self.logfile)


class Another:
    """Somebody else's plugin, which sees every report."""

    def __init__(self, seen: Writer) -> None:
        self._seen = seen

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seen.shown.append(report.outcome)


def failed(status: str | None = "wrong", when: str = "call") -> pytest.TestReport:
    report = report_of("test_a.py::test_a[x]", "failed", when, status)
    report.longrepr = "x wrong: predicted (A), reference (B)"
    return report


@pytest.mark.parametrize("status", NOT_RIGHT)
@pytest.mark.parametrize("when", ["setup", "call"])
def test_a_wrong_item_is_a_passed_or_a_skipped_test_that_is_counted(status: str, when: str) -> None:
    report = failed(status, when)
    passed, skipped = (shown_report(report, how) for how in ("properties", "skipped"))
    assert (passed.outcome, passed.when, passed.longrepr) == ("passed", "call", None)
    assert (skipped.outcome, skipped.when) == ("skipped", "call")
    assert skipped.longrepr == ("test_a.py", 2, "x wrong: predicted (A), reference (B)")
    assert passed.user_properties == skipped.user_properties == report.user_properties
    assert (report.outcome, report.when) == ("failed", when), "everybody else sees the report as it is"


@pytest.mark.parametrize("how", OTHERS)
def test_all_other_reports_are_as_they_are(how: JunitWrong) -> None:
    for report in (failed("error"), failed(None), report_of("n"), report_of("n", "skipped"), report_of("n", "passed")):
        assert shown_report(report, how) is report


def session(*plugins: object) -> Any:  # noqa: ANN401 - taken for a pytest.Config
    manager = pytest.PytestPluginManager()
    for plugin in plugins:
        manager.register(plugin)
    return cast(pytest.Config, SimpleNamespace(pluginmanager=manager))


@pytest.mark.parametrize("how", HOW)
def test_the_writer_alone_is_shown_them_otherwise_and_has_its_place_again_at_the_end(how: JunitWrong) -> None:
    writer, others = Writer(), Writer()
    config = session(writer, Another(others))
    put_back = show_wrong(config, how)
    config.hook = config.pluginmanager.hook
    config.hook.pytest_runtest_logreport(report=failed())
    config.hook.pytest_sessionfinish(session=None, exitstatus=0)
    expected = {"failures": "failed", "skipped": "skipped", "properties": "passed"}[how]
    assert writer.shown == [expected, "junit.xml"], "its state is one"
    assert others.shown == ["failed"]
    put_back()
    assert config.pluginmanager.is_registered(writer)
    config.hook.pytest_runtest_logreport(report=failed())
    assert writer.shown[2:] == ["failed"]


def test_without_a_file_nothing_is_changed() -> None:
    config = session()
    show_wrong(config, "properties")()
    assert not any(isinstance(plugin, Writer) for plugin in config.pluginmanager.get_plugins())
