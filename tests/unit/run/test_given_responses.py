from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation
from pytest_haerae.run.given_responses import GivenItem, GivenResponses
from pytest_haerae.run.plan import make_plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.types import Response, Sample, Turn
from tests.unit.fakes import everything, prepared, question, silent

ROWS = [question(number) for number in range(3)]


def given_item(number: int, text: str | None = None, **changes: Any) -> GivenItem:  # noqa: ANN401 - a field's value
    response = Response(text or f"({'ABC'[number % 3]})")
    return replace(GivenItem(f"questions-{number:04d}", (response,), f"row {number + 1}"), **changes)


def given(
    folder: Path,
    items: Sequence[GivenItem],
    rows: Sequence[dict[str, Any]] = ROWS,
    **options: Any,  # noqa: ANN401 - an option's value
) -> Evaluation:
    """An evaluation whose answers are these."""
    path = folder / "answers.jsonl"
    path.touch()
    made = prepared(folder, rows, **{"store": folder / "responses.sqlite", **options})
    return replace(made, plan=make_plan(made.plan.config, None, GivenResponses(path, "a model", items)))


def samples(made: Evaluation) -> tuple[Sequence[Sample], list[str]]:
    answers = made.ask(everything(made), silent)
    answers.close()
    return answers.joined.present(answers.samples), [*answers.joined.warnings(), *answers.notes]


def test_answers_are_joined_by_id_in_any_order(tmp_path: Path) -> None:
    found, told = samples(given(tmp_path, [given_item(2), given_item(0, "(C)"), given_item(1)]))
    assert [sample.verdict.outcome for sample in found] == ["wrong", "correct", "correct"]
    assert told == []


def test_items_that_are_asked_in_the_same_words_have_answers_of_their_own(tmp_path: Path) -> None:
    found, _ = samples(given(tmp_path, [given_item(0, "(A)"), given_item(1, "(B)")], [question(0), question(0)]))
    assert [sample.verdict.prediction for sample in found] == ["A", "B"]


def test_a_conversation_is_refused_for_its_earlier_answers_are_in_no_file(tmp_path: Path) -> None:
    rows = [{"turns": ["가?", "나?"], "references": ["다", "라"]}]
    with pytest.raises(UsageError, match="questions-0000 is a conversation"):
        samples(given(tmp_path, [given_item(0)], rows, apply_chat_template=True, prompt="raw"))


