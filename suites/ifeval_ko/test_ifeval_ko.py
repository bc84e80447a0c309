"""IFEval-Ko: questions whose instructions a program checks."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="ifeval_ko")
def test_ifeval_ko(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
