from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pytest_haerae.run.questions import Questions
from pytest_haerae.run.stored_samples import StoredSamples
from pytest_haerae.types import Request, Response, Sample, Verdict
from tests.unit.fakes import Ledger, everything, prepared, scripted
from tests.unit.run.asked import ROWS, asked, failing, right


def test_another_process_learns_the_same_verdicts_from_the_store(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(failing, Ledger()))
    selection = everything(evaluation)
    with closing(asked(evaluation, selection)) as answers:
        store, number, expected = answers.run.store.path, answers.run.number, list(answers.samples)
    with closing(
        StoredSamples(evaluation.plan, Questions(evaluation.plan, evaluation.source), store, number)
    ) as stored:
        assert [stored.sample(selected) for selected in selection] == expected
        assert "HTTP 500" in stored.sample(selection[4]).verdict.explanation


def test_an_item_without_a_stored_answer_is_an_error_and_no_wrong_answer(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    selection = everything(evaluation)
    with closing(asked(evaluation, selection[:8])) as answers:
        store, number = answers.run.store.path, answers.run.number
    questions = Questions(evaluation.plan, evaluation.source)
    with closing(StoredSamples(evaluation.plan, questions, store, number)) as stored:
        last: Sample = stored.sample(selection[8])
    assert last.verdict.outcome == "error"
    assert "no response was stored for this item" in last.verdict.explanation


def test_the_verdicts_of_the_process_that_asked_are_taken_as_they_are(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    selection = everything(evaluation)
    with closing(asked(evaluation)) as answers:
        store, number = answers.run.store.path, answers.run.number
    verdict = Verdict("error", explanation="scorer moody: raised ValueError")
    questions = Questions(evaluation.plan, evaluation.source)
    with closing(StoredSamples(evaluation.plan, questions, store, number, {selection[0].nodeid: [verdict]})) as stored:
        first, second = stored.sample(selection[0]), stored.sample(selection[1])
    assert (first.verdict, second.verdict.outcome) == (verdict, "correct")
    assert first.response == answers.samples[0].response


def test_reasoning_is_told_apart_in_another_process_too(tmp_path: Path) -> None:
    said = "<think>먼저 B를 본다.</think>정답: (A)"
    evaluation = prepared(tmp_path, ROWS, scripted(lambda request: Response(text=said), Ledger()))
    selection = everything(evaluation)
    with closing(asked(evaluation)) as answers:
        store, number = answers.run.store.path, answers.run.number
    questions = Questions(evaluation.plan, evaluation.source)
    with closing(StoredSamples(evaluation.plan, questions, store, number)) as stored:
        response = stored.sample(selection[0]).response
    assert response == answers.samples[0].response
    assert response is not None
    assert response.reasoning == "먼저 B를 본다."


def test_a_skipped_item_is_as_skipped_in_another_process(tmp_path: Path) -> None:
    def likely(request: Request) -> Response:
        return Response(loglikelihoods=tuple(-1.0 - number for number in range(len(request.continuations))))

    rows = [{"query": "봄?", "options": "nan", "answer": "봄"}, {"query": "봄?", "options": "가|나", "answer": "(A)"}]
    evaluation = prepared(tmp_path, rows, scripted(likely, Ledger()), method="log_likelihood")
    with closing(asked(evaluation)) as answers:
        path, number, expected = answers.run.store.path, answers.run.number, list(answers.samples)
    with closing(StoredSamples(evaluation.plan, Questions(evaluation.plan, evaluation.source), path, number)) as stored:
        assert [stored.sample(selected) for selected in everything(evaluation)] == expected
    assert expected[0].response is None


def test_another_process_makes_its_keys_of_the_runs_own_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model's files, or its copy of the hub, may be other ones by the time a worker looks at them."""
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    selection = everything(evaluation)
    with closing(asked(evaluation, selection)) as answers:
        path, number, expected = answers.run.store.path, answers.run.number, list(answers.samples)
    again = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    monkeypatch.setattr(type(again.plan), "identity", "of another model")
    with closing(StoredSamples(again.plan, Questions(again.plan, again.source), path, number)) as stored:
        assert [stored.sample(selected) for selected in selection] == expected
