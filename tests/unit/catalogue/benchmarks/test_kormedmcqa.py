from __future__ import annotations

from tests.unit.catalogue.benchmarks.rows import FOUR, check


def test_a_row_with_a_fifth_option_is_not_read_as_one_of_four() -> None:
    check({"question": "뜻은?", **FOUR, "E": "마", "answer": 5}, "### 질문: \n뜻은?", tuple("가나다라마"), "E")
