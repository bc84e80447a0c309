"""Date arithmetic."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="date_understanding")
def test_date_understanding(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
