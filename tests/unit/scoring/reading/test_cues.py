"""What the cues match is said by their own examples; here is what they must not run away with."""

from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.cues import CORRECTION, MARKER, SUPPOSED, WHAT_WAS_ASKED


@pytest.mark.parametrize("text", ["each option: A", "질문: B", "오답률은 5%", "answer b", "answered B"])
def test_words_that_announce_no_answer(text: str) -> None:
    assert MARKER.search(text) is None


def test_a_condition_that_was_not_met_supposes_and_one_that_chooses_does_not() -> None:
    assert SUPPOSED.search("If the question had asked about medicine, ")
    assert not SUPPOSED.search("If I had to choose, ")
    assert not SUPPOSED.search("If it had asked for a port, it would be A. In fact ")


def test_a_word_that_holds_a_cue_is_none() -> None:
    assert CORRECTION.search("하지 아니, B") is not None
    assert CORRECTION.search("awaits") is None
    assert WHAT_WAS_ASKED.search("옳은 것은 원두") is None
