"""KoBEST: five tasks of Korean language understanding."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kobest")
def test_kobest(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
