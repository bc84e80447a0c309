"""KorMedLawQA: choices about Korean medical law."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kormedlawqa")
def test_kormedlawqa(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
