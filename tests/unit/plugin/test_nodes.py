from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.nodes import (
    add_suite_properties,
    has_item_fixture,
    is_without_model,
    is_worker,
    item_parameter,
    plain_nodeid,
    refused,
    skip_without_model,
    status_of,
    without_placeholders,
)
from tests.unit.fakes import item
from tests.unit.plugin.sessions import a_test, config, report_of


@pytest.mark.parametrize("suffix", ["", "@gpu", "@a_b", "@a]b"])
@pytest.mark.parametrize("place", ["suites/test_a.py::", "test_a.py::TestA::"])
def test_a_group_of_loadgroup_is_no_part_of_a_node_id(place: str, suffix: str) -> None:
    test: Any = SimpleNamespace(
        name="test_a[csat_geo-0003]", originalname="test_a", nodeid=f"{place}test_a[csat_geo-0003]{suffix}"
    )
    assert plain_nodeid(test.nodeid) == f"{place}test_a[csat_geo-0003]"


def test_an_at_sign_of_ones_own_stays() -> None:
    for nodeid in (
        "[x]@home/test_a.py::test_a[i]",
        "test_a.py::test_a[x@y]",
        "folder@2/test_a.py::test_a",
        "test_a.py::test_a[csat_geo-0003]",
    ):
        assert plain_nodeid(nodeid) == nodeid


@pytest.mark.parametrize("fixture", ["haerae_item", "haerae_verdict", "haerae_response", "haerae_responses"])
def test_a_test_of_an_item_is_known_by_either_fixture(fixture: str) -> None:
    question = item()
    assert item_parameter(a_test(question, fixture=fixture)) is question
    assert item_parameter(a_test(question, fixture="another")) is None
    assert item_parameter(a_test(None)) is None


def test_only_placeholders_are_dropped() -> None:
    with_item, ordinary = a_test(item()), a_test(None)
    placeholder: Any = SimpleNamespace(callspec=SimpleNamespace(params={"haerae_item": None}), stash=pytest.Stash())
    assert has_item_fixture(placeholder)
    assert without_placeholders([with_item, placeholder, ordinary]) == [with_item, ordinary]
    assert without_placeholders(None) is None
    assert without_placeholders(placeholder) is placeholder


def test_a_users_own_test_becomes_a_placeholder() -> None:
    marks: list[pytest.MarkDecorator] = []
    test = a_test(None)
    test.add_marker = marks.append
    assert not is_without_model(test)
    skip_without_model(test)
    assert is_without_model(test)
    assert [mark.name for mark in marks] == ["skip"]
    assert without_placeholders([test]) == [test], "it is shown as skipped"


def test_the_last_mark_on_a_report_counts() -> None:
    report = report_of("n", "failed", status="wrong")
    assert status_of(report) == "wrong"
    report.user_properties.append(("haerae_status", "error"))
    assert status_of(report) == "error"
    assert status_of(report_of("n")) is None


def test_a_worker_is_known_by_its_input(tmp_path: Path) -> None:
    given = config(tmp_path)
    assert not is_worker(given)
    given.workerinput = {}
    assert is_worker(given)


def test_names_and_values_reach_the_writer_of_junits_xml(tmp_path: Path) -> None:
    given = config(tmp_path)
    add_suite_properties(given, [("a", "1")])
    written: list[tuple[str, str]] = []

    class Writer:
        def add_global_property(self, name: str, value: str) -> None:
            written.append((name, value))

    given.plug("xml", Writer())
    add_suite_properties(given, [("a", "1"), ("b", "2")])
    assert written == [("a", "1"), ("b", "2")]


def test_the_file_of_a_refused_junit_option_is_not_written() -> None:
    class Writer:
        logfile = "questions.jsonl"

        def add_global_property(self, name: str, value: object) -> None: ...

    for message, logfile in (("--junitxml q: would write over", os.devnull), ("--limit: 0", Writer.logfile)):
        writer, manager = Writer(), pytest.PytestPluginManager()
        manager.register(writer)
        config = cast(pytest.Config, SimpleNamespace(pluginmanager=manager))
        assert str(refused(config, UsageError(message))) == message
        assert writer.logfile == logfile
