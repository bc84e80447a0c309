"""HAERAE-VISION: questions about photographs; a judge holds what is written against a checklist."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="haerae_vision")
def test_haerae_vision(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
