"""BenchHub: Korean questions of twelve benchmarks, judged by letters or by math-verify (the extra math)."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="benchhub")
def test_benchhub(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
