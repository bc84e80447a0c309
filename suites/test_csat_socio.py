"""Society and culture, as in the college entrance examination."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="csat_socio")
def test_csat_socio(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
