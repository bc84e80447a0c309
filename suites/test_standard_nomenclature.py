"""Standard forms of words and names."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="standard_nomenclature")
def test_standard_nomenclature(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
