"""HAE-RAE Bench 1.0: six subsets of Korean knowledge, vocabulary and reading."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="haerae_bench_1_0")
def test_haerae_bench_1_0(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
