from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.plugin.fixtures import ItemTests
from pytest_haerae.types import Verdict
from tests.unit.fakes import item
from tests.unit.plugin.sessions import a_test, config, report_of, with_session


def evaluation() -> Any:  # noqa: ANN401 - an EvaluationSession
    verdict = Verdict("correct")
    outcomes = SimpleNamespace(running=None, running_item=lambda: ("test", item(5)), verdict=lambda: verdict)
    return SimpleNamespace(outcomes=outcomes)


def value_of(fixture: Any, tests: ItemTests) -> object:  # noqa: ANN401 - a fixture
    return (
        fixture.__pytest_wrapped__.obj(tests) if hasattr(fixture, "__pytest_wrapped__") else fixture.__wrapped__(tests)
    )


def test_fixtures_give_the_running_tests_item_and_verdict(tmp_path: Path) -> None:
    session = evaluation()
    tests = ItemTests(with_session(config(tmp_path), session))
    assert value_of(vars(ItemTests)["haerae_item"], tests) == item(5)
    assert value_of(vars(ItemTests)["haerae_verdict"], tests) is session.outcomes.verdict()


def test_the_test_that_is_about_to_run_is_noted(tmp_path: Path) -> None:
    session, test = evaluation(), a_test(item())
    ItemTests(with_session(config(tmp_path), session)).pytest_runtest_setup(test)
    assert session.outcomes.running is test


def test_reports_reach_the_process_that_asked(tmp_path: Path) -> None:
    noted: list[pytest.TestReport] = []
    report = report_of("n")
    asking = SimpleNamespace(note=noted.append)
    ItemTests(with_session(config(tmp_path), asking)).pytest_runtest_logreport(report)
    assert noted == [report]


def test_without_an_evaluation_every_hook_leaves_tests_to_pytest(tmp_path: Path) -> None:
    tests = ItemTests(config(tmp_path))
    failed = pytest.CallInfo.from_call(lambda: 1 // 0, "call")
    call: Any = failed
    tests.pytest_runtest_setup(a_test(None))
    tests.pytest_runtest_logreport(report_of("n"))
    assert tests.pytest_runtest_makereport(a_test(None), call) is None
