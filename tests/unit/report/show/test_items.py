from __future__ import annotations

from typing import Any, cast

import pytest

from pytest_haerae.report.schema import SampleRow
from pytest_haerae.report.show.items import in_order_of_interest, item_line, item_lines, lost_ids, mark_words
from pytest_haerae.report.show.layout import display_width
from pytest_haerae.types import Outcome
from tests.unit.reports import HOSTILE, sample


def rows_of(outcomes: str) -> list[SampleRow]:
    """Rows of two subsets in turn: `cwit`, a letter an item."""
    names = {"c": "correct", "w": "wrong", "i": "invalid", "t": "cut", "e": "error"}
    return [sample(number, "ab"[number // 4], outcome=names[letter]) for number, letter in enumerate(outcomes)]


def judged(rows: list[SampleRow]) -> list[tuple[str, Outcome]]:
    """Subset and outcome of each."""
    return [(row["subset"], row["outcome"]) for row in rows]


def test_lost_items_come_first_and_one_of_each_subset_before_a_second() -> None:
    rows, then = rows_of("wwwwwiwt"), rows_of("wwwcwwcc")
    lost = lost_ids(rows, then)
    assert lost == {3, 6, 7}
    assert in_order_of_interest(judged(rows), lost) == [3, 6, 7, 0, 4, 1, 5, 2]
    assert in_order_of_interest(judged(rows)) == [0, 4, 1, 5, 2, 6, 3, 7]


def test_only_the_outcomes_that_are_asked_for_are_listed() -> None:
    rows = judged(rows_of("cwitewit"))
    assert in_order_of_interest(rows) == [1, 5, 2, 6, 3, 7]
    assert in_order_of_interest(rows, outcomes=["invalid"]) == [2, 6]
    assert in_order_of_interest(rows, outcomes=["cut"]) == [3, 7]


def test_a_line_says_what_was_lost() -> None:
    row = sample(1, explanation="csat_geo-0001 wrong: predicted (A), reference (B)")
    assert item_line(row) == row.get("explanation")
    assert item_line(row, lost=True) == f"lost: {row.get('explanation')}"
    assert item_line(cast(SampleRow, {**row, "explanation": ""})) == "csat_geo-0001 wrong"


def test_an_item_shows_prompt_options_and_the_words_that_were_read() -> None:
    row = sample(1, raw_output="생각해 보자.\n정답: (A)", why="정답: (A)", reasoning="음…")
    assert item_lines(row, 80, whole=False) == [
        "  prompt:",
        "    | 다음 질문에 답하시오.",
        "    |",
        "    | ### 질문:",
        "    | 1번 문제: 독도의 위치는?",
        "    |",
        "    | ### 정답:",
        "  options:",
        "    (A) -0.5000 동해 <- prediction",
        "    (B) -2.0000 서해 <- reference",
        "    (C) -2.0000 남해",
        "  reasoning:",
        "    | 음…",
        "  output:",
        "    | 생각해 보자.",
        "    | »정답: (A)«",
    ]


def test_what_a_model_thought_aloud_is_shown_once() -> None:
    lines = item_lines(sample(1, raw_output="<think>음…</think>(A)", reasoning="음…"), 80, whole=True)
    assert "  reasoning:" not in lines
    assert lines[-1] == "    | <think>음…</think>(A)"


def test_an_empty_output_is_shown_as_such_and_a_missing_one_not_at_all() -> None:
    assert item_lines(sample(1, raw_output=""), 80, whole=True)[-2:] == ["  output:", "    (empty)"]
    assert "  output:" not in item_lines(sample(1, raw_output=None), 80, whole=True)


def test_a_long_text_is_shown_at_both_ends_or_whole() -> None:
    row = sample(1, raw_output="\n".join(f"줄 {number}" for number in range(30)))
    short, whole = (item_lines(row, 80, whole=each) for each in (False, True))
    output = short[short.index("  output:") + 1 :]
    assert (output[0], output[6], output[-1]) == ("    | 줄 0", "    | … 18 lines more (-vv shows all)", "    | 줄 29")
    assert len(whole[whole.index("  output:") + 1 :]) == 30


@pytest.mark.parametrize("count", range(10, 18))
def test_a_line_about_lines_that_are_left_out_stands_for_more_than_itself(count: int) -> None:
    lines = item_lines(sample(1, raw_output="\n".join("줄" * count)), 80, whole=False)
    output = lines[lines.index("  output:") + 1 :]
    assert len(output) == (count if count <= 13 else 13)
    assert any("lines more" in line for line in output) == (count > 13)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal_and_nothing_steers_it(width: int) -> None:
    texts: dict[str, Any] = {
        "input": HOSTILE * 3,
        "raw_output": "한" * 500 + HOSTILE,
        "options": [HOSTILE, "나" * 90, ""],
    }
    lines = item_lines(sample(1, **texts, reasoning="\x1b[2J::error::x"), width, whole=True)
    assert max(map(display_width, lines)) <= width
    assert not any(character in "\x1b\u202e\n" for text in lines for character in text)


def test_words_are_marked_where_they_stand_last() -> None:
    assert mark_words("A 아니 A", "A") == "A 아니 »A«"
    assert mark_words("A 아니 A", "A", 0) == "»A« 아니 A"
    assert mark_words("A 아니 A", "A", 2) == "A 아니 »A«", "they do not stand there"
    assert mark_words("B", "A") == mark_words("B", None) == mark_words("B", "") == "B"
