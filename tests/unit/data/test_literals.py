from __future__ import annotations

import json

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.literals import RepeatedKey, load_json, parse_literal, unique_keys

VALUES = st.lists(
    st.one_of(st.text(st.characters(codec="utf-8")), st.integers(), st.booleans()), min_size=2, max_size=5
)


@given(VALUES)
def test_json_and_pythons_literals_are_read_as_they_were_written(values: list[object]) -> None:
    for text in (json.dumps(values), json.dumps(values, ensure_ascii=False), repr(values)):
        assert parse_literal(text) == values
    assert parse_literal(repr({"가": values})) == {"가": values}


@given(st.lists(st.text("가a'\" ,", min_size=1), min_size=2, max_size=5))
def test_what_numpy_prints_is_read_as_the_array_was(texts: list[str]) -> None:
    array = numpy.array(texts, dtype=object)
    for text in (str(array), repr(array)):
        assert parse_literal(text) == texts


@pytest.mark.parametrize(
    "text", ["['a' 'b', 'c']", "['a', 'b' 'c']", "[a, b]", "['a'", "[open('x')]", "{'a': 'b' 'c'}", "[1 +]"]
)
def test_what_is_none_of_the_three_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a list"):
        parse_literal(text)


def test_b4_a_key_that_stands_twice_is_refused_at_every_depth() -> None:
    for text in ('{"a": 1, "a": 2}', '[{"b": {"a": 1, "a": 1}}]'):
        with pytest.raises(RepeatedKey, match="the key 'a' stands twice"):
            load_json(text)
    with pytest.raises(RepeatedKey, match="the key 'a' stands twice"):
        parse_literal("[{'a': 1, 'a': 2}]")
    assert unique_keys([("a", 1), ("b", 2)]) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "problem"),
    [("[" * 100_000, "nested too deep"), ("[" + "1" * 5000 + "]", "number of too many digits")],
    ids=["deep", "long"],
)
def test_b7_json_that_python_cannot_keep_is_refused_in_words(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        load_json(text)
