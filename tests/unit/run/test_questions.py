from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends.random import RandomBackend, RandomParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.requests import choose_shots
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.questions import Questions
from pytest_haerae.types import Capability, Request, Response, Selected
from tests.unit.fakes import everything, prepared, question, write_rows

ROWS = [question(number) for number in range(6)]


def questions(folder: Path, rows: list[dict[str, Any]] = ROWS, **options: Any) -> tuple[Questions, list[Selected]]:  # noqa: ANN401 - an option's value
    evaluation = prepared(folder, rows, **options)
    return Questions(evaluation.plan, evaluation.source), everything(evaluation)


def context(request: Request | None) -> str:
    assert request is not None
    return request.context


def test_a_method_asks_in_its_own_way(tmp_path: Path) -> None:
    made, selection = questions(tmp_path, method="log_likelihood")
    request = made.request(selection[0])
    assert request is not None
    assert (request.kind, len(request.continuations)) == ("loglikelihood", 3)
    made, selection = questions(tmp_path, method="string_match")
    request = made.request(selection[0])
    assert request is not None
    assert (request.kind, request.continuations) == ("generate", ())


def test_an_item_that_the_method_does_not_apply_to_is_not_asked(tmp_path: Path) -> None:
    free = [{"question": "부르는 말은?", "answer": "봄"}]
    made, (selected,) = questions(tmp_path, free, method="log_likelihood")
    assert (made.request(selected), made.keys_of(selected)) == (None, [None])
    made, (selected,) = questions(tmp_path, free, method="string_match")
    assert made.request(selected) is not None


def test_lazy_requests_are_those_of_each_item_and_have_their_keys(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS)
    made, selection = Questions(evaluation.plan, evaluation.source), everything(evaluation)
    requests = made.requests(selection)
    assert list(requests) == [made.request(selected) for selected in selection]
    keys = [key for selected in selection for key in made.keys_of(selected)]
    assert keys == [response_key(evaluation.plan.identity, request) for request in requests]


def test_what_an_answer_was_given_to_is_the_last_request_of_its_conversation(tmp_path: Path) -> None:
    made, (selected, *_) = questions(tmp_path)
    assert made.answered(selected, Response("B")) == made.request(selected)
    talk = [{"turns": ["이름은?", "나이는?"], "answer": ["이름", "나이"]}]
    made, (selected,) = questions(tmp_path, talk, apply_chat_template=True)
    found = made.answered(selected, Response("셋", earlier=(Response("<think>음</think>하나"),)))
    assert [message.role for message in found.messages or ()] == ["user", "assistant", "user"]
    assert (found.messages or ())[1].content == "하나"


def test_the_model_is_a_part_of_the_key(tmp_path: Path) -> None:
    (made, selection), (other, _) = questions(tmp_path), questions(tmp_path, model_params="seed=1")
    assert made.request(selection[0]) == other.request(selection[0])
    assert made.keys_of(selection[0]) != other.keys_of(selection[0])


def test_examples_stand_before_the_question_and_never_the_item_itself(tmp_path: Path) -> None:
    made, selection = questions(tmp_path, num_few_shot=5)
    for selected in selection:
        text = context(made.request(selected))
        assert text.count("### 질문:") == 6
        assert text.count(f"{selected.item.index}번 문제는?") == 1
        assert text.rindex(f"{selected.item.index}번 문제는?") > text.rindex("### 질문:")


@pytest.mark.parametrize(("chat", "kind"), [(None, "context"), ("true", "messages"), ("false", "context")])
def test_a_chat_is_asked_where_it_is_asked_for(tmp_path: Path, chat: str | None, kind: str) -> None:
    made, selection = questions(tmp_path, apply_chat_template=chat)
    request = made.request(selection[0])
    assert request is not None
    assert bool(request.messages) == (kind == "messages")
    assert bool(request.context) == (kind == "context")


def test_a_system_prompt_opens_the_chat(tmp_path: Path) -> None:
    made, selection = questions(tmp_path, apply_chat_template="true", system_prompt="간단히 답하시오.")
    request = made.request(selection[0])
    assert request is not None
    assert request.messages
    assert (request.messages[0].role, request.messages[0].content) == ("system", "간단히 답하시오.")


def test_a_split_without_examples_is_named_with_its_option(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    evaluation = prepared(folder, ROWS)
    (folder / "questions.jsonl").rename(folder / "questions-test.jsonl")
    evaluation = prepared(tmp_path, ROWS, dataset=str(folder), num_few_shot=1, few_shot_split="dev")
    made = Questions(evaluation.plan, evaluation.source)
    with pytest.raises(UsageError, match=r"--few-shot-split: .*no split 'dev'"):
        made.request(everything(evaluation)[0])


def test_the_examples_are_those_that_the_seed_chooses(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, ROWS, num_few_shot=2)
    pool = [selected.item for selected in everything(evaluation)]
    orders = set()
    for seed in range(4):
        made, selection = questions(tmp_path, num_few_shot=2, few_shot_seed=seed)
        text = context(made.request(selection[0]))
        shots = choose_shots(pool, selection[0].item, 2, seed)
        places = [text.index(f"{shot.index}번 문제는?") for shot in shots]
        assert places == sorted(places)
        orders.add(tuple(shot.index for shot in shots))
    assert len(orders) > 1


def test_too_few_examples_are_told_with_their_split(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for split in ("test", "dev"):
        write_rows(folder / f"questions-{split}.jsonl", ROWS)
    evaluation = prepared(tmp_path, ROWS, dataset=str(folder), num_few_shot=7, few_shot_split="dev")
    made = Questions(evaluation.plan, evaluation.source)
    with pytest.raises(UsageError, match=r"^--num-few-shot: .* in split dev, 7 are asked for$"):
        made.request(everything(evaluation)[0])


def test_without_a_word_on_chats_the_backend_decides_for_each_kind_of_request(tmp_path: Path) -> None:
    class Chatting(RandomParameters):
        def takes_chats(self, kind: Capability) -> bool:
            return kind == "generate"

    class Server(RandomBackend):
        parameters: ClassVar[type[RandomParameters]] = Chatting

    for method, chats in (("string_match", True), ("log_likelihood", False)):
        evaluation = prepared(tmp_path, ROWS, Server, method=method)
        request = Questions(evaluation.plan, evaluation.source).request(everything(evaluation)[0])
        assert request is not None
        assert bool(request.messages) == chats


def test_without_examples_their_split_is_not_looked_for(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_rows(folder / "questions-test.jsonl", ROWS)
    evaluation = prepared(tmp_path, ROWS, dataset=str(folder), num_few_shot=0, few_shot_split="dev")
    request = Questions(evaluation.plan, evaluation.source).request(everything(evaluation)[0])
    assert context(request).count("번 문제는?") == 1
