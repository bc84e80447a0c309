"""KBL: Korean law, as knowledge, reasoning and bar examinations."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kbl")
def test_kbl(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
