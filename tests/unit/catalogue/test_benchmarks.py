from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.click import RULES, belongs
from pytest_haerae.catalogue.datasets import known_layouts, open_dataset
from pytest_haerae.catalogue.registry import benchmark_names, find_benchmark, own_benchmarks
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.data.layouts import make_items
from pytest_haerae.doors.evaluator import suite_nodeid
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.registry import find_prompt, refuse_method
from pytest_haerae.scoring.registry import find_scorer
from pytest_haerae.types import Item
from tests.helpers import ROOT

COUNTS = {
    "click": 11,
    "csat_qa": 6,
    "haerae_bench": 13,
    "hrm8k": 5,
    "kbl": 65,
    "kmmlu": 45,
    "kobest": 5,
    "kormedmcqa": 4,
}


def test_every_benchmark_is_whole() -> None:
    assert {benchmark.name: len(benchmark.configurations) for benchmark in own_benchmarks()} == COUNTS
    assert benchmark_names() == tuple(COUNTS)
    for benchmark in own_benchmarks():
        for method, name in benchmark.prompts.items():
            refuse_method(find_prompt(name), method)
        for method, name in benchmark.scorers.items():
            find_scorer(method, name)
        for subset in benchmark.configurations:
            path, _, function = benchmark.suite_of(subset).partition("::")
            suite = (ROOT / path).read_text(encoding="utf-8")
            assert f"def {function}(" in suite
            named = f'subset="{subset}"' if benchmark.name == "haerae_bench" else f'dataset="{benchmark.name}"'
            assert f"@pytest.mark.haerae({named})" in suite
            # Node ids hold the names as they are.
            assert re.fullmatch(r"[A-Za-z0-9._-]+", subset)


def test_the_subsets_that_share_a_configuration_are_told_apart() -> None:
    for benchmark in own_benchmarks():
        configurations = list(benchmark.configurations.values())
        assert benchmark.belongs or len(set(configurations)) == len(configurations)


def test_subsets_are_known_and_misspelt_ones_refused_without_a_download() -> None:
    dataset = open_dataset("kmmlu")
    assert isinstance(dataset, HubDataset)
    assert dataset.subsets()[0] == "Accounting"
    assert (dataset.repository.name, dataset.revision) == ("HAERAE-HUB/KMMLU", None)
    assert open_dataset("kmmlu", revision="main").revision == "main"
    assert find_benchmark("EleutherAI/kmmlu") is None


def test_each_item_has_one_test_that_asks_it() -> None:
    item = Item("history-0001", "history", 1, "q", None, None, "x")
    assert suite_nodeid(item, "haerae_bench") == "suites/test_history.py::test_history[history-0001]"
    assert suite_nodeid(item, "sample") == "suites/test_history.py::test_history[history-0001]"
    assert suite_nodeid(item, "click") == "suites/click/test_click.py::test_click[history-0001]"
    other = Item("Law-0001", "Law", 1, "q", None, None, "x")
    assert suite_nodeid(other, "kmmlu") == "suites/kmmlu/test_kmmlu.py::test_kmmlu[Law-0001]"
    assert suite_nodeid(other, "a/folder") == "suites/test_dataset.py::test_dataset[Law-0001]"


