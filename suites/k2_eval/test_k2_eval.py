"""K2-Eval: instructions that need knowledge of Korea; a judge scores what is written."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="k2_eval")
def test_k2_eval(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
