"""Logical puzzles of HAE-RAE: the first 20 questions of each task and level, which are in the package."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(dataset="logical_puzzles")
def test_logical_puzzles(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
