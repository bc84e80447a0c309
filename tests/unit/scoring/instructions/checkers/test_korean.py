from __future__ import annotations

import pytest

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("korean"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


def test_sentences_of_both_levels_are_counted() -> None:
    told = check("korean:speech_level", "안녕하세요. 밥 먹었어? 가자.", level="존댓말")
    assert told == (False, "1 polite and 2 plain sentences, all asked in 존댓말")
