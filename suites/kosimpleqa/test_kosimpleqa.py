"""KoSimpleQA: short questions on Korea, which a judge grades."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kosimpleqa")
def test_kosimpleqa(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
