"""KoMT-Bench: MT-Bench in Korean, conversations of two questions each."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="komt_bench")
def test_komt_bench(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
