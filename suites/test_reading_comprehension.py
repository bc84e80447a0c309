"""Questions on a passage."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="reading_comprehension")
def test_reading_comprehension(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
