"""KorNLI: inference between sentences."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kornli")
def test_kornli(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
