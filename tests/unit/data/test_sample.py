from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from pytest_haerae.catalogue.benchmarks.haerae_bench import SUBSETS as HAERAE_SUBSETS
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.data.local import SAMPLE_FOLDER
from pytest_haerae.data.tables import read_rows
from pytest_haerae.types import Item

FREE_TEXT = {"lyrics_denoising", "proverbs_denoising"}
LETTERED = [subset for subset in HAERAE_SUBSETS if subset not in FREE_TEXT]
HEAD = "다음 질문을 읽고 정답으로 가장 알맞은 것을 고르시요.\n    \n### 질문: \n"
WEEKDAYS = "월화수목금토일"


@pytest.fixture(scope="module")
def loader() -> ItemLoader:
    return open_items("sample")


def test_all_subsets_and_enough_items(loader: ItemLoader) -> None:
    assert loader.dataset.subsets() == HAERAE_SUBSETS
    counts = [len(loader.items(subset)) for subset in HAERAE_SUBSETS]
    assert min(counts) >= 20
    assert sum(counts) >= 300


@pytest.mark.parametrize("subset", LETTERED)
def test_rows_have_the_benchmarks_layout(loader: ItemLoader, subset: str) -> None:
    rows = list(read_rows(SAMPLE_FOLDER / f"{subset}.jsonl"))
    items = loader.items(subset)
    for row, item in zip(rows, items, strict=True):
        options = item.options or ()
        choices = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=True))
        assert list(row) == ["query", "options", "answer"]
        assert row["query"].startswith(HEAD)
        assert row["query"].endswith(f"\n\n### 선택지: \n{choices}\n\n### 정답:")
        assert row["options"] == ("|".join(options) if subset.startswith("csat_") else repr(list(options)))
        assert len(set(options)) == 5
    questions = [item.query.split("\n\n### 선택지")[0] for item in items]
    assert len(set(questions)) == len(questions)


def test_no_letter_gives_the_answer_away(loader: ItemLoader) -> None:
    letters = Counter(item.reference for subset in LETTERED for item in loader.items(subset))
    assert set(letters) == set("ABCDE")
    for subset in LETTERED:
        counts = Counter(item.reference for item in loader.items(subset))
        assert all(0.15 <= counts[letter] / counts.total() <= 0.25 for letter in "ABCDE")


@pytest.mark.parametrize("subset", sorted(FREE_TEXT))
def test_denoising_answers_fill_the_masks(loader: ItemLoader, subset: str) -> None:
    for item in loader.items(subset):
        masked = item.query.split(": \n", 1)[1].removesuffix("\n\n### 정답:")
        pattern = r"\S+".join(re.escape(part) for part in masked.split("<unk>"))
        assert "<unk>" in masked
        assert re.fullmatch(pattern, item.reference)


def korean(day: date) -> str:
    return f"{day.year}년 {day.month}월 {day.day}일"


def dates_in(text: str) -> list[date]:
    return [date(*map(int, found)) for found in re.findall(r"(\d+)년 (\d+)월 (\d+)일", text)]


def recompute(question: str) -> str:
    """The right answer to a question of date arithmetic, from its text."""
    first, *others = dates_in(question)
    if match := re.search(r"오늘부터 (\d+)(일|주) (후|전)[는은]", question):
        days = int(match[1]) * (7 if match[2] == "주" else 1)
        return korean(first + timedelta(days if match[3] == "후" else -days))
    if "며칠 차이" in question:
        return f"{(others[0] - first).days}일"
    if match := re.search(r"은 ([월화수목금토일])요일이다\. .*무슨 요일", question):
        assert WEEKDAYS[first.weekday()] == match[1]
        return f"{WEEKDAYS[others[0].weekday()]}요일"
    raise AssertionError(f"no template matches {question}")


def test_date_arithmetic_is_right(loader: ItemLoader) -> None:
    for item in loader.items("date_understanding"):
        answer = recompute(item.query.split("### 질문: \n")[1].split("\n\n### 선택지")[0])
        assert [label for label, option in options_of(item) if option == answer] == [item.reference]


def options_of(item: Item) -> list[tuple[str, str]]:
    return list(zip(item.labels or (), item.options or (), strict=True))
