"""HRM8K: mathematics in Korean, judged by math-verify (the extra math)."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="hrm8k")
def test_hrm8k(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
