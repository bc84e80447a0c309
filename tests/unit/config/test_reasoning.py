from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.config.reasoning import parse_reasoning
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.types import ReasoningLevel
from tests.helpers import ROOT


@pytest.mark.parametrize("level", get_args(ReasoningLevel))
def test_a_level_is_taken_by_its_name(level: str) -> None:
    assert parse_reasoning("--reasoning", level) == level


@given(st.integers(1, 10**6))
def test_a_number_is_one_of_tokens(tokens: int) -> None:
    assert parse_reasoning("--reasoning", str(tokens)) == parse_reasoning("--reasoning", tokens) == tokens


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hihg", "--reasoning: unknown level 'hihg': did you mean 'high'"),
        ("0", "--reasoning: no token at all is --reasoning=off"),
        ("-5", "--reasoning: '-5' is no number of tokens"),
        ("1.5", "--reasoning: '1.5' is no number of tokens"),
        ("٣", "--reasoning: '٣' is no number of tokens"),
        ("", "--reasoning: unknown level ''"),
    ],
)
def test_anything_else_is_refused_with_the_way_out(text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_reasoning("--reasoning", text)
    assert str(refused.value).startswith(message)


def test_it_is_a_part_of_the_configuration() -> None:
    assert build_config({"model": "random", "reasoning": "2048"}, ROOT).reasoning == 2048
    assert build_config({"model": "random"}, ROOT).reasoning is None
