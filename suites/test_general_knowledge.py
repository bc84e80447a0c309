"""General knowledge of Korea."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="general_knowledge")
def test_general_knowledge(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
