"""The hand-made outputs of `answer_table.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.data.rows import lettered_query
from pytest_haerae.scoring.reading.choice import read_choice
from pytest_haerae.types import LETTERS, Item

OPTIONS = ("훈민정음", "경국대전", "삼국사기", "동의보감", "농사직설")
TABLE = tomllib.loads(Path(__file__).with_name("answer_table.toml").read_text(encoding="utf-8"))["group"]


def item(options: tuple[str, ...], labels: tuple[str, ...] | None = None) -> Item:
    labels = labels or tuple(LETTERS[: len(options)])
    return Item("t-0000", "t", 0, lettered_query("조선의 기본 법전은?", options), options, labels, labels[0])


@pytest.mark.parametrize("group", TABLE, ids=[group["name"] for group in TABLE])
def test_reads_each_output_as_a_careful_reader(group: dict[str, Any]) -> None:
    asked = item(tuple(group.get("options", OPTIONS)), tuple(group.get("labels", ())))
    readings = [(text, label, read_choice(text, asked)) for text, label in group["outputs"]]
    differing = [entry for entry in readings if (entry[2].label or "invalid") != entry[1]]
    assert differing == []


def test_the_table_holds_many_outputs_and_none_twice() -> None:
    outputs = [(group["name"], text) for group in TABLE for text, _ in group["outputs"]]
    assert len(outputs) > 500
    assert len(set(outputs)) == len(outputs)
