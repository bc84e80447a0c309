from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.instructions.following import answer_of, check_strictly, followed_by, variants
from pytest_haerae.scoring.instructions.registry import read_asked, read_reference, write_reference
from pytest_haerae.types import Response
from tests.unit.scoring.instructions.tables import Case, all_cases


def reference(*asked: tuple[str, Mapping[str, Any]]) -> str:
    return write_reference(read_asked([name for name, _ in asked], [arguments for _, arguments in asked]))


END = ("startend:end_checker", {"end_phrase": "끝."})
NO_COMMA: tuple[str, dict[str, Any]] = ("punctuation:no_comma", {})


def test_there_are_eight_variants() -> None:
    assert variants("*하나*\n둘\n셋") == (
        "*하나*\n둘\n셋",
        "둘\n셋",
        "*하나*\n둘",
        "둘",
        "하나\n둘\n셋",
        "둘\n셋",
        "하나\n둘",
        "둘",
    )


@pytest.mark.parametrize(
    ("text", "strict", "loose"),
    [
        ("하나. 끝.", True, True),
        ("하나. 끝.\n감사합니다!", False, True),
        ("하나. *끝.*", False, True),
        ("*끝.*\n감사합니다!", False, True),
        ("하나. 끝.\n감사합니다!\n안녕!", False, False),
        ("하나.", False, False),
    ],
)
def test_loosely_any_variant_will_do(text: str, strict: bool, loose: bool) -> None:
    found = followed_by(reference(END), Response(text))
    assert found == (("startend:end_checker",), (strict,), (loose,))


def test_each_instruction_may_be_followed_by_another_variant() -> None:
    found = followed_by(reference(END, NO_COMMA), Response("네, 물론입니다.\n하나. 끝.\n또 뵙겠습니다!"))
    assert found.strict == (False, False)
    assert found.loose == (True, True)


@given(st.sampled_from([case for case in all_cases() if not case.name.startswith("language")]))
def test_what_is_followed_strictly_is_followed_loosely(case: Case) -> None:
    found = followed_by(reference((case.name, case.arguments)), Response(case.output))
    assert found.strict == (case.followed,)
    assert found.loose >= found.strict


@pytest.mark.parametrize(
    ("response", "text", "cut"),
    [
        (Response("가"), "가", False),
        (Response("<think>쉼표, 둘</think>가"), "가", False),
        (Response("<think>쉼표, 둘"), "", True),
        (Response("가", finish_reason="length"), "가", True),
        (Response("가", finish_reason="stop"), "가", False),
        (Response(unicodedata.normalize("NFD", "가\r\n나")), "가\n나", False),
        (Response(None), "", False),
    ],
)
def test_an_answer_is_without_reasoning_and_composed(response: Response, text: str, cut: bool) -> None:
    assert answer_of(response) == (text, cut)


@pytest.mark.parametrize(
    "response", [None, Response(""), Response("가", finish_reason="length"), Response("<think>가")]
)
def test_what_is_no_whole_answer_follows_nothing(response: Response | None) -> None:
    found = followed_by(reference(NO_COMMA, END), response)
    assert (found.strict, found.loose) == ((False, False), (False, False))


def test_checks_are_in_the_order_of_the_instructions() -> None:
    checks = check_strictly("하나, 끝.", read_reference(reference(NO_COMMA, END)))
    assert [check.followed for check in checks] == [False, True]
