from __future__ import annotations

from pytest_haerae.catalogue.benchmarks.kmmlu_pro import BENCHMARK
from pytest_haerae.catalogue.examination import Examination
from tests.unit.catalogue.benchmarks.rows import check, read_one

ROW = {
    "question": "뜻은?",
    "options": list("가나다라마"),
    "solution": "5",
    "score": 1.0,
    "license_name": "지어낸사",
    "subject": "지어낸 과목",
    "year": 2024,
    "round": 1,
    "session": 2,
}


def test_a_row_has_four_or_five_options_and_tells_its_licence() -> None:
    check(ROW, "### 질문: \n뜻은?", tuple("가나다라마"), "E")
    check({**ROW, "options": list("가나다라"), "solution": "4"}, "### 질문: \n뜻은?", tuple("가나다라"), "D")
    told = {name: ROW[name] for name in ("score", "license_name", "subject", "year", "round", "session")}
    assert read_one(ROW).metadata == told


def test_a_licence_takes_40_in_each_subject_and_60_on_average() -> None:
    assert BENCHMARK.examination == Examination("license_name", "subject", 40, 60)
    assert not BENCHMARK.in_all, "it is gated"
