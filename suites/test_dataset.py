"""Every subset of ``--dataset`` that has no suite of its own: any folder of questions runs as it is."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae
def test_dataset(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
