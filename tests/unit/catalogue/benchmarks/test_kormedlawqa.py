from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.kormedlawqa import BENCHMARK
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, read_one

TEXTS = ("의사", "간호사", "약사", "치과의사", "한의사")
ROW: dict[str, Any] = {"question": "처방전을 쓸 수 없는 사람은?", "answer": "C", "reasoning": "지어낸 조문에 따른다."}


@pytest.mark.parametrize("options", [list(TEXTS), dict(zip("ABCDE", TEXTS, strict=True))])
def test_options_are_a_list_or_letters_with_texts(options: object) -> None:
    check({**ROW, "options": options}, f"### 질문: \n{ROW['question']}", TEXTS, "C", BENCHMARK.layouts)
    assert not read_one({**ROW, "options": options}, BENCHMARK.layouts).metadata


def test_an_answer_that_is_no_option_is_refused() -> None:
    with pytest.raises(UsageError, match="row 1, field 'answer': 'F' is not one of the options A, B, C, D, E"):
        read_one({**ROW, "options": list(TEXTS), "answer": "F"}, BENCHMARK.layouts)
    assert not BENCHMARK.in_all, "its rows could not be seen"
