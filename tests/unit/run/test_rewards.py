from __future__ import annotations

import math
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends import Backend
from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.images import Image
from pytest_haerae.run.rewards import about, check_reward
from pytest_haerae.types import Capability, Message, Request, Response, Sample
from tests.unit.fakes import Ledger, everything, question, scripted, silent, write_rows

K = 3


def rewarding(ledger: Ledger, problem: str | None = None, words: str | None = None) -> type[Backend]:
    """Gives an answer its length; refuses in words."""

    def reward(request: Request) -> Response:
        if words is not None:
            raise UsageError(words)
        return Response(reward=float(len((request.messages or ())[-1].content)))

    class Rewards(scripted(reward, ledger)):  # type: ignore[misc] # a class that is made
        methods: ClassVar[frozenset[Capability]] = frozenset({"reward"})

        @classmethod
        def reward_problem(cls, parameters: Any) -> str | None:  # noqa: ANN401 - each backend's own
            return problem

    return Rewards


def evaluation(folder: Path, rewards: type[Backend], **options: Any) -> Evaluation:  # noqa: ANN401 - an option's value
    data = write_rows(folder / "questions.jsonl", [question(number) for number in range(4)])
    texts = ["정답: B", "", "<think>길게 생각합니다</think>정답: A"]
    answering = scripted(lambda request: Response(text=texts[request.repeat]), Ledger())
    raw = {"model": "scripted", "dataset": str(data), "repeats": K, "evaluator_params": {"rank": "reward"}}
    backends = {"scripted": answering, "rewards": rewards}
    return prepare({**raw, "reward_model": "rewards", **options}, folder, backends)


def samples(made: Evaluation) -> list[Sample]:
    answers = made.ask(everything(made), silent)
    answers.close()
    return list(answers.samples)


def test_each_answer_with_a_text_is_ranked_by_its_reward(tmp_path: Path) -> None:
    ledger = Ledger()
    found = samples(evaluation(tmp_path, rewarding(ledger)))
    # What was thought before is no part of an answer; what says nothing is the last, unasked.
    assert [[answer.rank for answer in sample.answers] for sample in found] == [[5.0, -math.inf, 5.0]] * 4
    assert (len(ledger.asked), ledger.loads, ledger.closed) == (8, 1, 1)
    assert {message.role for request in ledger.asked for message in request.messages or ()} == {"user", "assistant"}


def test_its_answers_are_apart_and_counted_apart(tmp_path: Path) -> None:
    ledger = Ledger()
    for computed, reused in ((8, 0), (0, 8)):
        made = evaluation(tmp_path, rewarding(ledger), reuse=True)
        answers = made.ask(everything(made), silent)
        totals = answers.rewarded.totals
        assert totals is not None
        assert (totals.computed, totals.reused, totals.errors) == (computed, reused, 0)
        answers.close()
    assert len(ledger.asked) == 8


def test_a_problem_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    ledger = Ledger()
    made = evaluation(tmp_path, rewarding(ledger, problem="no classifier: see --model-params label=NAME"))
    with pytest.raises(UsageError, match=r"^--reward-model=rewards: no classifier: see --reward-params label=NAME$"):
        check_reward(made.plan)
    with pytest.raises(UsageError, match="no classifier"):
        samples(made)
    with pytest.raises(UsageError, match="no classifier"):
        made.forecast(everything(made))
    assert not ledger.loads


def test_what_its_backend_says_is_said_of_the_reward_model(tmp_path: Path) -> None:
    made = evaluation(tmp_path, rewarding(Ledger(), words="--model=rewards: 401; set api_key in --model-params"))
    with pytest.raises(UsageError, match=r"^--reward-model=rewards: 401; set api_key in --reward-params$"):
        samples(made)


@pytest.mark.parametrize(
    "request_",
    [
        Request("generate", "질문?"),
        Request("generate", "", messages=(Message("user", "질문?", (Image("x.png", "0", "image/png", 1, b"x"),)),)),
    ],
)
def test_it_reads_the_chat_that_the_answer_ends_in_texts_alone(request_: Request) -> None:
    found = about(request_, Response("<think>음</think> 답 "))
    assert found == Request("reward", "", messages=(Message("user", "질문?"), Message("assistant", "답")))