def test_a_key_is_a_name_too(tmp_path: Path) -> None:
    keys = [entry.item.key for entry in everything(prepared(tmp_path, ROWS))]
    items = [given_item(number, name=key) for number, key in enumerate(keys)]
    found, _ = samples(given(tmp_path, items))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "other"}, "no answer to 1 item (questions-0001)"),
        ({"responses": ()}, "no answer to 1 item (questions-0001)"),
        ({"responses": (None,)}, "no answer to 1 item (questions-0001)"),
        ({"subset": "another"}, "no answer to 1 item (questions-0001)"),
        ({"key": "0123"}, "other data there (question, options or reference), so not taken: 1 item (questions-0001)"),
        ({"key": "", "content": (("가", "나", "다"), "B"), "shown": "?"}, "other data there"),
        ({"key": "", "content": (("가", "나"), "B")}, "other data there"),
    ],
)
def test_what_is_not_there_is_missing(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    found, told = samples(given(tmp_path, [given_item(0), given_item(1, **changes), given_item(2)]))
    assert [sample.item.id for sample in found] == ["questions-0000", "questions-0002"]
    assert any(words in line for line in told)


def test_a_row_of_version_1_is_known_by_its_text(tmp_path: Path) -> None:
    made = prepared(tmp_path, ROWS, method="log_likelihood")
    items = [
        GivenItem(
            entry.item.id,
            (Response("(A)"),),
            "",
            "questions",
            "elsewhere",
            "",
            (entry.item.options, "ABC"[number]),
            entry.item.query,
        )
        for number, entry in enumerate(everything(made))
    ]
    found, _ = samples(given(tmp_path, items, prompt="raw"))
    assert len(found) == 3


def test_answers_to_another_prompt_are_told_of(tmp_path: Path) -> None:
    """The report shows each question as this run would ask it, which is not how these were asked."""
    made = prepared(tmp_path, ROWS)
    shown = Questions(made.plan, made.source).shown
    items = [
        given_item(
            number,
            key=entry.item.key,
            content=(entry.item.options, entry.item.reference),
            shown=shown(entry) if number else "?",
        )
        for number, entry in enumerate(everything(made))
    ]
    _, told = samples(given(tmp_path, items))
    assert len(told) == 1
    assert "1 item (questions-0000) asked in other words there than shown here" in told[0]


def test_as_many_answers_are_taken_as_are_asked_for(tmp_path: Path) -> None:
    two = (Response("(A)"), Response("(B)"))
    items = [given_item(0, responses=two), given_item(1, responses=two), given_item(2)]
    found, told = samples(given(tmp_path, items, repeats=2))
    assert [len(sample.answers) for sample in found] == [2, 2]
    assert told == [f"--responses {tmp_path / 'answers.jsonl'}: no answer to 1 item (questions-0002)"]
    found, _ = samples(given(tmp_path, items))
    assert [sample.verdict.prediction for sample in found] == ["A", "A", "C"]


def test_an_error_stays_one(tmp_path: Path) -> None:
    lost = given_item(0, responses=(Response(error="HTTP 503"),))
    found, _ = samples(given(tmp_path, [lost, given_item(1), given_item(2)]))
    assert found[0].verdict.outcome == "error"
    assert "HTTP 503" in found[0].verdict.explanation


def test_an_answer_that_is_none_is_an_error(tmp_path: Path) -> None:
    items = [given_item(number, responses=(Response(loglikelihoods=(-1.0, -2.0)),)) for number in range(3)]
    found, _ = samples(given(tmp_path, items, method="log_likelihood"))
    assert {sample.verdict.outcome for sample in found} == {"error"}
    assert "has no log-likelihood for some option" in found[0].verdict.explanation


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "none of this run's 3 items; it is empty"),
        ([given_item(7)], "none of this run's 3 items: it names 'questions-0007', they are like 'questions-0000'"),
        ([given_item(0, subset="x")], "none of this run's 3 items: row 1 is of subset 'x', they are of 'questions'"),
        ([given_item(0, key="x")], "none of this run's 3 items; questions: questions-0000 has other data there"),
        ([given_item(0), given_item(0, subset="questions")], "questions-0000 stands there twice: row 1 and row 1"),
        ([given_item(0, responses=(Response(loglikelihoods=(-1.0,)),))], "no texts"),
    ],
)
def test_what_cannot_be_joined_is_refused(tmp_path: Path, items: list[GivenItem], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        samples(given(tmp_path, items))
    assert words in str(raised.value)


def test_a_dry_run_asks_nothing_and_refuses_what_the_run_does(tmp_path: Path) -> None:
    made = given(tmp_path, [given_item(number) for number in range(3)])
    assert made.forecast(everything(made))[1:] == ["items: 3, requests to send: 0"]
    empty = given(tmp_path, [])
    with pytest.raises(UsageError, match="none of this run's 3 items"):
        empty.forecast(everything(empty))


def test_a_conversation_is_refused(tmp_path: Path) -> None:
    made = given(tmp_path, [given_item(0)])
    entry = everything(made)[0]
    talk = replace(entry, item=replace(entry.item, turns=(Turn("하나?"), Turn("둘?"))))
    assert made.plan.given is not None
    with pytest.raises(UsageError, match="questions-0000 is a conversation"):
        made.plan.given.join(made.plan, Questions(made.plan, made.source), [talk], [""])
