from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.judge.scorer import JudgeParameters, ask_judge, grade
from pytest_haerae.scoring.registry import find_scorer
from pytest_haerae.types import Item, Request, Response, Turn

ITEM = Item("a-0000", "a", 0, "수도는?", None, None, "서울")
ANSWER = Response(text="<think>부산?</think>서울")


def said(*texts: str) -> list[Response]:
    return [Response(text=text) for text in texts]


def asked(parameters: JudgeParameters, *texts: str, answer: Response = ANSWER) -> Sequence[Request]:
    return ask_judge(ITEM, answer, parameters, said(*texts))


def test_it_is_a_scorer_that_asks() -> None:
    scorer = find_scorer("string_match", "judge")
    assert (scorer.judge, scorer.requests, scorer.parameters) == (grade, ask_judge, JudgeParameters)
    assert not scorer.quick


def test_what_the_model_thought_is_not_graded() -> None:
    (request,) = asked(JudgeParameters())
    assert request.messages is not None
    assert [message.role for message in request.messages] == ["system", "user"]
    assert "부산" not in request.messages[-1].content
    assert "서울" in request.messages[-1].content


def test_a_verdict_that_is_read_is_not_asked_for_again() -> None:
    assert not asked(JudgeParameters(), "[[CORRECT]]")
    assert not asked(JudgeParameters(), "<think>[[INCORRECT]]</think>[[CORRECT]]")


def test_an_unreadable_one_is_asked_for_once_more_in_the_same_chat() -> None:
    (request,) = asked(JudgeParameters(), "글쎄요")
    assert request.messages is not None
    assert [message.role for message in request.messages] == ["system", "user", "assistant", "user"]
    assert request.messages[2].content == "글쎄요"
    assert not asked(JudgeParameters(), "글쎄요", "글쎄요")


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (["[[CORRECT]]"], "correct"),
        (["[[INCORRECT]]"], "wrong"),
        (["[[NOT_ATTEMPTED]]"], "invalid"),
        (["글쎄요", "[[CORRECT]]"], "correct"),
        (["글쎄요", "글쎄요"], "unjudged"),
        (["글쎄요"], "unjudged"),
    ],
)
def test_the_verdict_is_the_judges(texts: list[str], outcome: str) -> None:
    verdict = grade(ITEM, ANSWER, JudgeParameters(), said(*texts))
    assert (verdict.outcome, verdict.judgements) == (outcome, tuple(texts))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Response(text=""), "invalid"),
        (Response(text="<think>음</think>"), "invalid"),
        (Response(text="<think>음", finish_reason="length"), "cut"),
    ],
)
def test_no_answer_is_not_shown_to_the_judge(answer: Response, outcome: str) -> None:
    assert not asked(JudgeParameters(), answer=answer)
    assert grade(ITEM, answer, JudgeParameters(), []).outcome == outcome


@pytest.mark.parametrize(
    ("template", "choices"),
    [
        ("reference_ko", ("CORRECT", "INCORRECT", "NOT_ATTEMPTED")),
        ("score_ko", tuple(map(str, range(1, 11)))),
    ],
)
def test_a_judge_that_can_be_kept_to_its_verdicts_is_asked_for_one_alone(
    template: str, choices: tuple[str, ...]
) -> None:
    parameters = JudgeParameters(template=template, structured=True)
    (request,) = asked(parameters)
    assert (request.choices, parameters.constrains()) == (choices, True)
    for choice in choices:
        assert grade(ITEM, ANSWER, parameters, said(choice)).outcome != "unjudged"
    assert asked(JudgeParameters(template=template))[0].choices == ()


def test_the_report_says_which_template_it_was() -> None:
    facts = JudgeParameters(template="score_en").facts()
    assert facts["template"] == "score_en"
    assert len(facts["template_fingerprint"]) == 64


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"template": "scor_ko"}, "did you mean 'score_ko'"),
        ({"template": "pairwise_ko"}, "needs against=REPORT.json"),
        ({"against": "x.json"}, "leave against out"),
        ({"passes_from": 3}, "has no scale"),
        ({"template": "checklist_ko", "structured": True}, "the verdicts of template checklist_ko cannot be counted"),
        ({"template": "score_ko", "passes_from": 0.5}, "has scores from 1 to 10"),
    ],
)
def test_what_does_not_fit_a_template_is_refused(parameters: dict[str, str | float | bool], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        JudgeParameters(**parameters)


TALK = Item("t-0000", "t", 0, "하나?", None, None, "", turns=(Turn("하나?", "1"), Turn("둘?")))


def test_the_answers_of_a_conversation_are_judged_one_by_one() -> None:
    parameters = JudgeParameters(template="conversation_ko")
    answer = Response(text="답 둘", earlier=(Response(text="<think>흠</think>답 하나"),))
    first, second = ask_judge(TALK, answer, parameters, ())
    assert "답 하나" in (first.messages or ())[-1].content
    assert "흠" not in str(second.messages)
    (again,) = ask_judge(TALK, answer, parameters, said("[[10]]", "글쎄요"))
    assert "둘?" in (again.messages or ())[1].content
    verdict = grade(TALK, answer, parameters, said("[[10]]", "글쎄요", "[[1]]"))
    assert (verdict.score, verdict.turn_scores, verdict.outcome) == (0.5, (1.0, 0.0), "wrong")
    assert grade(TALK, answer, parameters, said("[[10]]", "글쎄요", "글쎄요")).outcome == "unjudged"


@pytest.mark.parametrize(
    ("item", "template", "words"),
    [
        (ITEM, "reference_ko", None),
        (ITEM, "score_ko", None),
        (replace(ITEM, reference=""), "score_ko", None),
        (replace(ITEM, reference=""), "reference_ko", "reference_ko shows a {reference}, which it lacks.*score_ko"),
        (TALK, "conversation_ko", None),
        (TALK, "conversation_en", None),
        (TALK, "score_ko", "score_ko shows no {conversation}, which it is.*conversation_ko"),
        (replace(ITEM, metadata={"rubric": "짧다"}), "checklist_ko", None),
        (ITEM, "checklist_ko", "no criteria in a column 'rubric'.*rubric=COLUMN.*no further one"),
        (replace(ITEM, metadata={"topic": "가"}), "checklist_ko", r"rubric=COLUMN names another \(it has topic\)"),
        (replace(ITEM, metadata={"rubric": 3}), "checklist_ko", "its rubric is no list of criteria: 3"),
    ],
)
def test_an_item_that_a_template_does_not_suit_is_refused_before_it_is_asked(
    item: Item, template: str, words: str | None
) -> None:
    refusal = JudgeParameters(template=template).refusal(item)
    assert refusal is None if words is None else re.search(words, str(refusal))


def test_a_report_without_an_answer_to_any_item_is_refused_and_one_with_some_is_not(tmp_path: Path) -> None:
    report = tmp_path / "old.json"
    row = {"subset": "a", "id": "a-0000", "key": "", "raw_output": "부산"}
    report.write_text(json.dumps({"samples": [row]}), encoding="utf-8")
    parameters = JudgeParameters(template="pairwise_ko", against=str(report))
    other = replace(ITEM, id="a-0001")
    assert parameters.refusal_of_all([other, ITEM]) is None
    words = str(parameters.refusal_of_all([other]))
    assert re.search(r"against=.*old.json: it has none of this run's 1 items: it names 'a-0000' of a", words)
    assert JudgeParameters().refusal_of_all([other]) is None
