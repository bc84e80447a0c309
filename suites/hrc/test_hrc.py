"""HRC, HAE-RAE's reasoning challenge, which a judge grades."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="hrc")
def test_hrc(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
