from __future__ import annotations

import pytest

from pytest_haerae.catalogue.benchmarks import haerae_bench
from pytest_haerae.catalogue.benchmarks.haerae_bench_1_0 import BENCHMARK, CONFIGURATIONS
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, read_one

FIVE = dict(zip("abcde", "가나다라마", strict=True))


@pytest.mark.parametrize("last", ["", None, float("nan")])
def test_a_row_has_five_options_or_four(last: object) -> None:
    check({"question": "뜻은?", **FIVE, "answer": "e"}, "### 질문: \n뜻은?", tuple("가나다라마"), "E")
    check({"question": "뜻은?", **FIVE, "e": last, "answer": "d"}, "### 질문: \n뜻은?", tuple("가나다라"), "D")


def test_an_answer_that_is_no_option_is_refused() -> None:
    with pytest.raises(UsageError, match="row 1, field 'answer': 'e' is not one of the options A, B, C, D"):
        read_one({"question": "뜻은?", **FIVE, "e": "", "answer": "e"})


def test_its_subsets_are_called_as_those_of_version_1_1() -> None:
    assert set(CONFIGURATIONS) < set(haerae_bench.SUBSETS)
    assert CONFIGURATIONS["reading_comprehension"] == "Reading Comprehension"
    assert len(CONFIGURATIONS) == 6
    assert BENCHMARK.suite_of("history") == "suites/haerae_bench_1_0/test_haerae_bench_1_0.py::test_haerae_bench_1_0"
    assert not BENCHMARK.in_all, "most of its questions are in version 1.1, too"
