"""KLUE's classification: topics, inference, and whether sentences mean the same."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="klue")
def test_klue(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
