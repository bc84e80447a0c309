"""KMMLU-Redux: Korean technical qualifications."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kmmlu_redux")
def test_kmmlu_redux(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
