from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from pytest_haerae import types
from pytest_haerae.types import CAPABILITY, Capability, Method, Sample, Selected, Verdict
from tests.unit.fakes import item


def test_every_method_needs_a_capability_of_its_own() -> None:
    assert tuple(CAPABILITY) == get_args(Method)
    # Rewards are of no method: a second model gives them.
    assert sorted([*CAPABILITY.values(), "reward"]) == sorted(get_args(Capability))


@pytest.mark.parametrize("name", ["Item", "Message", "Request", "Response", "Verdict", "Terms", "Selected", "Sample"])
def test_what_travels_cannot_be_changed_on_the_way(name: str) -> None:
    kind = vars(types)[name]
    assert dataclasses.fields(kind)
    assert kind.__dataclass_params__.frozen
    assert "__dict__" not in dir(kind), "tens of thousands are held at once: no dictionary each"


def test_the_name_of_a_data_set_cannot_be_changed_either() -> None:
    with pytest.raises(AttributeError):
        types.DataKey("d").name = "e"  # type: ignore[misc] # what is tested


def test_a_sample_is_named_by_what_was_selected() -> None:
    selected = Selected(item(3), "test_a.py::test_a[x]", types.DataKey("d"))
    sample = Sample(selected, None, Verdict("skipped"))
    assert (sample.item, sample.nodeid) == (selected.item, selected.nodeid)
