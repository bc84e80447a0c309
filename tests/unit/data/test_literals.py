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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'text': array(['가', '나'], dtype=object), 'label': array(['A', 'B'],\n      dtype=object)}",
         {"text": ["가", "나"], "label": ["A", "B"]}),
        ("[np.str_('가'), np.str_('나')]", ["가", "나"]),
        ("[np.float64(1.5), numpy.int64(2), np.True_]", None),
        ("[np.float64(1.5), numpy.int64(2)]", [1.5, 2]),
        ("[{'label': 'A', 'text': '가'} {'label': 'B', 'text': '나'}]",
         [{"label": "A", "text": "가"}, {"label": "B", "text": "나"}]),
        ("['가' None nan]", ["가", None, None]),
        ("['가', nan]", ["가", None]),
        ("[open('x')]", None),
        ("[np.load('x')]", None),
        ("[__import__('os').system('x')]", None),
    ],
)  # fmt: skip
def test_b5_what_numpy_and_pandas_write_around_a_value_is_taken_away(text: str, value: object) -> None:
    if value is None:
        with pytest.raises(ValueError, match="is not a list"):
            parse_literal(text)
    else:
        assert parse_literal(text) == value


def test_b1_a_number_is_shown_as_it_was_written() -> None:
    numbers = load_json("[1.10, 1e3, 1.0000000000000001, 2]")
    assert [str(number) for number in numbers] == ["1.10", "1e3", "1.0000000000000001", "2"]
    assert numbers == [1.1, 1000.0, 1.0, 2]
    assert json.dumps(numbers) == "[1.1, 1000.0, 1.0, 2]"


@given(st.lists(st.text("가a'\" ,\\\n", max_size=4), min_size=1, max_size=4))
def test_a_list_of_plain_texts_is_read_as_any_other(texts: list[str]) -> None:
    assert parse_literal(repr(texts)) == texts
