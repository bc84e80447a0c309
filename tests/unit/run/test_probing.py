from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation
from pytest_haerae.run.asking import Answers
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.variants import Variants, variants_of
from pytest_haerae.types import Request, Response
from tests.batch_server import BatchServer, serve_batches
from tests.unit.fakes import Ledger, everything, prepared, question, scripted
from tests.unit.run.asked import asked

ROWS = [question(number, options=["사과", "배", "감"]) for number in range(6)]
"""The right option goes round: 사과, 배, 감."""


def run(folder: Path, answer: Any, ledger: Ledger | None = None, **options: Any) -> Answers:  # noqa: ANN401
    evaluation = prepared(folder, ROWS, scripted(answer, ledger or Ledger()), **options)
    with closing(asked(evaluation)) as answers:
        return answers


def knowing(request: Request) -> Response:
    """Chooses the pear wherever it stands."""
    line = next(line for line in reversed(request.context.splitlines()) if line.endswith("배"))
    return Response(text=f"정답: {line[:3]}")


def test_what_is_chosen_is_known_by_its_place(tmp_path: Path) -> None:
    ledger = Ledger()
    answers = run(tmp_path, knowing, ledger, shuffle_options=3)
    assert [sample.verdict.outcome for sample in answers.samples] == ["wrong", "correct", "wrong"] * 2
    assert (len(ledger.asked), ledger.loads, ledger.closed) == (18, 1, 1)
    for sample in answers.samples:
        found = answers.probed.found[sample.nodeid]
        assert [each.outcome for each in found] == [sample.verdict.outcome] * 2
        assert {(each.way.order or ())[each.chosen or 0] for each in found} == {1}
    assert answers.usage.computed == 6
    assert answers.probed.totals is not None
    assert (answers.probed.totals.computed, answers.probed.totals.errors) == (12, 0)


def test_errors_are_the_probes_own_and_failed_items_are_not_asked_again(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        first = "(A) 사과" in request.context
        if "4번" in request.context:
            return Response(error="HTTP 500")
        return knowing(request) if first or "2번" not in request.context else Response(error="HTTP 502")

    ledger = Ledger()
    answers = run(tmp_path, answer, ledger, shuffle_options=3)
    outcomes = Counter(sample.verdict.outcome for sample in answers.samples)
    assert outcomes == {"wrong": 4, "correct": 1, "error": 1}
    of_second = answers.probed.found[answers.samples[2].nodeid]
    assert [each.outcome for each in of_second] == ["error", "error"]
    assert answers.samples[4].nodeid not in answers.probed.found
    assert len(ledger.asked) == 6 + 5 * 2
    assert answers.probed.totals is not None
    assert answers.probed.totals.errors == 2


def test_a_refusal_costs_the_probe_alone(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if "(A) 사과" not in request.context:
            raise UsageError("the server refuses")
        return knowing(request)

    answers = run(tmp_path, answer, shuffle_options=2)
    assert {sample.verdict.outcome for sample in answers.samples} == {"wrong", "correct"}
    assert all(each.outcome == "error" for found in answers.probed.found.values() for each in found)
    assert any("the server refuses" in note for note in answers.notes)


def _refusing(request: Request) -> Response:
    if "(A) 사과" not in request.context:
        raise UsageError("the server refuses")
    return knowing(request)


def _failing(request: Request) -> Response:
    return knowing(request) if "(A) 사과" in request.context else Response(error="too long")


def _gone(request: Request) -> Response:
    return Response(error="HTTP 500")


@pytest.mark.parametrize("answer", [_refusing, _failing, _gone])
def test_a_finished_run_whose_ways_all_failed_is_measured_anew(tmp_path: Path, answer: Any) -> None:  # noqa: ANN401
    numbers = []
    for _ in range(2):
        evaluation = prepared(tmp_path, ROWS, scripted(answer, Ledger()), shuffle_options=2)
        with closing(asked(evaluation)) as answers:
            numbers.append(answers.run.number)
            answers.run.finish()
    assert len(set(numbers)) == 2


def _wanted(evaluation: Evaluation) -> Variants:
    questions = Questions(evaluation.plan, evaluation.source)
    return variants_of(evaluation.plan, questions, everything(evaluation))


def test_an_error_of_the_runs_own_question_keeps_its_words(tmp_path: Path) -> None:
    rows = [{"question": "봄?", "answer": "봄"}]
    evaluation = prepared(tmp_path, rows, scripted(_gone, Ledger()), prompts="letter,answer_letter")
    with closing(asked(evaluation)) as answers:
        assert answers.probed.variants.asked == []
        assert {answers.run.store.failure(answers.run.number, each.key) for each in _wanted(evaluation).asked} == {
            "HTTP 500"
        }


def test_a_text_of_rows_is_scored_where_its_first_row_failed(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        if request.kind == "generate":
            return Response(error="HTTP 500") if "0번" in request.context else Response(text="정답: (A)")
        return Response(loglikelihoods=(-1.0,))

    answers = run(tmp_path, answer, probe_order=2)
    assert answers.samples[0].verdict.outcome == "error"
    found = answers.probed.found[answers.samples[0].nodeid]
    assert [each.value for each in found] == [-1.0] * 3


@pytest.mark.parametrize("options", [{"shuffle_options": 3}, {"prompts": "answer_letter,letter,letter_en"}])
def test_a_greater_probe_goes_on_from_a_finished_run(tmp_path: Path, options: dict[str, Any]) -> None:
    ledger = Ledger()
    evaluation = prepared(tmp_path, ROWS, scripted(knowing, ledger))
    with closing(asked(evaluation)) as answers:
        answers.run.finish()
    assert len(ledger.asked) == 6
    evaluation = prepared(tmp_path, ROWS, scripted(knowing, ledger), **options)
    with closing(asked(evaluation)) as answers:
        answers.run.finish()
    assert len(ledger.asked) == 18
    # As it was: measured anew.
    run(tmp_path, knowing, ledger, **options)
    assert len(ledger.asked) == 36


def test_a_probe_is_sent_in_a_batch_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.run.provider.LOOKS", (0.0, 0.01))
    with serve_batches(BatchServer()) as server:
        parameters = {"model_name": "m", "api_key": "not-needed", "api_base": server.address, "batch_poll": 0.005}
        evaluation = prepared(
            tmp_path, ROWS, model="openai", model_params=parameters, batch_api=True, shuffle_options=3
        )
        with closing(asked(evaluation)) as answers:
            assert [sample.verdict.prediction for sample in answers.samples] == ["A"] * 6
            assert answers.probed.totals is not None
            assert (answers.probed.totals.computed, answers.probed.totals.errors) == (12, 0)
        assert {each.chosen for found in answers.probed.found.values() for each in found} == {0}
        assert len(server.batches) == 2
