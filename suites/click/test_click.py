"""CLIcK: Korean culture and language."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="click")
def test_click(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
