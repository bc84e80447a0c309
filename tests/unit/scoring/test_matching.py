from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.judging import judge
from pytest_haerae.scoring.matching import _MARKER, MatchParameters
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import Item, Response, Verdict
from tests.helpers import lettered
from tests.unit.scoring.reading.verbose import Example, examples, uncommented

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "LG 트윈스, 1994년")


def judged(item: Item, text: str, **switches: object) -> Verdict:
    return judge(item, Response(text=text), choose_scorer("string_match", switches))


@pytest.mark.parametrize(
    ("text", "switches", "outcome"),
    [
        ("lg 트윈스, 1994년", {}, "correct"),
        ("lg 트윈스, 1994년", {"ignore_case": False}, "wrong"),
        ("LG 트윈스, 1994년", {"ignore_case": False}, "correct"),
        ("LG 트윈스 1994년!", {}, "correct"),
        ("LG 트윈스 1994년!", {"ignore_punctuation": False}, "wrong"),
        ("LG 트윈스,1994년", {"ignore_punctuation": False}, "correct"),
        ("LG 트윈스, 1990년", {}, "wrong"),
        ("LG 트윈스, １９９０년", {"ignore_numbers": True}, "correct"),
        ("LG 트윈스 (서울), 1994년", {"regexes_to_ignore": r"\(.*?\)"}, "correct"),
        ("LG, 1994년", {"regexes_to_ignore": ["트윈스", "서울"]}, "correct"),
        ("두 팀이 있다.\n**최종 정답:** LG 트윈스, 1994년", {}, "wrong"),
        ("두 팀이 있다.\n**최종 정답:** LG 트윈스, 1994년", {"extract_final_answer": True}, "correct"),
        ("정답: 두산\n아니다. Answer: LG 트윈스, 1994년\n정답:", {"extract_final_answer": True}, "correct"),
        ("<think>정답: LG 트윈스, 1994년</think>두산", {"extract_final_answer": True}, "wrong"),
        (
            "정답: LG 트윈스, 1994년\n\n### 질문: 다음 빈칸은?\n### 정답: 두산",
            {"extract_final_answer": True},
            "correct",
        ),
    ],
)
def test_a_switch_says_what_of_free_text_counts(text: str, switches: dict[str, Any], outcome: str) -> None:
    assert judged(FREE, text, **switches).outcome == outcome


@pytest.mark.parametrize(
    ("text", "switches", "prediction", "why"),
    [
        ("정답은 C가 아니다. 정답: 2", {"extract_final_answer": True}, "B", "정답: 2"),
        ("(A) 또는 (B)", {}, None, None),
        ("(A) 또는 (B)", {"regexes_to_ignore": r"\(A\) 또는"}, "B", "(B)"),
        ("해설 (A)\n정답: [[(B)]]", {"regexes_to_ignore": [r"\[\[", r"\]\]"]}, "B", "정답: [[(B)"),
    ],
)
def test_letters_are_read_from_what_is_left(
    text: str, switches: dict[str, Any], prediction: str | None, why: str | None
) -> None:
    verdict = judged(lettered("B"), text, **switches)
    assert (verdict.prediction, verdict.why) == (prediction, why)
    assert why is None or text[verdict.why_start or 0 :].startswith(why)


def test_what_was_read_behind_a_marker_is_shown_where_it_stands() -> None:
    text = "두 팀이 있다.\n정답:  LG 트윈스, 1994년 "
    verdict = judged(FREE, text, extract_final_answer=True)
    assert (verdict.why, verdict.why_start) == ("LG 트윈스, 1994년", text.index("LG"))


def test_a_reference_of_which_nothing_is_compared_makes_its_item_an_error() -> None:
    year = Item("p-0000", "p", 0, "빈칸", None, None, "1994")
    verdict = judged(year, "1990", ignore_numbers=True)
    assert (verdict.outcome, verdict.explanation) == ("error", "p-0000: nothing of the reference '1994' is compared")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("(", "regexes_to_ignore.0: '(' is no regular expression: missing ), unterminated subpattern at position 0"),
        (["a", "[b"], "regexes_to_ignore.1: '[b' is no regular expression: unterminated character set at position 0"),
        ("a{99999999999999999999}", "is no regular expression: the repetition number is too large"),
        ([3], "regexes_to_ignore.0: a regular expression is a text"),
        (3, "regexes_to_ignore: Input should be a valid tuple"),
    ],
)
@pytest.mark.parametrize("scorer", ["default", "partial_match"])
def test_what_is_no_regular_expression_is_refused_in_one_line(scorer: str, given: object, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose_scorer("string_match", {"scorer": scorer, "regexes_to_ignore": given})
    assert str(caught.value).startswith(f"--evaluator-params of scorer {scorer}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("item", [lettered("B"), FREE], ids=["lettered", "free"])
@pytest.mark.parametrize("scorer", ["default", "partial_match"])
def test_a_regular_expression_without_end_costs_its_item(item: Item, scorer: str) -> None:
    params = {"scorer": scorer, "regexes_to_ignore": "(a+)+$", "time_limit": 0.1}
    chosen = choose_scorer("string_match", params)
    assert not chosen.quick, "the model would wait for it"
    verdict = judge(item, Response(text="a" * 60 + "b"), chosen)
    assert (verdict.outcome, "gave no verdict within 0.1 s" in verdict.explanation) == ("error", True)
    assert judge(item, Response(text="LG 트윈스"), chosen).outcome in ("wrong", "invalid")


def test_without_regular_expressions_answers_are_judged_as_they_arrive() -> None:
    assert choose_scorer("string_match", {"ignore_numbers": True}).quick


def test_warnings_about_a_regular_expression_are_not_the_users_tests_failures() -> None:
    (pattern,) = MatchParameters.model_validate({"regexes_to_ignore": "[[a]"}).regexes_to_ignore
    assert pattern.pattern == "[[a]"


@pytest.mark.parametrize("example", [*examples(_MARKER)], ids=lambda example: ascii(example.text))
def test_each_line_of_the_marker_has_a_true_example(example: Example) -> None:
    assert bool(_MARKER.search(example.text)) is example.matches
    assert uncommented(_MARKER) == []
