"""AIME 2024 in Korean: thirty problems, judged by math-verify (the extra math)."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="aime2024_ko")
def test_aime2024_ko(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
