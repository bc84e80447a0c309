from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.errors import HaeraeError, StoreError
from pytest_haerae.plugin.loop import give_back, run_loop
from tests.unit.plugin.sessions import config, with_session


@pytest.fixture(autouse=True)
def given_back() -> Iterator[None]:
    """Nothing stays set aside for the next test, and the collector works as often."""
    usual = gc.get_threshold()
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


class Evaluation:
    """Writes down what it was told to do."""

    def __init__(self, problem: HaeraeError | None = None) -> None:
        self.calls: list[str] = []
        self.problem = problem
        self.collection = SimpleNamespace(select=lambda items: [f"selected {item}" for item in items])

    def ask(self, selection: list[str]) -> None:
        self.calls.append(f"ask {selection}")

    def finish(self, session: object, *, ended: bool = True) -> None:
        self.calls.append("finish" if ended else "finish early")
        if self.problem:
            raise self.problem


def run(session: Any, evaluation: Evaluation, ended: BaseException | object = "result") -> object:  # noqa: ANN401 - a pytest.Session
    """Run the loop around tests that end in a result or an exception."""
    loop = run_loop(session)
    next(loop)
    evaluation.calls.append("tests")
    try:
        if isinstance(ended, BaseException):
            loop.throw(ended)
        else:
            loop.send(ended)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it yields once")


def session_of(given: Any, failed: int = 0) -> Any:  # noqa: ANN401 - a pytest.Session
    return SimpleNamespace(config=given, testsfailed=failed, items=["a", "b"])


def test_the_model_is_asked_before_the_first_test_and_gates_are_judged_after_the_last(tmp_path: Path) -> None:
    evaluation = Evaluation()
    assert run(session_of(with_session(config(tmp_path), evaluation)), evaluation) == "result"
    assert evaluation.calls == ["ask ['selected a', 'selected b']", "tests", "finish"]


def test_nothing_is_asked_where_tests_are_only_listed_or_run_elsewhere(tmp_path: Path) -> None:
    def listing(given: Any) -> None:  # noqa: ANN401 - a configuration
        given.option.collectonly = True

    def controller(given: Any) -> None:  # noqa: ANN401 - a configuration
        given.plug("dsession", SimpleNamespace())

    def worker(given: Any) -> None:  # noqa: ANN401 - a configuration
        given.workerinput = {}

    def setting_up(given: Any) -> None:  # noqa: ANN401 - a configuration
        given.option.setuponly = True

    for change in (listing, setting_up, controller, worker):
        evaluation, given = Evaluation(), config(tmp_path)
        change(given)
        run(session_of(with_session(given, evaluation)), evaluation)
        assert evaluation.calls == ["tests", "finish"], change.__name__


@pytest.mark.parametrize("on", [False, True])
def test_after_errors_of_collection_nothing_is_asked_unless_pytest_goes_on(tmp_path: Path, on: bool) -> None:
    evaluation, given = Evaluation(), config(tmp_path)
    given.option.continue_on_collection_errors = on
    run(session_of(with_session(given, evaluation), failed=1), evaluation)
    assert (evaluation.calls[0] != "tests") == on


@pytest.mark.parametrize("problem", [None, StoreError("full")])
def test_tests_that_are_stopped_early_are_reported_and_stay_stopped(
    tmp_path: Path, problem: HaeraeError | None
) -> None:
    evaluation = Evaluation(problem)
    with pytest.raises(KeyboardInterrupt):
        run(session_of(with_session(config(tmp_path), evaluation)), evaluation, KeyboardInterrupt())
    assert evaluation.calls[1:] == ["tests", "finish early"]


def test_a_report_that_cannot_be_written_ends_in_a_line(tmp_path: Path) -> None:
    evaluation = Evaluation(StoreError("the disk is full"))
    with pytest.raises(pytest.UsageError, match=r"^the disk is full$"):
        run(session_of(with_session(config(tmp_path), evaluation)), evaluation)


def test_an_evaluation_that_comes_to_light_while_tests_run_is_finished(tmp_path: Path) -> None:
    evaluation, given = Evaluation(), config(tmp_path)
    loop = run_loop(session_of(given))
    next(loop)
    with_session(given, evaluation)
    with pytest.raises(StopIteration):
        loop.send("result")
    assert evaluation.calls == ["finish"]


def test_other_pytest_runs_are_left_alone(tmp_path: Path) -> None:
    assert run(session_of(config(tmp_path)), Evaluation()) == "result"


def test_what_stays_is_set_aside_until_pytest_ends(tmp_path: Path) -> None:
    evaluation = Evaluation()
    given = with_session(config(tmp_path), evaluation)
    run(session_of(given), evaluation)
    assert gc.get_freeze_count() > 0
    give_back(given)
    give_back(given)
    assert gc.get_freeze_count() == 0


def test_without_an_evaluation_nothing_is_set_aside(tmp_path: Path) -> None:
    given = config(tmp_path)
    run(session_of(given), Evaluation())
    assert gc.get_freeze_count() == 0
    give_back(given)
