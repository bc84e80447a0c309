"""Rare words and their definitions."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="rare_words")
def test_rare_words(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
