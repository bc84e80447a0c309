from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.options import options_of
from pytest_haerae.scoring.reading.output import SEVERAL
from pytest_haerae.scoring.reading.structured import json_answer
from tests.helpers import lettered

OPTIONS = options_of(lettered())


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ('{"answer": "B"}', "B", '"answer": "B"'),
        ('앞 {"이유": "(A)", "정답": "(C)"} 뒤', "C", '"정답": "(C)"'),
        ('{"answer": ["B"]}', "B", '"answer": ["B"]'),
        ('{"answer": ["A", "B"]}', SEVERAL, '"answer": ["A", "B"]'),
        ('{"answer": null}', None, '"answer": null'),
        ('{"answer":  2}', "B", '"answer":  2'),
    ],
)
def test_the_answer_of_an_object_and_where_it_stands(text: str, label: str | None, words: str) -> None:
    found = json_answer(text, OPTIONS)
    assert found is not None
    assert (found.label, text[found.start : found.end]) == (label, words)
    assert text[found.after - 1] == "}"


@pytest.mark.parametrize("text", ["", "B", "{", '{"answer": "B"', '["B"]', '{"reason": "B"}', "{}" * 9])
def test_what_is_no_object_with_an_answer_is_none(text: str) -> None:
    assert json_answer(text, OPTIONS) is None
