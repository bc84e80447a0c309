from __future__ import annotations

import pytest

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("contents"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


@pytest.mark.parametrize(
    ("text", "count"),
    [("[가] [나]", 2), ("［가］", 1), ("[가](na.html)", 0), ("[가](나)", 1), ("[[가] 나]", 1), ("[ ]", 0)],
)
def test_placeholders_are_counted(text: str, count: int) -> None:
    told = check("detectable_content:number_placeholders", text, num_placeholders=count)
    assert told == (True, f"{count} placeholders, at least {count} asked")


@pytest.mark.parametrize(
    ("text", "found"), [("추신수는 선수다.", False), ("끝.\n추신. 곧", True), ("끝. 추신 - 곧", True)]
)
def test_a_marker_is_a_word_by_itself(text: str, found: bool) -> None:
    told = check("detectable_content:postscript", text, postscript_marker="추신")
    assert told == (found, f"{'a' if found else 'no'} postscript '추신'")
