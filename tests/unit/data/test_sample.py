from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from pytest_haerae.catalogue.benchmarks.haerae_bench import SUBSETS as HAERAE_SUBSETS
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.data.local import SAMPLE_FOLDER
from pytest_haerae.data.tables import read_rows
from pytest_haerae.types import Item

FREE_TEXT = {"lyrics_denoising", "proverbs_denoising"}
ABOUT_A_TEXT = {"date_understanding", "reading_comprehension"}
"""The subsets whose answers repeat words of the question by their nature."""
LETTERED = [subset for subset in HAERAE_SUBSETS if subset not in FREE_TEXT]
# As the benchmark spells it: the sample is asked word for word like HAE-RAE Bench.
HEAD = "다음 질문을 읽고 정답으로 가장 알맞은 것을 고르시요.\n    \n### 질문: \n"
WEEKDAYS = "월화수목금토일"


@pytest.fixture(scope="module")
def loader() -> ItemLoader:
    return open_items("sample")


def rows_of(subset: str) -> list[dict[str, str]]:
    return list(read_rows(SAMPLE_FOLDER / f"{subset}.jsonl"))


def test_every_subset_keeps_its_number_of_items(loader: ItemLoader) -> None:
    """An item's id is its line: rows are replaced where they stand, never added in between or taken out."""
    assert loader.dataset.subsets() == HAERAE_SUBSETS
    short = {"lyrics_denoising": 22, "reading_comprehension": 22}
    assert {subset: len(loader.items(subset)) for subset in HAERAE_SUBSETS} == dict.fromkeys(HAERAE_SUBSETS, 25) | short


@pytest.mark.parametrize("subset", HAERAE_SUBSETS)
def test_every_key_names_its_source_and_no_question_shows_it(loader: ItemLoader, subset: str) -> None:
    for row, item in zip(rows_of(subset), loader.items(subset), strict=True):
        assert list(row) == ["query", "options", "answer", "source"]
        assert row["source"] == row["source"].strip() != ""
        assert item.query == row["query"]
        if subset != "reading_comprehension":  # whose source is the word 지문, the heading of the passage
            assert row["source"] not in item.query


def test_the_sample_is_in_composed_characters_and_has_no_stray_spaces() -> None:
    for subset in HAERAE_SUBSETS:
        for row in rows_of(subset):
            for field, text in row.items():
                assert unicodedata.is_normalized("NFC", text)
                assert "  " not in text.replace("\n    \n", "")
                assert field == "query" or text == text.strip()


@pytest.mark.parametrize("subset", LETTERED)
def test_rows_have_the_benchmarks_layout(loader: ItemLoader, subset: str) -> None:
    items = loader.items(subset)
    for row, item in zip(rows_of(subset), items, strict=True):
        options = item.options or ()
        choices = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=True))
        assert row["query"].startswith(HEAD)
        assert row["query"].endswith(f"\n\n### 선택지: \n{choices}\n\n### 정답:")
        assert row["options"] == ("|".join(options) if subset.startswith("csat_") else repr(list(options)))
        # Apart also for a reader that leaves out spaces and signs.
        assert len({re.sub(r"[^\w→]", "", option) for option in options}) == 5
    questions = [item.query.split("\n\n### 선택지")[0] for item in items]
    assert len(set(questions)) == len(questions)


def test_no_letter_gives_the_answer_away(loader: ItemLoader) -> None:
    letters = Counter(item.reference for subset in LETTERED for item in loader.items(subset))
    assert set(letters) == set("ABCDE")
    for subset in LETTERED:
        counts = Counter(item.reference for item in loader.items(subset))
        assert all(0.15 <= counts[letter] / counts.total() <= 0.25 for letter in "ABCDE")


def other_options(item: Item) -> tuple[str, list[str]]:
    """The right option of a lettered item, and the four others."""
    options = options_of(item)
    return next(text for label, text in options if label == item.reference), [
        text for label, text in options if label != item.reference
    ]


def syllable_pairs(text: str) -> Iterator[str]:
    """Every two syllables that follow each other in a word: what a Korean word shares with one derived from it."""
    for word in re.findall(r"[가-힣A-Za-z0-9]+", text):
        yield from (word[start : start + 2] for start in range(len(word) - 1))


