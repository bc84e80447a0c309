"""Ko-MuSR: Korean stories and questions that take several steps."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="ko_musr")
def test_ko_musr(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
