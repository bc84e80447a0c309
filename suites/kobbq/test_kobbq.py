"""KoBBQ: social biases in answers about people."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kobbq")
def test_kobbq(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
