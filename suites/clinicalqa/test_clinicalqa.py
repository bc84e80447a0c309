"""ClinicalQA: clinical cases at the level of the Korean medical licensing examination."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="clinicalqa")
def test_clinicalqa(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
