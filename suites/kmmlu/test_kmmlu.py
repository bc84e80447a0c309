"""KMMLU: 45 subjects of Korean examinations."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kmmlu")
def test_kmmlu(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
