from __future__ import annotations

import pytest

from pytest_haerae.config.gate_settings import gate_settings
from pytest_haerae.gates.families import WHOLE, Families, called


def subsets(*names: str) -> list[tuple[str, str]]:
    return [("subset", name) for name in names]


def test_the_whole_is_alone_and_the_named_subsets_share_their_level() -> None:
    settings = gate_settings({"max_drop": ["0.01", "a=0.05", "b=0"], "significance": "0.1"})
    families = Families(settings, (), "abcde")
    assert families.gated == [[WHOLE], subsets("a", "b")]
    assert families.others == subsets("c", "d", "e")
    assert [families.level(place) for place in (WHOLE, *subsets("a", "c"))] == pytest.approx([0.1, 0.05, 0.1 / 3])
    assert [families.margin(place) for place in (WHOLE, *subsets("a", "b", "c"))] == [0.01, 0.05, 0.0, 0.01]


def test_several_benchmarks_are_of_the_first_family() -> None:
    settings = gate_settings({"max_drop": ["0.01", "kobest=0.2", "each=0.3"]})
    families = Families(settings, ("kmmlu", "kobest"), ("kmmlu/a", "kobest/a"))
    places = [WHOLE, ("benchmark", "kmmlu"), ("benchmark", "kobest")]
    assert families.gated == [places, subsets("kmmlu/a", "kobest/a")]
    assert families.others == []
    assert {families.level(place) for place in places} == {0.05 / 3}
    assert [families.margin(place) for place in places] == [0.01, 0.01, 0.2]


def test_what_is_alone_is_the_whole_where_it_is_not_named() -> None:
    families = Families(gate_settings({}), ("kmmlu",), ("kmmlu/a",))
    assert (families.gated, families.others) == ([[WHOLE], []], [])
    assert families.level(("subset", "kmmlu/a")) == families.level(("benchmark", "kmmlu")) == 0.05
    named = Families(gate_settings({"max_drop": ["kmmlu=0.1", "kmmlu/a=0.2"]}), ("kmmlu",), ("kmmlu/a",))
    assert named.gated == [[WHOLE, ("benchmark", "kmmlu")], subsets("kmmlu/a")]


def test_a_named_subset_that_was_not_measured_has_a_gate_all_the_same() -> None:
    families = Families(gate_settings({"max_drop": "gone=0.1"}), (), "ab")
    assert families.gated == [[WHOLE], subsets("gone")]


def test_a_group_in_words() -> None:
    assert [called(place) for place in (WHOLE, ("subset", "a"))] == ["all items", "subset a"]
