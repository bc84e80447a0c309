from __future__ import annotations

import pytest

from pytest_haerae.scoring.finish import LIMITS, limit_reached


@pytest.mark.parametrize(
    "word", ["length", "max_tokens", "MAX_TOKENS", "FinishReason.MAX_TOKENS", "max-tokens", "limit"]
)
def test_every_servers_word_for_its_limit_is_known(word: str) -> None:
    assert limit_reached(word)


@pytest.mark.parametrize(
    "word", [None, "", "stop", "STOP", "end_turn", "eos_token", "content_filter", "tool_calls", "error"]
)
def test_another_end_is_no_limit(word: str | None) -> None:
    assert not limit_reached(word)


def test_the_words_are_compared_as_they_are_written_here() -> None:
    assert all(limit_reached(word.upper()) for word in LIMITS)
