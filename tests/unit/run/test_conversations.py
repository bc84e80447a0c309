from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation
from pytest_haerae.report.samples import every_response
from pytest_haerae.run.asking import Answers, ask
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.stored_samples import StoredSamples
from pytest_haerae.scoring import registry
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.types import Item, Request, Response, Verdict
from tests.unit.fakes import Ledger, everything, prepared, scripted, silent

TALKS = [{"questions": [f"{number}번?", f"{number}번 더?", f"{number}번 또?"][: 1 + number]} for number in range(3)]
"""Of one, two and three questions."""


def judge(item: Item, response: Response) -> Verdict:
    assert len(response.earlier) == len(item.turns) - 1
    return Verdict("correct", turn_scores=(1.0,) * len(item.turns))


@pytest.fixture(autouse=True)
def _own_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's own are registered by their import, which happens once.
    registry.find_scorer("string_match", "default")
    registry.find_scorer("log_likelihood", "default")
    monkeypatch.setattr(registry, "_SCORERS", dict(registry._SCORERS))
    register_scorer("string_match", "talking", compares=False)(judge)


def last(request: Request) -> str:
    assert request.messages is not None
    return request.messages[-1].content


def echo(request: Request) -> Response:
    return Response(text=f"<think>흠</think>답 {last(request)}", completion_tokens=1)


def talk(
    folder: Path,
    answer: Callable[[Request], Response] = echo,
    ledger: Ledger | None = None,
    **options: Any,  # noqa: ANN401 - an option's value
) -> Evaluation:
    settings = {"apply_chat_template": True, "evaluator_params": {"scorer": "talking"}, **options}
    return prepared(folder, TALKS, scripted(answer, ledger or Ledger()), **settings)


def asked(evaluation: Evaluation) -> Answers:
    questions = Questions(evaluation.plan, evaluation.source)
    return ask(evaluation.plan, questions, everything(evaluation), silent)


def test_all_first_questions_are_asked_then_all_second_ones(tmp_path: Path) -> None:
    ledger = Ledger()
    with closing(asked(talk(tmp_path, ledger=ledger))) as answers:
        responses = [sample.response for sample in answers.samples]
    assert [last(request) for request in ledger.asked] == ["0번?", "1번?", "2번?", "1번 더?", "2번 더?", "2번 또?"]
    assert ledger.loads == 1
    (_, _, third) = responses
    assert third is not None
    assert [each.text for each in third.earlier] == ["<think>흠</think>답 2번?", "<think>흠</think>답 2번 더?"]
    messages = ledger.asked[-1].messages or ()
    assert [(message.role, message.content) for message in messages] == [
        ("user", "2번?"),
        ("assistant", "답 2번?"),
        ("user", "2번 더?"),
        ("assistant", "답 2번 더?"),
        ("user", "2번 또?"),
    ]


def test_a_run_that_stopped_takes_each_answer_from_the_store(tmp_path: Path) -> None:
    with closing(asked(talk(tmp_path))) as answers:
        first = answers.samples
    ledger = Ledger()
    with closing(asked(talk(tmp_path, ledger=ledger))) as answers:
        assert [sample.response for sample in answers.samples] == [sample.response for sample in first]
        assert (answers.usage.computed, answers.usage.reused) == (0, 6)
    assert not ledger.asked


def test_other_processes_learn_a_conversation_from_the_store(tmp_path: Path) -> None:
    evaluation = talk(tmp_path, repeats=2)
    with closing(asked(evaluation)) as answers:
        stored = StoredSamples(
            evaluation.plan, Questions(evaluation.plan, evaluation.source), answers.run.store.path, answers.run.number
        )
        with closing(stored):
            for sample in answers.samples:
                assert stored.sample(sample.selected) == sample


def test_an_error_ends_its_conversation_alone(tmp_path: Path) -> None:
    def failing(request: Request) -> Response:
        return Response(error="HTTP 500") if last(request) == "2번 더?" else echo(request)

    ledger = Ledger()
    with closing(asked(talk(tmp_path, failing, ledger))) as answers:
        assert [sample.verdict.outcome for sample in answers.samples] == ["correct", "correct", "error"]
        lost = answers.samples[2].response
        assert lost is not None
        assert lost.error == "question 2: HTTP 500"
        assert [each.text for each in lost.earlier] == ["<think>흠</think>답 2번?"]
    assert "2번 또?" not in map(last, ledger.asked)
    ledger = Ledger()
    with closing(asked(talk(tmp_path, echo, ledger, rerun="errors"))):
        assert [last(request) for request in ledger.asked] == ["2번 더?", "2번 또?"]


def test_an_answer_that_says_nothing_stands_as_an_ellipsis(tmp_path: Path) -> None:
    ledger = Ledger()
    with closing(asked(talk(tmp_path, lambda request: Response(text="<think>흠</think>"), ledger))):
        messages = ledger.asked[-1].messages or ()
    assert [message.content for message in messages if message.role == "assistant"] == ["…", "…"]


