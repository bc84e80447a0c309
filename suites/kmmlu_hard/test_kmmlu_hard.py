"""KMMLU-Hard: KMMLU's hard questions, 45 subjects."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kmmlu_hard")
def test_kmmlu_hard(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