FOUR = {"A": "가", "B": "나", "C": "다", "D": "라"}
FIVE = {f"option#{number}": text for number, text in enumerate("가나다라마", 1)}
COPA = {"premise": "비가 왔다.", "question": "결과", "alternative_1": "땅이 젖었다.", "alternative_2": "해가 떴다."}
ENDINGS = {f"ending_{number}": f"{number}분 뒤" for number in range(1, 5)}
LAYOUTS: dict[str, tuple[dict[str, Any], str, tuple[str, ...] | None, str]] = {
    "kmmlu": (
        {"question": "뜻은?", **FOUR, "answer": 3, "Category": "Law"},
        "### 질문: \n뜻은?",
        tuple("가나다라"),
        "C",
    ),
    "kormedmcqa": (
        {"question": "뜻은?", **FOUR, "E": "마", "answer": 5},
        "### 질문: \n뜻은?",
        tuple("가나다라마"),
        "E",
    ),
    "csat_qa": (
        {"question": "뜻은?", "context": "봄", **FIVE, "gold": 2},
        "### 지문: \n봄\n\n### 질문: \n뜻은?",
        tuple("가나다라마"),
        "B",
    ),
    "click": (
        {"id": "PSAT_1", "paragraph": "봄", "question": "뜻은?", "choices": ["가", "나"], "answer": "나"},
        "### 지문: \n봄\n\n### 질문: \n뜻은?",
        ("가", "나"),
        "B",
    ),
    "boolq": (
        {"paragraph": "봄이다.", "question": "봄인가?", "label": 1},
        "### 지문: \n봄이다.\n\n### 질문: \n봄인가?",
        ("아니오", "예"),
        "B",
    ),
    "copa": ({**COPA, "label": 0}, "### 질문: \n비가 왔다.  그래서", ("땅이 젖었다.", "해가 떴다."), "A"),
    "hellaswag": (
        {"context": "봄이다.", **ENDINGS, "label": 3},
        "### 질문: \n문장: 봄이다.",
        tuple(ENDINGS.values()),
        "D",
    ),
    "sentineg": ({"sentence": "좋다", "label": 1}, "### 질문: \n문장: 좋다 긍부정:", ("부정", "긍정"), "B"),
    "wic": (
        {"word": "배", "context_1": "배를 탔다.", "context_2": "배를 먹었다.", "label": 0},
        "### 질문: \n문장1: 배를 탔다. 문장2: 배를 먹었다. 두 문장에서 배가 같은 뜻으로 쓰였나?",
        ("아니오", "예"),
        "A",
    ),
    "kbl_knowledge": (
        {"question": "뜻은?", "A": "가", "B": "나", "label": "B"},
        "### 질문: \n뜻은?",
        ("가", "나"),
        "B",
    ),
    "kbl_reasoning": (
        {"question": "같은가?", "statement1": "봄", "statement2": "여름", "A": "가", "B": "나", "label": "A"},
        "### 지문: \n진술 1: 봄\n진술 2: 여름\n\n### 질문: \n같은가?",
        ("가", "나"),
        "A",
    ),
    "bar_exam": ({"question": "뜻은?", **FOUR, "E": None, "gt": "D"}, "### 질문: \n뜻은?", tuple("가나다라"), "D"),
    "hrm8k": ({"question": "6×7은?", "original": "6×7?", "answer": 42.0}, "6×7은?", None, "42"),
}


@pytest.mark.parametrize(("row", "beginning", "options", "reference"), LAYOUTS.values(), ids=list(LAYOUTS))
def test_rows_of_each_benchmark(
    row: dict[str, Any], beginning: str, options: tuple[str, ...] | None, reference: str
) -> None:
    (item,) = make_items("s", [row], "made-up", {}, known_layouts())
    assert item.query.startswith(beginning)
    assert (item.options, item.reference) == (options, reference)
    if options:
        shown = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=False))
        assert item.query == f"{beginning}\n\n### 선택지: \n{shown}\n\n### 정답:"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "q", **FOUR, "answer": 5}, "row 1, field 'answer': '5' is not a number from 1 to 4"),
        ({"question": "q", **FOUR, "C": "", "answer": 1}, "field 'A/B/C/D': option C is empty"),
        ({"question": "q", **FOUR, "label": "E"}, "field 'label': 'E' is not one of the options A, B, C, D"),
        ({**COPA, "question": "이유", "label": 0}, "field 'question': '이유' is neither of 원인, 결과"),
        ({"sentence": "좋다", "label": 2}, "field 'label': '2' is not a number from 0 to 1"),
    ],
)
def test_bad_rows_of_a_benchmark(row: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        list(make_items("s", [row], "made-up", {}, known_layouts()))


def test_a_row_that_click_can_not_place_is_an_error() -> None:
    assert [subset for subset in RULES if belongs(subset, {"id": "Kedu_16_3", "question": "다음 대화는?"})] == [
        "language_function"
    ]
    with pytest.raises(UsageError, match="dataset click: the id 'CSAT_korean_x' does not tell which subset"):
        belongs("language_text", {"id": "CSAT_korean_x"}) or belongs("language_grammar", {"id": "CSAT_korean_x"})
