from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.labels import plain_label
from pytest_haerae.data.options import check_options, read_choices
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

PLACE = RowPlace("a.jsonl", 3)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="|\0"), min_size=1).map(str.strip)
LISTS = st.lists(TEXTS.filter(lambda text: text not in {"", "nan", "<NA>", "NaT"}), min_size=2, max_size=6)


@given(LISTS)
def test_b2_options_are_the_same_in_every_shape(texts: list[str]) -> None:
    expected = read_choices(texts, "options", PLACE).texts
    letters = LETTERS[: len(texts)]
    labelled = list(zip(letters, texts, strict=True))
    shapes: list[Any] = [
        tuple(texts),
        json.dumps(texts),
        json.dumps(texts, ensure_ascii=False),
        repr(texts),
        repr(tuple(texts)),
        numpy.array(texts, dtype=object),
        repr(numpy.array(texts, dtype=object).tolist()),
        {"text": texts, "label": list(letters)},
        {"label": list(letters), "text": numpy.array(texts, dtype=object)},
        {"choices": texts},
        json.dumps({"text": texts, "label": list(letters)}),
        dict(labelled),
        dict(reversed(labelled)),
        {f"({letter.lower()})": text for letter, text in labelled},
        str(dict(labelled)),
        json.dumps(dict(labelled)),
        [{"label": letter, "text": text} for letter, text in labelled],
        [{"text": text} for text in texts],
        [{letter: text} for letter, text in reversed(labelled)],
        [[letter, text] for letter, text in labelled],
        {str(number): text for number, text in enumerate(texts)},
        {str(number): text for number, text in enumerate(texts, 1)},
        {"①②③④⑤⑥"[number]: text for number, text in enumerate(texts)},
    ]
    for shape in shapes:
        assert read_choices(shape, "options", PLACE).texts == expected


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("['부산' '서울']", ("부산", "서울")),
        ("['부산' '서울'\n \"대'구\"]", ("부산", "서울", "대'구")),
        ("array(['부산', '서울'], dtype=object)", ("부산", "서울")),
        ("array(['부산' '서울'])", ("부산", "서울")),
        ("[1 2 3]", ("1", "2", "3")),
        ("[-1 -2 0.5]", ("-1", "-2", "0.5")),
        (numpy.array([1, 2]), ("1", "2")),
        ([numpy.float64(0.5), numpy.int64(2)], ("0.5", "2")),
        ('["\\ud83d\\ude00", "나"]', ("😀", "나")),
        ("['\\u1112\\u1161', '나']", ("하", "나")),
        ([0, 0.0, True, -1.5], ("0", "0.0", "True", "-1.5")),
        ("[0, 1.0, true]", ("0", "1.0", "True")),
        ("부산|서울| 대구 ", ("부산", "서울", "대구")),
        ("(1)|(2)", ("(1)", "(2)")),
        ("[가]|[나]", ("[가]", "[나]")),
        ("(A) 가|(B) 나", ("(A) 가", "(B) 나")),
        ({"A": "가", "B": "나", "C": None}, ("가", "나")),
        ({"ㄱ": "x", "ㄴ": "y"}, ("x", "y")),
    ],
)
def test_b5_shapes_that_other_tools_write(value: object, texts: tuple[str, ...]) -> None:
    assert read_choices(value, "options", PLACE).texts == texts


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (5, "'5' is not a list"),
        (True, "'True' is not a list"),
        (None, "has 0 options"),
        (float("nan"), "has 0 options"),
        ("nan", "has 0 options"),
        ([], "has 0 options"),
        ("부산", "has 1 option, "),
        ("부산, 서울", "has 1 option, "),
        (["부산", None], "option B is empty"),
        (["부산", float("nan"), "서울"], "option B is empty"),
        ("['부산', nan]", "option B is empty"),
        ("['부산', None]", "option B is empty"),
        ("[null, NaN]", "option A is empty"),
        (["부산", "nan"], "option B is empty"),
        (["부산", ["서울"]], "is a list where a text is expected"),
        (["부산", {"A": 1}], "is a structure where a text is expected"),
        ({"부산": 1, "서울": 0}, "the labels 부산, 서울 are not A, B, … or 1, 2, …"),
        ({"A": "부산", "C": "서울"}, "the labels A, C are not A, B"),
        ({"A": "부산", "B": None, "C": "서울"}, "option B is empty"),
        ({"text": ["가", "나"], "label": ["A"]}, "has not as many labels as texts"),
        ({"text": ["가", "나"], "image": ["x", "y"]}, "the keys text, image are not text and label"),
        ({"text": ["가", "나"], "label": ["A", "A"]}, "the labels A, A are not"),
        ([{"text": "가", "image": "x"}, {"text": "나", "image": "y"}], "the keys text, image are not"),
        ([{"text": "가", "label": "A"}, {"text": "나"}], "its structures have different keys"),
        ("{'가', '나'}", "is a set, which has no order"),
        ("['가' '나', '다']", "is not a list"),
        ("{'A': '가', 'A': '나'}", "the key 'A' stands twice"),
        ('{"A": "가", "A": "나"}', "the key 'A' stands twice"),
        ("['가', '나'", "is not a list"),
        ("[" * 100_000 + "]" * 100_000, "is nested too deep"),
        ("[" + "1" * 5000 + ", 2]", "has a number of too many digits"),
        ('["\\ud83d", "나"]', "has half of a character (\\ud83d)"),
        ([f"{n}" for n in range(27)], "has 27 options; 2 to 26 are possible"),
    ],
)
def test_b7_what_is_not_understood_is_refused_with_row_and_field(value: object, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_choices(value, "options", PLACE)
    assert str(caught.value).startswith("a.jsonl, row 3, field 'options': ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("label", ["b", "B", "(B)", "b.", "B)", " （B） ", "B:"])
def test_a_label_is_the_same_however_it_is_written(label: str) -> None:
    assert plain_label(label) == "B"


def test_labels_of_their_own_are_kept() -> None:
    choices = read_choices({"text": ["나", "가"], "label": ["2", "1"]}, "options", PLACE)
    assert (choices.texts, choices.labels, choices.numbers) == (("가", "나"), ("1", "2"), False)
    assert read_choices([1, 2], "options", PLACE).numbers


def test_two_options_are_needed_and_none_may_be_empty() -> None:
    assert check_options(("가", "나"), "f", PLACE) == ("가", "나")
    for options in ((), ("가",), ("가", "")):
        with pytest.raises(UsageError, match="row 3, field 'f'"):
            check_options(options, "f", PLACE)


@pytest.mark.parametrize("text", ["'부산', '서울'", '"부산", "서울"', "['부산', '서울']"])
def test_b5_texts_in_quotes_are_a_list_without_its_brackets(text: str) -> None:
    assert read_choices(text, "options", PLACE).texts == ("부산", "서울")


@pytest.mark.parametrize("text", ["부산, 서울", "부산\n서울", "부산;서울", "[부산, 서울]", "'부산'은 '서울'"])
def test_b7_one_text_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(UsageError, match=r'write \["…", "…"\], or … \| …$'):
        read_choices(text, "options", PLACE)