@pytest.mark.parametrize("subset", [name for name in LETTERED if name not in ABOUT_A_TEXT])
def test_no_question_holds_a_word_of_its_right_option_alone(loader: ItemLoader, subset: str) -> None:
    """Fault: ‘장대처럼 굵은 비’ asked for 장대비, ‘역할들이 맞지 않아 생기는 갈등’ for 역할 갈등."""
    for item in loader.items(subset):
        key, others = other_options(item)
        question = item.query.removeprefix(HEAD).split("\n\n### 선택지")[0].rpartition("### 문장: \n")[2]
        told = {pair for pair in syllable_pairs(key) if pair in question}
        assert {pair for pair in told if not any(pair in other for other in others)} == set(), item.id


@pytest.mark.parametrize("subset", LETTERED)
def test_length_gives_no_answer_away(loader: ItemLoader, subset: str) -> None:
    """Fault: half the right options of reading_comprehension were the longest of five."""
    longest = 0
    for item in loader.items(subset):
        key, others = other_options(item)
        assert len(key) <= 1.5 * max(map(len, others)), item.id
        longest += len(key) > max(map(len, others))
    # By chance a fifth of the right options is the longest, and fewer where lengths are equal.
    assert longest <= len(loader.items(subset)) / 5


def test_no_free_text_is_asked_twice_or_shown(loader: ItemLoader) -> None:
    items = [item for subset in sorted(FREE_TEXT) for item in loader.items(subset)]
    assert len({item.reference for item in items}) == len(items)
    assert not any(item.reference in item.query for item in items)


def missing_word(item: Item) -> str:
    before, after = masked_text(item).split("<unk>")
    return item.reference.removeprefix(before).removesuffix(after)


def masked_text(item: Item) -> str:
    return item.query.split(": \n", 1)[1].removesuffix("\n\n### 정답:")


def test_a_missing_word_is_told_by_its_own_line_or_by_a_refrain(loader: ItemLoader) -> None:
    """A proverb never shows its missing word; a song shows it only where the repetition is what tells the word."""
    assert all(missing_word(item) not in masked_text(item) for item in loader.items("proverbs_denoising"))
    shown = {item.id for item in loader.items("lyrics_denoising") if missing_word(item) in masked_text(item)}
    assert shown == {f"lyrics_denoising-{line - 1:04d}" for line in (3, 4, 13, 16)}


def test_every_song_is_written_for_the_sample_or_free_of_copyright() -> None:
    """Fault: thirteen songs had several right words; a known song in their place has an author long dead, or none."""
    for row in rows_of("lyrics_denoising"):
        died = re.search(r"\(\d{4}~(\d{4})\)", row["source"])
        known = row["source"].startswith(("이 자료를 위해 지은 노랫말:", "행정안전부 국가상징:"))
        assert known or "지은이 모름" in row["source"] or (died and int(died[1]) < 1963)


@pytest.mark.parametrize("subset", sorted(FREE_TEXT))
def test_denoising_answers_fill_the_masks(loader: ItemLoader, subset: str) -> None:
    for item in loader.items(subset):
        masked = masked_text(item)
        pattern = r"\S+".join(re.escape(part) for part in masked.split("<unk>"))
        assert masked.count("<unk>") == 1
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


@pytest.mark.parametrize(
    ("subset", "line", "fault", "mended"),
    [
        pytest.param("csat_geo", 9, "많아진 뒤 바닷물이", "바닷물에 잠겨", id="the valleys are cut before they drown"),
        pytest.param("csat_socio", 12, "이차 집단", "2차 집단", id="1차 beside 이차"),
        pytest.param("loan_words", 8, "노견", "블로그", id="노견 is Sino-Korean and no loan word"),
        pytest.param("rare_words", 19, "‘안개보다", "안개비보다는", id="the rain that is finer is 안개비"),
        pytest.param("standard_nomenclature", 22, "단단한 마음으로", "고집을 부려", id="two senses of 굳이 in one"),
        pytest.param("standard_nomenclature", 23, "○ 일", "○ 떡이냐", id="웬일 is one word"),
    ],
)
def test_a_question_that_was_wrong_is_mended(subset: str, line: int, fault: str, mended: str) -> None:
    query = rows_of(subset)[line - 1]["query"]
    assert fault not in query
    assert mended in query
