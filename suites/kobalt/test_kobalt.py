"""KoBALT: questions on the Korean language by linguists."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="kobalt")
def test_kobalt(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
