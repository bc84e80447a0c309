from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.config.costs import parse_dollars
from pytest_haerae.errors import UsageError


@pytest.mark.parametrize(("value", "sum_"), [("2.50", 2.5), ("$3", 3.0), (0.01, 0.01), ("1e-3", 0.001)])
def test_a_sum_is_read(value: Any, sum_: float) -> None:  # noqa: ANN401 - as typed
    assert parse_dollars("--max-cost", value) == sum_


@pytest.mark.parametrize("value", ["0", "-1", "viel", "nan", "inf", "", "2,50"])
def test_what_is_no_sum_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match=f"--max-cost: '{value}' is not a sum of US dollars"):
        parse_dollars("--max-cost", value)
