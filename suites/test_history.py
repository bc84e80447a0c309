"""Korean history."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="history")
def test_history(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
