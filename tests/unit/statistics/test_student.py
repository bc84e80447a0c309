from __future__ import annotations

import pytest
from scipy import stats

from pytest_haerae.statistics.student import student_tail


@pytest.mark.parametrize("freedom", [*range(1, 12), 30, 75, 200])
@pytest.mark.parametrize("value", [-40.0, -2.0, -0.1, 0.0, 0.3, 1.0, 2.5, 9.0])
def test_the_tail_is_scipys(value: float, freedom: int) -> None:
    assert student_tail(value, freedom) == pytest.approx(float(stats.t.sf(value, freedom)), abs=1e-12)
