"""KSM: problems of Korean competitions, judged by math-verify (the extra math)."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="ksm")
def test_ksm(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
