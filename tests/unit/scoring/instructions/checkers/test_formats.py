from __future__ import annotations

import pytest

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("formats"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


@pytest.mark.parametrize("depth", [10, 100_000])
def test_json_of_any_depth_is_looked_at_without_an_error(depth: int) -> None:
    told = check("detectable_format:json_format", "[" * depth)
    assert told == (False, "no JSON")


def test_json_may_have_numbers_of_any_length() -> None:
    assert check("detectable_format:json_format", f"[{'9' * 5000}]").followed


def test_the_answers_that_were_stated_are_told() -> None:
    both = check("detectable_format:constrained_response", "제 답변은 예입니다. 제 답변은 아니요입니다.")
    assert both == (False, "stated: 제 답변은 예입니다., 제 답변은 아니요입니다.")


@pytest.mark.parametrize("count", range(5))
def test_what_is_counted_is_told(count: int) -> None:
    lines = "\n".join(f"* 항목 {number}" for number in range(count)) or "없음"
    assert check("detectable_format:number_bullet_lists", lines, num_bullets=3) == (
        count == 3,
        f"{count} entries of a list, exactly 3 asked",
    )
    emphasis = " ".join(f"*강조 {number}*" for number in range(count)) or "없음"
    assert check("detectable_format:number_highlighted_sections", emphasis, num_highlights=3) == (
        count >= 3,
        f"{count} highlighted sections, at least 3 asked",
    )
    sections = "\n".join(f"섹션 {number}\n내용" for number in range(count)) or "없음"
    asked = {"section_spliter": "섹션", "num_sections": 3}
    assert check("detectable_format:multiple_sections", sections, **asked) == (
        count >= 3,
        f"{count} sections, at least 3 asked",
    )


def test_the_word_of_a_section_is_no_regular_expression() -> None:
    asked = {"section_spliter": "(섹션", "num_sections": 1}
    assert check("detectable_format:multiple_sections", "(섹션 1\n하나", **asked).followed
