from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from pytest_haerae.types import Response, Verdict


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Response(text="서울", completion_tokens=2), "Response(text='서울', completion_tokens=2)"),
        (Response(text=""), "Response(text='')"),
        (Response(loglikelihoods=(-1.0, -2.5)), "Response(loglikelihoods=(-1.0, -2.5))"),
        (Response(), "Response()"),
        (Response("a", latency_seconds=0.0, truncated=True), "Response(text='a', truncated=True, latency_seconds=0.0)"),
        (Verdict("wrong", "A", margin=-1.5), "Verdict(outcome='wrong', prediction='A', margin=-1.5)"),
        (
            Verdict("correct", panel=(("judge", Verdict("wrong")),)),
            "Verdict(outcome='correct', panel=(('judge', Verdict(outcome='wrong')),))",
        ),
    ],
)
def test_only_fields_that_say_something_are_shown_and_make_the_value_again(value: object, shown: str) -> None:
    assert repr(value) == shown
    assert eval(shown) == value  # noqa: S307 - the very text above


@pytest.mark.parametrize("name", [field.name for field in fields(Response)])
def test_no_field_that_is_set_is_left_out(name: str) -> None:
    given: dict[str, Any] = {name: math.nan}
    assert f"{name}=nan" in repr(Response(**given))


def test_a_zero_is_no_false() -> None:
    assert repr(Response(truncated=0)) == "Response(truncated=0)"  # type: ignore[arg-type] # what a backend may give
