from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue import registry
from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.evaluation import prepare
from pytest_haerae.run.asking import Answers, ask, in_order
from pytest_haerae.run.questions import Questions
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import DataKey, Method, Request, Response, Selected
from tests.unit.fakes import Ledger, everything, item, prepared, question, scripted, write_rows
from tests.unit.run.asked import ROWS, asked, failing, right


def outcomes(answers: Answers) -> list[str]:
    return [sample.verdict.outcome for sample in answers.samples]


@pytest.mark.parametrize("backwards", [False, True])
def test_answers_are_joined_by_key_whatever_order_they_come_in(tmp_path: Path, backwards: bool) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger(), backwards=backwards))
    with closing(asked(evaluation)) as answers:
        assert outcomes(answers) == ["correct"] * len(ROWS)


def test_items_with_equal_requests_share_one_answer_and_have_a_verdict_each(tmp_path: Path) -> None:
    ledger = Ledger()
    rows = [ROWS[0], ROWS[1], ROWS[0], {**ROWS[1], "answer": "C"}, ROWS[2]]
    with closing(asked(prepared(tmp_path, rows, scripted(right, ledger, backwards=True)))) as answers:
        assert outcomes(answers) == ["correct", "correct", "correct", "wrong", "correct"]
        assert [sample.item.index for sample in answers.samples] == list(range(5))
    assert (len(ledger.asked), answers.usage.computed) == (3, 3)


def test_what_the_method_does_not_apply_to_is_skipped_and_not_asked(tmp_path: Path) -> None:
    ledger = Ledger()

    def likely(request: Request) -> Response:
        return Response(loglikelihoods=tuple(-1.0 - number for number in range(len(request.continuations))))

    rows = [{"query": "봄?", "options": "nan", "answer": "봄"}, {"query": "봄?", "options": "가|나", "answer": "(A)"}]
    evaluation = prepared(tmp_path, rows, scripted(likely, ledger), method="log_likelihood")
    with closing(asked(evaluation)) as answers:
        assert outcomes(answers) == ["skipped", "correct"]
        assert answers.samples[0].response is None
    assert len(ledger.asked) == 1


@pytest.mark.parametrize(
    ("finished", "options", "counts"),
    [
        (False, {}, (1, 8)),
        (False, {"resume": False}, (9, 0)),
        (True, {}, (9, 0)),
        (True, {"rerun": "errors"}, (1, 8)),
        (True, {"rerun": "errors", "resume": False}, (1, 8)),
        (True, {"reuse": True}, (1, 8)),
    ],
    ids=["interrupted", "no-resume", "finished", "rerun-errors", "rerun-errors-no-resume", "reuse"],
)
def test_what_a_second_run_asks_again(
    tmp_path: Path, finished: bool, options: dict[str, Any], counts: tuple[int, int]
) -> None:
    with closing(asked(prepared(tmp_path, ROWS, scripted(failing, Ledger())))) as answers:
        assert outcomes(answers).count("error") == 1
        assert not answers.run.resumed
        if finished:
            answers.run.finish()
    with closing(asked(prepared(tmp_path, ROWS, scripted(right, Ledger()), **options))) as again:
        assert (again.usage.computed, again.usage.reused) == counts
        assert again.run.resumed == (counts[1] > 0 and "reuse" not in options)
        assert outcomes(again) == ["correct"] * len(ROWS)


def test_a_run_over_other_items_is_another_run(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, scripted(right, Ledger()))
    selection = everything(evaluation)
    with closing(asked(evaluation, selection[:4])) as answers:
        first = answers.run.number
    with closing(asked(evaluation, selection)) as answers:
        assert answers.run.number != first
        assert (answers.usage.computed, answers.run.resumed) == (9, False)


def test_the_models_key_is_in_no_error_that_a_server_words(tmp_path: Path) -> None:
    key = "plain-looking-key-1"

    def repeating(request: Request) -> Response:
        return Response(error=f"401: {key} is not welcome")

    backend = scripted(repeating, Ledger())
    with closing(asked(prepared(tmp_path, ROWS[:1], backend, model_params={"api_key": key}))) as answers:
        (sample,) = answers.samples
    assert sample.response is not None
    assert sample.response.error == "401: *** is not welcome"


def test_a_store_is_closed_where_nothing_could_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def interrupted(request: Request) -> Response:
        raise KeyboardInterrupt

    monkeypatch.setattr("pytest_haerae.run.asking.Store.close", lambda store: closed.append(True))
    evaluation = prepared(tmp_path, ROWS, scripted(interrupted, Ledger()))
    with pytest.raises(KeyboardInterrupt):
        asked(evaluation)
    assert closed == [True]


