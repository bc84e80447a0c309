"""Masked song lines, restored as free text."""

import pytest

from pytest_haerae import Verdict, assert_correct


@pytest.mark.haerae(subset="lyrics_denoising")
def test_lyrics_denoising(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
