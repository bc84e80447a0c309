"""KUDGE: the model judges answers that people have scored."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kudge")
def test_kudge(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
