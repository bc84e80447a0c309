"""MCLM: competition mathematics in Korean, judged by math-verify (the extra math)."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="mclm")
def test_mclm(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
