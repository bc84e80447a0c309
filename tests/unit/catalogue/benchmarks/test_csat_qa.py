from __future__ import annotations

from tests.unit.catalogue.benchmarks.rows import check

FIVE = {f"option#{number}": text for number, text in enumerate("가나다라마", 1)}


def test_a_row_with_a_passage() -> None:
    check(
        {"question": "뜻은?", "context": "봄", **FIVE, "gold": 2},
        "### 지문: \n봄\n\n### 질문: \n뜻은?",
        tuple("가나다라마"),
        "B",
    )
