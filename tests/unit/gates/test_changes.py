"""What a report says of its changes is of the promised shape."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from pytest_haerae.gates.changes import Change, Changes, DetectableDrops
from tests.unit.reports import report_of, samples_of

CHANGE: Change = {"n": 4, "change": -0.25, "lost": 1, "gained": 0, "p_value": 0.5}


def test_the_entries_of_a_report_are_of_these_types() -> None:
    info = report_of(samples_of({"a": "wccc", "b": "cc"}), report_of(samples_of({"a": "cccc", "b": "cc"})))["info"]
    assert TypeAdapter(Changes).validate_python(info["changes"], strict=True) == info["changes"]
    drops = info["detectable_drops"]
    assert TypeAdapter(DetectableDrops).validate_python(drops, strict=True) == drops


@pytest.mark.parametrize("wrong", [{"n": -1}, {"change": 1.5}, {"p_value": 2.0}, {"drop_at_most": -0.1}])
def test_a_number_out_of_its_range_is_no_change(wrong: dict[str, float]) -> None:
    TypeAdapter(Change).validate_python({**CHANGE, "drop_at_most": 0.5, "items_to_tell": None})
    with pytest.raises(ValidationError):
        TypeAdapter(Change).validate_python({**CHANGE, **wrong})
