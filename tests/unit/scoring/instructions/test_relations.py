from __future__ import annotations

import pytest

from pytest_haerae.scoring.instructions.relations import at_least, compared, exactly


@pytest.mark.parametrize(
    ("count", "less", "least", "same"), [(2, True, False, False), (3, False, True, True), (4, False, True, False)]
)
def test_a_count_is_held_against_a_number(count: int, less: bool, least: bool, same: bool) -> None:
    assert compared(count, "less than", 3, "words") == (less, f"{count} words, fewer than 3 asked")
    assert compared(count, "at least", 3, "words") == (least, f"{count} words, at least 3 asked")
    assert at_least(count, 3, "words") == compared(count, "at least", 3, "words")
    assert exactly(count, 3, "words") == (same, f"{count} words, exactly 3 asked")
