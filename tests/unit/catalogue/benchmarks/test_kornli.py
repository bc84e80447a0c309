from __future__ import annotations

from pytest_haerae.catalogue.benchmarks.klue import RELATIONS
from pytest_haerae.catalogue.benchmarks.kornli import BENCHMARK
from tests.unit.catalogue.benchmarks.rows import check


def test_labels_are_entailment_neutral_and_contradiction_from_zero() -> None:
    question = "### 질문: \n다음 전제와 가설의 관계는 무엇인가?\n전제: 비가 왔다.\n가설: 땅이 젖었다."
    for number in range(3):
        row = {"premise": "비가 왔다.", "hypothesis": "땅이 젖었다.", "label": number}
        check(row, question, RELATIONS, "ABC"[number], BENCHMARK.layouts)


def test_it_is_asked_of_the_pairs_that_people_translated() -> None:
    assert BENCHMARK.configurations == {"xnli": "xnli"}
    assert BENCHMARK.further_metrics == ("macro_f1",)
