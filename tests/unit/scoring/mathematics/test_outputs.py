"""Outputs of models with the verdicts that a person gave them, by kind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pytest_haerae.types import Item, Response
from tests.unit.scoring.judged import judged

TABLE: dict[str, list[list[str]]] = tomllib.loads(Path(__file__).with_name("outputs.toml").read_text("utf-8"))
OUTPUTS = [(kind, *row) for kind, rows in TABLE.items() for row in rows]


@pytest.mark.parametrize(
    ("text", "reference", "outcome", "finish_reason"),
    [(text, reference, outcome, *(rest or ["stop"])) for _, text, reference, outcome, *rest in OUTPUTS],
    ids=[f"{kind}-{number}" for number, (kind, *_) in enumerate(OUTPUTS)],
)
def test_an_output_is_judged_as_a_person_judges_it(text: str, reference: str, outcome: str, finish_reason: str) -> None:
    pytest.importorskip("math_verify")
    item = Item("MATH-0000", "MATH", 0, "다음을 구하시오.", None, None, reference)
    found = judged(item, Response(text=text, finish_reason=finish_reason), "string_match", "math")
    assert found.outcome == outcome, found
    assert found.why is None or text.startswith(found.why, found.why_start)
    assert (found.why is not None) == (found.outcome in ("correct", "wrong"))


def test_they_are_a_hundred_of_every_kind() -> None:
    assert len(OUTPUTS) >= 100
    assert {"correct", "wrong", "invalid", "cut"} == {outcome for _, _, _, outcome, *_ in OUTPUTS}