@given(st.permutations(range(12)))
def test_one_order_whichever_door_asks(order: list[int]) -> None:
    data = DataKey("d")
    sorted_ = [
        Selected(item(number, subset), test, data) for subset in "ab" for number in (0, 2, 11) for test in ("t1", "t2")
    ]
    assert in_order([sorted_[place] for place in order]) == sorted_


def test_d8_of_two_equal_runs_at_once_one_asks_and_the_other_takes_its_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D8: two identical runs at once paid twice without a word."""
    begun, ledger = threading.Event(), Ledger()

    def slow(request: Request) -> Response:
        begun.set()
        time.sleep(0.05)
        return right(request)

    evaluation = prepared(tmp_path, ROWS, scripted(slow, ledger))
    with ThreadPoolExecutor() as pool:
        first = pool.submit(asked, evaluation)
        assert begun.wait(30)
        second = pool.submit(asked, evaluation)
        answers = [first.result(60), second.result(60)]
    assert len(ledger.asked) == len(ROWS)
    assert [(each.usage.computed, each.usage.reused) for each in answers] == [(9, 0), (0, 9)]
    assert answers[0].samples == answers[1].samples
    assert capsys.readouterr().err.count("asks the same with the store") == 1
    for each in answers:
        each.close()


def test_d8_answers_of_a_run_that_was_finished_meanwhile_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger()
    with closing(asked(prepared(tmp_path, ROWS, scripted(right, ledger)))) as answers:
        answers.run.finish()
    monkeypatch.setattr("pytest_haerae.run.asking.turn", lambda *arguments: nullcontext(True))
    with closing(asked(prepared(tmp_path, ROWS, scripted(right, ledger)))) as answers:
        assert (answers.usage.computed, answers.usage.reused) == (0, 9)
        answers.run.finish()
    with closing(asked(prepared(tmp_path, ROWS, scripted(right, ledger), resume=False))) as answers:
        assert answers.usage.computed == 9


class Kinds(ScriptedBackend):
    """Takes one kind of request at a time, as it is promised."""

    runs: ClassVar[list[tuple[str, int]]] = []

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        (kind,) = {request.kind for request in requests}
        self.runs.append((kind, len(requests)))
        for index, request in enumerate(requests):
            likely = tuple(-1.0 - number for number in range(len(request.continuations)))
            yield index, Response(text="A") if kind == "generate" else Response(loglikelihoods=likely)


def test_kinds_are_asked_one_after_the_other_of_one_loaded_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, count in (("first", 2), ("second", 3), ("third", 2)):
        write_rows(tmp_path / name / "quiz.jsonl", [question(number) for number in range(count)])
        method: Method | None = "log_likelihood" if name == "second" else None
        benchmark = Benchmark(name, folder=tmp_path / name, method=method)
        monkeypatch.setitem(registry._REGISTERED, name, benchmark)
    monkeypatch.setattr(Kinds, "runs", [])
    made = prepare({"model": "kinds", "dataset": "third,second,first"}, tmp_path, {"kinds": Kinds})
    told: list[tuple[int, int]] = []
    questions = Questions(made.plan, made.source)
    selection = in_order(everything(made))
    with closing(ask(made.plan, questions, selection, lambda done, total: told.append((done, total)))) as answers:
        assert [sample.selected.benchmark for sample in answers.samples] == ["first"] * 2 + ["second"] * 3 + [
            "third"
        ] * 2
        outcomes_are = ["correct", "wrong", "correct", "wrong", "wrong", "correct", "wrong"]
        assert outcomes(answers) == outcomes_are
        # The questions of the first and the third are the same, so that one answer serves both.
        assert Kinds.runs == [("generate", 2), ("loglikelihood", 3)]
        assert (answers.usage.computed, answers.usage.reused) == (5, 0)
    assert told == [(0, 5), (1, 5), (2, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_a_notice_is_told_before_anything_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def answered(request: Request) -> Response:
        told.append(capsys.readouterr().err)
        return right(request)

    backend = scripted(answered, Ledger())

    class Noted(backend.parameters):  # type: ignore[name-defined,misc] # the parameters of the stand-in
        def notice(self) -> str:
            return "only a stand-in"

    backend.parameters = Noted
    asked(prepared(tmp_path, ROWS[:2], backend)).close()
    assert told == ["haerae: only a stand-in\n", ""]
