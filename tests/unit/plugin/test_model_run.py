from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.plugin.model_run import ModelRun
from pytest_haerae.types import Request
from tests.unit.plugin.sessions import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run(tmp_path, max_error_rate=1.0)
    made.tests[0].fixturenames = ("haerae_verdict", "haerae_model")
    return made


def test_a_model_that_made_room_is_loaded_again_by_a_further_question(run: Run) -> None:
    run.ask()
    asked = run.evaluation.run_of("")
    assert (run.ledger.loads, run.ledger.closed) == (1, 0)
    asked.make_room()
    assert (run.ledger.loads, run.ledger.closed) == (1, 1)
    asked.answer([Request("generate", "1번 문제는?")])
    assert (run.ledger.loads, run.ledger.closed) == (2, 1)
    run.evaluation.close()


def test_what_was_asked_nothing_changes_no_number_and_does_not_fail(run: Run) -> None:
    idle = ModelRun(run.evaluation.collection.evaluations.first)
    assert idle.finish(ended=True) == 0
    assert not idle.fails()
    idle.make_room()
    idle.close()


def test_tolerated_failures_are_taken_off_once(run: Run) -> None:
    run.ask()
    run.note(*run.tests)
    assert run.evaluation.run_of("").finish(ended=True) == -4, "two wrong answers, and two errors that are allowed"
    assert run.evaluation.run_of("").finish(ended=True) == 0
    run.evaluation.close()
