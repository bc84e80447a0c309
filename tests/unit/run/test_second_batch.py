from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.run.second_batch import MOST_ROUNDS
from pytest_haerae.scoring.registry import Scorer, register_scorer
from pytest_haerae.types import Item, Request, Response, Sample, Selected, Verdict
from tests.unit.fakes import Ledger, question, scripted, write_rows

Ask = Callable[[Item, Response, Sequence[Response]], Sequence[Request]]


def evaluation(
    folder: Path,
    ask: Ask,
    second: Callable[[Request], Response],
    ledger: Ledger,
    third: Ledger | None = None,
    **options: Any,  # noqa: ANN401 - an option's value
) -> Evaluation:
    """Six items, answered by their numbers, whose scorer asks and calls right what the second model said yes to."""

    @register_scorer("string_match", "asking", requests=ask)
    def grade(item: Item, response: Response, said: Sequence[Response]) -> Verdict:
        return Verdict(
            "correct" if said and said[-1].text == "yes" else "wrong", judgements=tuple(s.text or "" for s in said)
        )

    rows = [question(number) for number in range(6)]
    data = write_rows(folder / "questions.jsonl", rows)
    backends = {
        "scripted": scripted(lambda request: Response(text=f"답 {number_of(request)}"), Ledger()),
        "second": scripted(second, ledger),
    }
    if "judge" in options:
        backends |= {"third": scripted(lambda request: Response(text="yes"), third or Ledger())}
    raw = {"model": "scripted", "judge": "second", "evaluator_params": {"scorer": "asking"}, "dataset": str(data)}
    return prepare({**raw, **options}, folder, backends)


def number_of(request: Request) -> int:
    found = re.findall(r"\d+", request.context)
    return int(found[0])


def about(item: Item, response: Response, said: Sequence[Response]) -> Sequence[Request]:
    return [] if said else [Request("generate", f"{response.text}?")]


def samples(made: Evaluation) -> Sequence[Sample]:
    loader = made.source.loader(next(iter(made.plan.parts)))
    selection = [Selected(item, item.id, next(iter(made.plan.parts))) for item in loader.items("questions")]
    answers = made.ask(selection, lambda done, total: None)
    answers.close()
    return answers.samples


