"""Outputs with the verdict of a careful reader: made by hand in the tables beside this file, and recorded ones."""

from __future__ import annotations

import csv
import gzip
import json
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.data.rows import lettered_query
from pytest_haerae.scoring.reading.choice import Reading, read_choice
from pytest_haerae.types import LETTERS, Item
from tests.helpers import shared

OPTIONS = ("훈민정음", "경국대전", "삼국사기", "동의보감", "농사직설")


def table(name: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))["group"]
    return groups


TABLE = table("answer_table.toml") + table("evidence.toml") + table("many_models.toml")
HELD_OUT = table("held_out.toml")


def item(options: tuple[str, ...], labels: tuple[str, ...] | None = None) -> Item:
    labels = labels or tuple(LETTERS[: len(options)])
    return Item("t-0000", "t", 0, lettered_query("조선의 기본 법전은?", options), options, labels, labels[0])


def differing(group: dict[str, Any]) -> list[tuple[str, str, Reading]]:
    """The outputs of a group that are read otherwise than its author reads them."""
    asked = item(tuple(group.get("options", OPTIONS)), tuple(group.get("labels", ())))
    readings = [(text, label, read_choice(text, asked)) for text, label in group["outputs"]]
    return [entry for entry in readings if (entry[2].label or "invalid") != entry[1]]


@pytest.mark.parametrize("group", TABLE, ids=[group["name"] for group in TABLE])
def test_reads_each_output_as_a_careful_reader(group: dict[str, Any]) -> None:
    assert differing(group) == []


def test_reads_what_was_held_out_but_for_one() -> None:
    found = [text for group in HELD_OUT for text, _, _ in differing(group)]
    assert found == ["질문의 답을 아래에 정리합니다.\n\n2"], (
        "a number alone: the second option, or the second of a list"
    )


def test_the_tables_hold_many_outputs_and_none_twice() -> None:
    outputs = [(group["name"], text) for group in TABLE + HELD_OUT for text, _ in group["outputs"]]
    assert len(outputs) > 1100
    assert len(set(outputs)) == len(outputs)


def test_what_was_read_stands_in_the_output() -> None:
    for group in TABLE + HELD_OUT:
        asked = item(tuple(group.get("options", OPTIONS)), tuple(group.get("labels", ())))
        for text, _ in group["outputs"]:
            reading = read_choice(text, asked)
            assert (reading.words is None) == (reading.label is None) == (reading.start is None)
            assert text.startswith(reading.words or "", reading.start or 0)
            assert reading.words != ""


# -- recorded outputs ---------------------------------------------------------------------------------------------

STATES_NO_ANSWER = {
    *(("KMMLU", row) for row in (7987, 26253, 18330, 2238, 25288, 25262, 12976)),
    *(("KMMLU-HARD", row) for row in (3418, 3452, 2108, 251, 1709)),
}
"""Calculations that were cut in the middle: their letter is a quantity's or a unit's name (``60[A]``, ``C = 0.04 pF``).
The published prediction agrees with it by chance; a careful reader finds no answer in them."""
ENDS_ON_ANOTHER = {("KMMLU", 29578)}
"""The same output is one of those that were misread, there with B, on which it ends."""
OWN_LETTER = 7
"""KMMLU's test items that have a lone letter for an option's text (C, the language): it is read as a label."""


def recorded(name: str) -> list[dict[str, Any]]:
    lines = shared(f"data/answer-reading/{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def reading_of(row: dict[str, Any]) -> str | None:
    options = row["options"] or [f"\0{letter}" for letter in "abcdefghij"[: row["labels"]]]
    labels = tuple(LETTERS[: len(options)])
    return read_choice(row["output"], Item("t-0000", "t", 0, "물음", tuple(options), labels, labels[0])).label


def test_reads_the_recorded_outputs_that_were_misread() -> None:
    assert [row["output"] for row in recorded("misread") if reading_of(row) != row["truth"]] == []


def test_reads_the_recorded_outputs_that_were_read_right() -> None:
    lost = {
        (row["source"].partition("]")[0].strip("["), row["row"])
        for row in recorded("right")
        if reading_of(row) != row["truth"]
    }
    assert lost == STATES_NO_ANSWER | ENDS_ON_ANOTHER


@pytest.mark.parametrize("form", ["{}", "**{}**", "정답: {}", "정답은 {}입니다."])
def test_reads_the_own_text_of_the_right_option(form: str) -> None:
    """One subject in fifteen; over all of them seven items of 34,996 are misread in each form, each a lone letter."""
    misread = []
    for path in sorted(shared("data/kmmlu").glob("*-test.csv"))[::15]:
        for row in csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
            texts = tuple(row[letter] for letter in "ABCD")
            if len({text.strip() for text in texts}) == len(texts) and all(text.strip() for text in texts):
                own = texts[int(row["answer"]) - 1]
                asked = Item("k-0000", "k", 0, row["question"], texts, tuple("ABCD"), "A")
                if read_choice(form.format(own), asked).label != "ABCD"[int(row["answer"]) - 1]:
                    misread.append(own)
    assert len(misread) <= OWN_LETTER
    assert all(len(text) == 1 for text in misread)


def test_reads_the_recorded_kinship_puzzles_of_26_options_as_published() -> None:
    letters = tuple(LETTERS)
    asked = Item("k-0000", "k", 0, "물음", tuple(f"\0{letter}" for letter in LETTERS), letters, "A")
    for path in shared("data/logical-puzzles/recordings/gemini_gemini-3-flash-preview").glob("kinship*.csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        judged = [(read_choice(row["resps"], asked).label == row["answer"], row["exact_match"] == "1") for row in rows]
        assert len(judged) == 100
        assert all(own == published for own, published in judged)