def test_conversations_that_begin_alike_share_their_beginning(tmp_path: Path) -> None:
    ledger = Ledger()
    rows = [{"turns": ["가?", "나?"]}, {"turns": ["가?", "다?"]}, {"turns": ["가?", "나?"]}]
    options = {"apply_chat_template": True, "evaluator_params": {"scorer": "talking"}}
    with closing(asked(prepared(tmp_path, rows, scripted(echo, ledger), **options))) as answers:
        assert [sample.response and sample.response.text for sample in answers.samples] == [
            f"<think>흠</think>답 {end}?" for end in "나다나"
        ]
    assert [last(request) for request in ledger.asked] == ["가?", "나?", "다?"]


def test_a_template_frames_each_question(tmp_path: Path) -> None:
    ledger, prompt = Ledger(), tmp_path / "mine.txt"
    prompt.write_text("물음: {question}", encoding="utf-8")
    with closing(asked(talk(tmp_path, ledger=ledger, prompt=str(prompt)))):
        assert last(ledger.asked[-1]) == "물음: 2번 또?"


def test_two_runs_that_differ_in_a_later_question_are_two(tmp_path: Path) -> None:
    numbers = []
    for second in ("나?", "다?"):
        options = {"apply_chat_template": True, "evaluator_params": {"scorer": "talking"}}
        evaluation = prepared(tmp_path, [{"turns": ["가?", second]}], scripted(echo, Ledger()), **options)
        with closing(asked(evaluation)) as answers:
            numbers.append(answers.run.number)
    assert numbers[0] != numbers[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"apply_chat_template": None}, "questions-0000 is a conversation.*--apply-chat-template"),
        ({"apply_chat_template": False}, "asked in plain text"),
        ({"num_few_shot": 1}, "--num-few-shot=1: questions-0000 is a conversation"),
        ({"evaluator_params": {}}, "questions-0000: it has no answer, and scorer default has nothing to compare with"),
    ],
)
def test_what_cannot_be_asked_or_judged_is_refused_before_the_model_is_loaded(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    ledger = Ledger()
    with pytest.raises(UsageError, match=words):
        asked(talk(tmp_path, ledger=ledger, **options))
    assert not ledger.loads


def test_log_likelihood_does_not_apply(tmp_path: Path) -> None:
    evaluation = prepared(tmp_path, TALKS, method="log_likelihood")
    with closing(asked(evaluation)) as answers:
        assert {sample.verdict.explanation for sample in answers.samples} == {
            "log_likelihood does not apply to conversations: their later questions follow answers"
        }


def test_progress_counts_the_later_questions(tmp_path: Path) -> None:
    evaluation, told = talk(tmp_path), []
    questions = Questions(evaluation.plan, evaluation.source)
    with closing(ask(evaluation.plan, questions, everything(evaluation), lambda *counts: told.append(counts))):
        assert {total for _, total in told} == {6}
        assert told[-1] == (6, 6)
        assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_tokens_of_all_turns_count(tmp_path: Path) -> None:
    with closing(asked(talk(tmp_path))) as answers:
        assert [len(every_response(sample)) for sample in answers.samples] == [1, 2, 3]
        assert [len(sample.responses) for sample in answers.samples] == [1, 1, 1]


@pytest.mark.parametrize(("reference", "outcome"), [("답 1번 더?", "correct"), ("답 1번?", "wrong")])
def test_a_rule_compares_the_last_answer_with_the_last_reference(tmp_path: Path, reference: str, outcome: str) -> None:
    rows = [{**TALKS[1], "references": ["답 1번?", reference]}]
    with closing(asked(prepared(tmp_path, rows, scripted(echo, Ledger()), apply_chat_template=True))) as answers:
        assert answers.samples[0].verdict.outcome == outcome


def test_each_repeat_is_a_conversation_of_its_own(tmp_path: Path) -> None:
    ledger = Ledger()

    def counted(request: Request) -> Response:
        return Response(text=f"답 {request.repeat}")

    with closing(asked(talk(tmp_path, counted, ledger, repeats=2))) as answers:
        found = [[each.text for each in response.earlier] for response in answers.samples[2].responses]
    assert found == [["답 0", "답 0"], ["답 1", "답 1"]]
    assert len(ledger.asked) == 12


def test_a_batch_endpoint_takes_no_conversation(tmp_path: Path) -> None:
    params = {"model_name": "m", "api_key": "not-needed"}
    options: dict[str, Any] = {"model": "openai", "model_params": params, "evaluator_params": {"scorer": "talking"}}
    with pytest.raises(UsageError, match="--batch-api: questions-0000 is a conversation: its later questions follow"):
        asked(prepared(tmp_path, TALKS, **options, batch_api=True))
