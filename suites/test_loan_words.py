"""Refined Korean words for loan words."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="loan_words")
def test_loan_words(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
