from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.klue import BENCHMARK, RELATIONS, TOPICS
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.cells import ClassNumber
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.errors import UsageError
from tests.helpers import HubRows
from tests.unit.catalogue.benchmarks.rows import check, read_one

YNAT: dict[str, Any] = {"guid": "ynat-0", "title": "새 다리 열려", "url": "https://example.org", "date": "2021"}
NLI: dict[str, Any] = {"guid": "nli-0", "source": "뉴스", "premise": "비가 왔다.", "hypothesis": "땅이 젖었다."}
STS: dict[str, Any] = {"guid": "sts-0", "source": "후기", "sentence1": "방이 넓다.", "sentence2": "방이 크다."}


@pytest.mark.parametrize(
    ("row", "question", "options"),
    [
        (YNAT, "다음 뉴스 제목의 주제는 무엇인가?\n제목: 새 다리 열려", TOPICS),
        (NLI, "다음 전제와 가설의 관계는 무엇인가?\n전제: 비가 왔다.\n가설: 땅이 젖었다.", RELATIONS),
    ],
)
def test_classes_are_options_in_the_order_of_their_numbers(
    row: dict[str, Any], question: str, options: tuple[str, ...]
) -> None:
    for number, letter in enumerate("ABCDEFG"[: len(options)]):
        item = read_one({**row, "label": ClassNumber(number, options[number])}, BENCHMARK.layouts)
        shown = "\n".join(f"({label}) {option}" for label, option in zip("ABCDEFG", options, strict=False))
        assert item.query == f"### 질문: \n{question}\n\n### 선택지: \n{shown}\n\n### 정답:"
        assert (item.options, item.reference) == (options, letter)
    with pytest.raises(UsageError, match=f"field 'label': '{len(options)}' is not a number from 0"):
        read_one({**row, "label": len(options)}, BENCHMARK.layouts)
    with pytest.raises(UsageError, match="field 'label': '-1' is not a number from 0"):
        read_one({**row, "label": -1}, BENCHMARK.layouts)


def test_similarity_is_the_binary_label_of_a_structure() -> None:
    question = "### 질문: \n다음 두 문장의 뜻이 같은가?\n문장1: 방이 넓다.\n문장2: 방이 크다."
    labels = {"label": 3.7, "real-label": 3.714285714285714, "binary-label": 1}
    check({**STS, "labels": labels}, question, ("아니오", "예"), "B", BENCHMARK.layouts)
    check({**STS, "labels": {**labels, "binary-label": 0}}, question, ("아니오", "예"), "A", BENCHMARK.layouts)
    with pytest.raises(UsageError, match="field 'labels': is no structure that has binary-label"):
        read_one({**STS, "labels": 1}, BENCHMARK.layouts)
    with pytest.raises(UsageError, match="field 'binary-label': is empty"):
        read_one({**STS, "labels": {"label": 3.7}}, BENCHMARK.layouts)


@pytest.mark.parametrize("row", [YNAT, NLI, {name: NLI[name] for name in ("premise", "hypothesis")}])
def test_another_data_set_of_these_columns_may_number_its_classes_otherwise(row: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="are no known layout"):
        read_one({**row, "label": 0})


def test_its_rows_are_read_by_the_id_of_its_repository_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HubDataset, "_load", lambda self, name: HubRows([{**YNAT, "label": 3}]))
    monkeypatch.setattr(HubDataset, "subsets", lambda self: ("ynat",))
    for name in ("klue", "klue/klue"):
        (item,) = open_items(name).items("ynat")
        assert (item.options, item.reference) == (TOPICS, "D")


def test_the_published_answers_are_in_validation() -> None:
    assert BENCHMARK.splits == {"test": "validation"}
    assert BENCHMARK.further_metrics == ("macro_f1",)
