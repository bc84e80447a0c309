"""KMMLU-Pro: the examinations of Korean professional licences."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kmmlu_pro")
def test_kmmlu_pro(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
