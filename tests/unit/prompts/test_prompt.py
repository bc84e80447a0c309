from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_haerae.prompts.prompt import Prompt, write_option
from pytest_haerae.types import Item
from tests.helpers import lettered

FREE = Item("p-0000", "p", 0, "빈칸", None, None, "서울")


def query(item: Item) -> str:
    return item.query


PROMPT = Prompt("mine", query)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [("({})", "(C)"), ("{letter}. {text}", "C. 서울"), ("{number}", "3"), ("{other} {text}", "{other} 서울")],
)
def test_an_option_is_written_by_its_pattern(pattern: str, written: str) -> None:
    assert write_option(pattern, "C", "서울") == written


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    assert write_option("{letter}: {text}", "A", "{number}") == "A: {number}"


def test_a_letter_or_an_options_text_is_scored() -> None:
    assert PROMPT.write_continuation(lettered(), "B") == "(B)"
    assert replace(PROMPT, continuation="text").write_continuation(lettered(), "B") == "원두"


def test_a_worked_example_answers_in_the_prompts_words() -> None:
    assert PROMPT.write_target(lettered("B")) == "(B)"
    assert replace(PROMPT, target="정답: {label}").write_target(lettered("B")) == "정답: (B)"
    assert PROMPT.write_target(FREE) == "서울"
    assert replace(PROMPT, free_text_target="정답: {text}").write_target(FREE) == "정답: 서울"


def shouted(item: Item) -> str:
    return item.query + "!"


@pytest.mark.parametrize(
    "other",
    [
        replace(PROMPT, render=shouted),
        replace(PROMPT, stop=("\n",)),
        replace(PROMPT, label="{}"),
        replace(PROMPT, target="정답: {label}"),
        replace(PROMPT, free_text_target="정답: {text}"),
        replace(PROMPT, continuation="text"),
        replace(PROMPT, content="a file"),
    ],
)
def test_the_fingerprint_follows_what_the_prompt_makes(other: Prompt) -> None:
    assert other.fingerprint != PROMPT.fingerprint


def test_the_fingerprint_does_not_follow_the_name() -> None:
    assert replace(PROMPT, name="another").fingerprint == PROMPT.fingerprint
