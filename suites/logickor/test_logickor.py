"""LogicKor: conversations of two questions each, in six fields of reasoning."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="logickor")
def test_logickor(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
