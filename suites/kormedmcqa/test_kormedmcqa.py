"""KorMedMCQA: Korean licensing examinations of the health professions."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kormedmcqa")
def test_kormedmcqa(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
