"""Masked proverbs, restored as free text."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="proverbs_denoising")
def test_proverbs_denoising(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
