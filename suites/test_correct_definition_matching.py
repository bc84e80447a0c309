"""Which definition fits a word's use in a sentence."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="correct_definition_matching")
def test_correct_definition_matching(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