@pytest.fixture(autouse=True)
def own_scorers(monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_haerae.scoring import registry

    kept: dict[Any, Scorer] = dict(registry._SCORERS)
    monkeypatch.setattr(registry, "_SCORERS", kept)


def test_each_answer_is_asked_about_and_judged_by_what_is_said_of_it(tmp_path: Path) -> None:
    ledger = Ledger()
    made = evaluation(tmp_path, about, lambda r: Response(text="yes" if number_of(r) % 2 else "no"), ledger)
    assert [sample.verdict.outcome for sample in samples(made)] == ["wrong", "correct"] * 3
    assert (len(ledger.asked), ledger.loads, ledger.closed) == (6, 1, 1)


def test_a_scorer_may_go_on_asking_by_what_was_said(tmp_path: Path) -> None:
    def thrice(item: Item, response: Response, said: Sequence[Response]) -> Sequence[Request]:
        return [] if len(said) == 3 else [Request("generate", f"{response.text}: {len(said)}")]

    ledger = Ledger()
    made = evaluation(tmp_path, thrice, lambda r: Response(text=r.context[-1]), ledger)
    assert {sample.verdict.judgements for sample in samples(made)} == {("0", "1", "2")}
    assert len(ledger.asked) == 18


def test_one_that_never_ends_costs_its_items_and_not_the_run(tmp_path: Path) -> None:
    def on(item: Item, response: Response, said: Sequence[Response]) -> Sequence[Request]:
        return [Request("generate", f"{response.text}: {len(said)}")] if item.index == 0 else []

    ledger = Ledger()
    found = samples(evaluation(tmp_path, on, lambda r: Response(text="no"), ledger))
    assert found[0].verdict.outcome == "error"
    assert f"after {MOST_ROUNDS} rounds" in found[0].verdict.explanation
    assert {sample.verdict.outcome for sample in found[1:]} == {"wrong"}


def test_what_is_not_answered_is_the_error_of_its_item_alone(tmp_path: Path) -> None:
    made = evaluation(
        tmp_path, about, lambda r: Response(error="busy") if number_of(r) == 2 else Response(text="yes"), Ledger()
    )
    outcomes = [sample.verdict.outcome for sample in samples(made)]
    assert outcomes == ["correct", "correct", "error", "correct", "correct", "correct"]


def test_a_scorer_that_raises_while_it_asks_costs_its_item(tmp_path: Path) -> None:
    def broken(item: Item, response: Response, said: Sequence[Response]) -> Sequence[Request]:
        if item.index == 1:
            raise ValueError("no such thing")
        return about(item, response, said)

    found = samples(evaluation(tmp_path, broken, lambda r: Response(text="yes"), Ledger()))
    assert found[1].verdict.outcome == "error"
    assert "no such thing" in found[1].verdict.explanation


def test_equal_questions_share_one_answer(tmp_path: Path) -> None:
    def same(item: Item, response: Response, said: Sequence[Response]) -> Sequence[Request]:
        return [] if said else [Request("generate", "7?")]

    ledger = Ledger()
    found = samples(evaluation(tmp_path, same, lambda r: Response(text="yes"), ledger))
    assert {sample.verdict.outcome for sample in found} == {"correct"}
    assert len(ledger.asked) == 1


def test_each_of_several_answers_is_judged_by_itself(tmp_path: Path) -> None:
    ledger = Ledger()
    made = evaluation(tmp_path, about, lambda r: Response(text="yes"), ledger, repeats=3)
    assert [len(sample.verdicts) for sample in samples(made)] == [3] * 6


def test_what_its_backend_says_of_the_model_is_said_of_the_judge(tmp_path: Path) -> None:
    """Its backend knows no option but --model, and a wrong key of the judge's would be looked for there."""

    def refused(request: Request) -> Response:
        raise UsageError("--model=second: HTTP 401; set api_key in --model-params")

    with pytest.raises(UsageError, match=r"^--judge=second: HTTP 401; set api_key in --judge-params$"):
        samples(evaluation(tmp_path, about, refused, Ledger()))


def test_what_its_backend_says_of_one_answer_too(tmp_path: Path) -> None:
    lost = Response(error="--model=second: returned None")
    found = samples(
        evaluation(tmp_path, about, lambda r: lost if number_of(r) == 1 else Response(text="yes"), Ledger())
    )
    assert "--judge=second: returned None" in found[1].verdict.explanation


def test_several_are_asked_one_after_another_and_the_majority_decides(tmp_path: Path) -> None:
    """The second model says no to even answers, the third one yes to all: half of two is no majority."""
    ledgers = Ledger(), Ledger()
    made = evaluation(
        tmp_path,
        about,
        lambda r: Response(text="yes" if number_of(r) % 2 else "no"),
        *ledgers,
        judge="second,third",
    )
    found = samples(made)
    assert [sample.verdict.outcome for sample in found] == ["wrong", "correct"] * 3
    assert [name for name, _ in found[0].verdict.panel] == ["second", "third"]
    assert [each.outcome for _, each in found[0].verdict.panel] == ["wrong", "correct"]
    assert [(len(each.asked), each.loads, each.closed) for each in ledgers] == [(6, 1, 1)] * 2


def test_what_one_of_several_does_not_answer_is_the_error_of_its_item(tmp_path: Path) -> None:
    made = evaluation(
        tmp_path,
        about,
        lambda r: Response(error="busy") if number_of(r) == 2 else Response(text="yes"),
        Ledger(),
        judge="second,third",
    )
    found = samples(made)
    assert [sample.verdict.outcome for sample in found] == ["correct", "correct", "error", *["correct"] * 3]
    assert found[2].verdict.explanation.startswith("second: ")
    assert found[2].verdict.panel[1][1].outcome == "correct"


def test_what_no_model_was_asked_about_has_no_panel(tmp_path: Path) -> None:
    def some(item: Item, response: Response, said: Sequence[Response]) -> Sequence[Request]:
        return about(item, response, said) if item.index else []

    found = samples(evaluation(tmp_path, some, lambda r: Response(text="yes"), Ledger(), judge="second,third"))
    assert [len(sample.verdict.panel) for sample in found] == [0, *[2] * 5]
