from __future__ import annotations

import pytest

from pytest_haerae.catalogue.examination import Examination


@pytest.mark.parametrize(("each", "average", "wrong"), [(-1, 60, "-1"), (40, 101, "101"), (40, float("nan"), "nan")])
def test_marks_are_of_a_hundred(each: float, average: float, wrong: str) -> None:
    with pytest.raises(ValueError, match=f"examination by licence: a mark is from 0 to 100, not {wrong}"):
        Examination("licence", "subject", each, average)
    assert Examination("licence", "subject", 0, 100).least_average == 100
