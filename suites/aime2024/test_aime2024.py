"""AIME 2024: thirty problems, judged by math-verify (the extra math)."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="aime2024")
def test_aime2024(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
