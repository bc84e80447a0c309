"""Asking, reporting and the exit code, with the evaluation that a run has and pytest's part played by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.errors import BackendFailure
from pytest_haerae.plugin.selection import Selection
from tests.unit.plugin.sessions import Run


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, max_error_rate=0.5)
    yield made
    made.evaluation.close()


def test_wrong_answers_and_tolerated_errors_fail_no_run(run: Run) -> None:
    run.ask()
    run.note(*run.tests)
    assert run.session.testsfailed == 4
    report = run.finish()
    assert run.session.testsfailed == 0
    metrics = report["metrics"]
    assert (metrics["correct"], metrics["wrong"], metrics["errors"]) == (2, 2, 2)
    run.evaluation.finish(run.session)
    assert run.session.testsfailed == 0, "what is tolerated is taken off once"


def test_another_failure_stands(run: Run) -> None:
    run.ask()
    run.note(*run.tests)
    run.session.testsfailed += 1
    run.finish()
    assert run.session.testsfailed == 1


@pytest.mark.parametrize(("gate", "failed"), [({"min_accuracy": ["0.5"]}, 0), ({"min_accuracy": ["0.51"]}, 1)])
def test_a_failed_gate_fails_the_run(tmp_path: Path, gate: dict[str, Any], failed: int) -> None:
    made = Run(tmp_path, max_error_rate=0.5, **gate)
    made.ask()
    made.note(*made.tests)
    made.finish()
    made.evaluation.close()
    assert made.session.testsfailed == failed


def test_too_many_errors_fail_the_run(tmp_path: Path) -> None:
    made = Run(tmp_path, max_error_rate=0.3)
    made.ask()
    made.note(*made.tests)
    report = made.finish()
    made.evaluation.close()
    assert made.session.testsfailed == 1
    assert report["info"]["gates"][0]["verdict"] == "unmeasurable"


def test_tests_that_did_not_report_are_missing(run: Run) -> None:
    run.ask()
    run.note(*run.tests[:4])
    report = run.finish()
    assert report["info"]["complete"] is False
    assert len(report["samples"]) == 4
    assert run.session.testsfailed == 1


def test_the_whole_batch_is_asked_at_once_and_before_any_test(run: Run) -> None:
    run.ask()
    assert (run.ledger.loads, len(run.ledger.asked), run.ledger.closed) == (1, 6, 1)
    batch = run.evaluation.run_of("").batch
    assert batch is not None
    assert list(batch.samples) == [test.nodeid for test in run.tests]


def test_nothing_selected_is_nothing_asked_and_no_report(run: Run) -> None:
    run.evaluation.ask({"": Selection([])})
    run.evaluation.finish(run.session)
    assert (run.ledger.loads, run.evaluation.run_of("").batch, run.evaluation.run_of("").conclusion) == (0, None, None)
    assert not run.report_path.exists()


def test_a_batch_that_was_refused_leaves_the_earlier_report_as_it_is(tmp_path: Path) -> None:
    made = Run(tmp_path, min_accuracy=["other=0.5"])
    made.report_path.write_text("earlier")
    with pytest.raises(pytest.UsageError, match="--min-accuracy: unknown subset 'other'"):
        made.ask()
    made.evaluation.finish(made.session)
    assert made.report_path.read_text() == "earlier"
    assert made.ledger.loads == 0


def test_items_selected_by_hand_are_held_to_no_gate(tmp_path: Path) -> None:
    made = Run(tmp_path, min_accuracy=["other=0.5"], max_error_rate=0.5)
    made.evaluation.collection.note_deselected(made.tests[2:])
    made.tests = made.tests[:2]
    made.ask()
    made.note(*made.tests)
    assert made.finish()["info"]["selection"]["by_hand"] is True
    made.evaluation.close()
    assert made.session.testsfailed == 0


def test_a_worker_writes_no_report(run: Run) -> None:
    run.ask()
    run.note(*run.tests)
    run.config.workerinput = {}
    run.evaluation.finish(run.session)
    assert not run.report_path.exists()


def test_a_worker_has_the_verdicts_of_the_process_that_asked(run: Run, tmp_path: Path) -> None:
    run.ask()
    batch = run.evaluation.run_of("").batch
    assert batch is not None
    stored = batch.answers.run
    worker = Run(tmp_path, max_error_rate=0.5)
    worker.evaluation.read_from("", stored.store.path, stored.number, {})
    for test in run.tests:
        assert worker.evaluation._sample_of(test) == run.evaluation._sample_of(test)
    worker.evaluation.close()
    assert worker.ledger.loads == 0


def test_a_test_that_came_too_late_is_an_error(run: Run) -> None:
    asked, late = run.tests[:5], run.tests[5]
    run.evaluation.ask(run.evaluation.collection.select(asked))
    sample = run.evaluation._sample_of(late)
    assert sample is not None
    assert (sample.verdict.outcome, "it was not asked" in sample.verdict.explanation) == ("error", True)


def test_a_group_of_loadgroup_hides_no_verdict(run: Run) -> None:
    run.ask()
    grouped = SimpleNamespace(**{**vars(run.tests[0]), "nodeid": f"{run.tests[0].nodeid}@gpu"})
    test: Any = grouped
    assert run.evaluation._sample_of(test) == run.evaluation._sample_of(run.tests[0])


def test_junits_suite_has_the_numbers(run: Run) -> None:
    written: dict[str, str] = {}

    class Writer:
        def add_global_property(self, name: str, value: str) -> None:
            written[name] = value

    run.config.plug("xml", Writer())
    run.ask()
    run.note(*run.tests)
    run.finish()
    assert (written["haerae.correct"], written["haerae.errors"]) == ("2", "2")


def test_a_selected_item_keeps_its_place_in_the_report(run: Run) -> None:
    run.tests.reverse()
    run.ask()
    run.note(*run.tests)
    assert [sample["id"] for sample in run.finish()["samples"]] == [f"mine-{number:04d}" for number in range(6)]


def test_a_question_that_nobody_knew_of_is_answered_through_the_same_store(tmp_path: Path) -> None:
    run = Run(tmp_path)
    model = run.evaluation.language_model()
    assert model.generate("1번 문제는?").text == "정답: (A)"
    assert (run.ledger.loads, run.ledger.closed) == (1, 0)
    model.generate("1번 문제는?")
    assert len(run.ledger.asked) == 1
    assert not run.evaluation.fails(), "there is no item that a gate could be about"
    run.evaluation.finish(run.session)
    assert not run.report_path.exists()
    run.evaluation.close()
    assert run.ledger.closed == 1


def test_calls_beside_items_keep_the_run_open_until_all_tests_ran(tmp_path: Path) -> None:
    for ended, loads in ((False, 1), (True, 0)):
        run = Run(tmp_path, max_error_rate=1.0)
        run.tests[0].fixturenames = ("haerae_verdict", "haerae_model")
        run.ask()
        run.evaluation.language_model().generate("1번 문제는?")
        run.note(*run.tests)
        run.evaluation.finish(run.session, ended=ended)
        run.evaluation.close()
        asked = len([request for request in run.ledger.asked if request.context == "1번 문제는?"])
        assert asked == loads, "the second session goes on where the first stopped"


def test_a_question_that_fails_again_keeps_no_earlier_answers(tmp_path: Path) -> None:
    """Once, it alone is asked again; for ever, the items of the first night would decide every later gate."""
    resumed = []
    for _ in range(3):
        run = Run(tmp_path, max_error_rate=1.0)
        run.tests[0].fixturenames = ("haerae_verdict", "haerae_model")
        run.ask()
        batch = run.evaluation.run_of("").batch
        assert batch is not None
        resumed.append(batch.answers.run.resumed)
        with pytest.raises(BackendFailure, match="HTTP 500"):
            run.evaluation.language_model().generate("8번 문제는?")
        run.note(*run.tests)
        run.finish()
        run.evaluation.close()
    assert resumed == [False, True, False]


def test_items_that_are_done_are_kept_where_the_end_came_before_the_first_call(tmp_path: Path) -> None:
    for asked in (6, 2):  # then the two that ended in an error
        run = Run(tmp_path, max_error_rate=1.0)
        run.tests[0].fixturenames = ("haerae_verdict", "haerae_model")
        run.ask()
        assert len(run.ledger.asked) == asked
        run.note(*run.tests)
        run.evaluation.finish(run.session, ended=False)
        run.evaluation.close()
