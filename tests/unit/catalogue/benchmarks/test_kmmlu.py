from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import FOUR, check, read_one


def test_a_row() -> None:
    row = {"question": "뜻은?", **FOUR, "answer": 3, "Category": "Law"}
    check(row, "### 질문: \n뜻은?", tuple("가나다라"), "C")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": 5}, "row 1, field 'answer': '5' is not a number from 1 to 4"),
        ({"answer": 0}, "row 1, field 'answer': '0' is not a number from 1 to 4"),
        ({"C": ""}, "row 1, field 'A/B/C/D': option C is empty"),
        ({"question": None}, "row 1, field 'question': is empty"),
    ],
)
def test_a_bad_row(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_one({"question": "뜻은?", **FOUR, "answer": 1, **changes})
