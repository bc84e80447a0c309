"""CSAT-QA: Korean of the college entrance examination."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="csat_qa")
def test_csat_qa(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
