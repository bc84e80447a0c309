from __future__ import annotations

import datetime
import decimal
from unicodedata import is_normalized, normalize

import datasets
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.cells import (
    cell_text,
    class_names,
    composed,
    is_missing,
    is_number,
    nfc,
    only_one,
    passage_text,
    plain,
    unusable_character,
    with_names,
)
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError

PLACE = RowPlace("a.parquet", 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("가 ", "가 "),
        (0, "0"),
        (0.0, "0.0"),
        (-1.5, "-1.5"),
        (True, "True"),
        (numpy.int64(3), "3"),
        (numpy.float32(0.5), "0.5"),
        (decimal.Decimal("1.20"), "1.20"),
        (datetime.date(2024, 10, 9), "2024-10-09"),
        ("NaN", "NaN"),
        ("None", "None"),
        (None, ""),
        (float("nan"), ""),
        (numpy.float64("nan"), ""),
        (" nan ", ""),
        ("<NA>", ""),
    ],
)
def test_b3_a_cell_says_what_is_written_in_it_and_nothing_where_nothing_is(value: object, text: str) -> None:
    assert cell_text(value, "f", PLACE) == text
    assert is_missing(plain(value)) == (text == "")


@pytest.mark.parametrize(
    "value",
    [["a"], ("a",), {"a"}, {"a": 1}, b"a", float("-inf"), numpy.array(["a"])],
    ids=lambda value: type(value).__name__,
)
def test_b7_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match=r"a\.parquet, row 2, field 'f': is "):
        cell_text(value, "f", PLACE)


@pytest.mark.parametrize("value", ["None", "null", "NaN", " nan", "<NA>", "", None])
def test_b3_no_passage_is_only_the_word_for_nothing(value: object) -> None:
    assert passage_text(value, "f", PLACE) == ""
    assert passage_text("None of it", "f", PLACE) == "None of it"


@given(st.text())
def test_b6_texts_are_composed(text: str) -> None:
    assert nfc(text) == normalize("NFC", text)
    nested = composed({text: [text, {"a": (text,)}], "n": 1})
    assert is_normalized("NFC", str(nested))
    assert nested["n"] == 1


def test_b7_what_an_escape_may_write_and_no_text_has_is_found_wherever_it_stands() -> None:
    for value in ("가\ud83d", ["가", {"나": "\ud83d"}], {"\ud83d": 1}):
        assert unusable_character(value) == "half of a character (\\ud83d)"
    for value in ("가\0", ["가", {"나": "\0"}], {"\0": 1}):
        assert unusable_character(value) == "a NUL character (\\u0000)"
    assert unusable_character(["😀", {"가": "\x1b 😀"}, 2]) is None


def test_b7_an_escape_that_a_text_writes_out_is_no_character() -> None:
    """A question about programs quotes ``\\u0000`` and ``\\ud83d`` as its words."""
    assert unusable_character([r"\u0000", {r"\ud83d": r"C:\u0000"}]) is None


def test_a_number_is_no_truth_value() -> None:
    assert [is_number(value) for value in (1, 0.5, True, "1", None)] == [True, True, False, False, False]


def test_b5_the_only_answer_of_a_list_is_the_answer() -> None:
    assert [only_one(value, "f", PLACE) for value in (["가"], ("가",), numpy.array(["가"]), "['가']", 1, None)] == [
        *["가"] * 3,
        "['가']",
        1,
        None,
    ]
    for several in (["가", "나"], []):
        with pytest.raises(UsageError, match=f"field 'f': has {len(several)} answers in a list"):
            only_one(several, "f", PLACE)


def test_b2_the_number_of_a_class_has_the_classs_name() -> None:
    described = {"_type": "ClassLabel", "names": ["나", "가"]}
    assert class_names(described) == class_names(datasets.ClassLabel(names=["나", "가"])) == ["나", "가"]
    assert [class_names(other) for other in ({"_type": "Value"}, datasets.Value("string"), [described], None)] == [
        None
    ] * 4
    first, second, missing, beyond = with_names([0, 1, None, 2], ["나", "가"])
    assert (first.name, second.name, first, second, str(second)) == ("나", "가", 0, 1, "1")
    assert (missing, type(beyond)) == (None, int)
    assert with_names(["가"], None) == ["가"]
