"""What backends call a generation that ended at its limit."""

from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.ending import LIMIT_REASONS, reached_limit
from pytest_haerae.types import Response

LIMITS = ("length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "limit", "model_length", "max-tokens", " Length ")
OTHERS = (None, "", "stop", "STOP", "eos_token", "end_turn", "content_filter", "tool_calls", "lengthy")


@pytest.mark.parametrize("reason", LIMITS)
def test_the_words_for_a_reached_limit_are_known_however_they_are_written(reason: str) -> None:
    assert reached_limit(Response(text="", finish_reason=reason))


@pytest.mark.parametrize("reason", OTHERS)
def test_another_reason_is_no_limit(reason: str | None) -> None:
    assert not reached_limit(Response(text="", finish_reason=reason))


def test_the_table_holds_what_reasons_are_compared_in() -> None:
    assert {reason.strip().lower().replace("-", "_") for reason in LIMIT_REASONS} == LIMIT_REASONS
