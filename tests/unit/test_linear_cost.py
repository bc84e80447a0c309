"""What a run costs an item, and an option a token: bytes and counts, between two sizes; never a time."""

from __future__ import annotations

import gc
import json
import tracemalloc
from contextlib import closing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.local.grouping import make_scorable
from pytest_haerae.backends.local.tree_layout import lay_out
from pytest_haerae.backends.local.trie import build_trie
from pytest_haerae.doors.evaluator import suite_nodeid
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.prompts.registry import PROMPTS, register_prompt
from pytest_haerae.types import Item, Selected
from tests.unit.fakes import data_of

SIZES = (300, 700)
MOST_AT_PEAK, MOST_HELD = 1200, 850
"""Bytes an item. 670 to 930 and 580 to 720 were measured: most are its response, verdict, words, sample and keys; at
the peak also the tables of what is asked and judged, and what the collector of cycles has not come to yet."""
CHARACTERS = 1500
"""Of a question: 3,000 bytes in memory, far more than the bounds, so that no second copy of it goes unseen."""


def prepared(folder: Path, count: int, options: dict[str, Any]) -> tuple[Evaluation, list[Selected]]:
    """A run over so many long questions."""
    folder.mkdir()
    rows = (
        {"question": f"{number}번 " + "가" * CHARACTERS, "options": ["가", "나", "다"], "answer": "ABC"[number % 3]}
        for number in range(count)
    )
    data = folder / "questions.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    evaluation = prepare({"model": "random", "dataset": str(data), **options}, folder)
    key = data_of(evaluation)
    return evaluation, [
        Selected(item, suite_nodeid(item, str(data)), key) for item in evaluation.source.items(key, "questions")
    ]


def measure(folder: Path, count: int, options: dict[str, Any]) -> tuple[int, int]:
    """Ask and report so many items: the bytes of the peak above the loaded items, and those still held at the end."""
    evaluation, selection = prepared(folder, count, options)
    gc.collect()
    tracemalloc.start()
    try:
        with closing(evaluation.ask(selection, lambda done, total: None)) as answers:
            report = evaluation.conclude(selection, answers.samples, answers).report
            gc.collect()
            held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(answers.samples), len(report["samples"])) == (count, count)
    return peak, held


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"method": "log_likelihood"}, {"method": "string_match", "num_few_shot": 3}])
def test_bytes_an_item(tmp_path: Path, options: dict[str, Any]) -> None:
    measure(tmp_path / "first", 20, options)  # What is made once: imports, compiled patterns, caches.
    (small_peak, small_held), (peak, held) = (measure(tmp_path / str(count), count, options) for count in SIZES)
    items = SIZES[1] - SIZES[0]
    assert (peak - small_peak) / items < MOST_AT_PEAK
    assert (held - small_held) / items < MOST_HELD


def test_an_item_is_rendered_for_its_key_its_backend_and_its_row(tmp_path: Path) -> None:
    rendered: list[str] = []

    @register_prompt("counted")
    def render(item: Item) -> str:
        rendered.append(item.id)
        return item.query

    try:
        evaluation, selection = prepared(tmp_path / "run", 600, {"method": "string_match", "prompt": "counted"})
        with closing(evaluation.ask(selection, lambda done, total: None)) as answers:
            before = len(rendered)
            evaluation.conclude(selection, answers.samples, answers)
    finally:
        del PROMPTS["counted"]
    asked = [identifier for identifier in rendered[:before] if identifier.startswith("questions")]
    written = [identifier for identifier in rendered[before:] if identifier.startswith("questions")]
    assert (len(asked), len(written)) == (1200, 600)


def test_few_shot_examples_are_rendered_for_a_subset_and_not_for_each_item(tmp_path: Path) -> None:
    rendered: list[str] = []

    @register_prompt("counted")
    def render(item: Item) -> str:
        rendered.append(item.id)
        return item.query

    items, examples = 200, 5
    try:
        options = {"method": "log_likelihood", "prompt": "counted", "num_few_shot": examples}
        evaluation, selection = prepared(tmp_path / "run", items, options)
        with closing(evaluation.ask(selection, lambda done, total: None)) as answers:
            assert len(answers.samples) == items
    finally:
        del PROMPTS["counted"]
    asked = [identifier for identifier in rendered if identifier.startswith("questions")]
    # Each item for its key and for its backend, and the examples of most items and of those that are examples.
    assert len(asked) <= 2 * items + 2 * examples * (2 * examples + 1)


class Token(int):
    """A token that counts how often it is hashed: a path that names a node is hashed with all its tokens."""

    hashed = 0

    def __hash__(self) -> int:
        Token.hashed += 1
        return int(self)


def numbers_in(value: object) -> int:
    """The numbers that a value of tuples, lists and data classes holds."""
    if is_dataclass(value):
        return sum(numbers_in(getattr(value, field.name)) for field in fields(value))
    return sum(map(numbers_in, value)) if isinstance(value, tuple | list) else 1


def cost_of_options(tokens: int) -> tuple[float, float]:
    """Hashed tokens, and numbers held, for each token of four options of so many."""
    options = [[Token(1000 * option + place) for place in range(tokens)] for option in range(4)]
    Token.hashed = 0
    entry = make_scorable(0, (1, 2, 3), build_trie(options))
    layout = lay_out([entry], 0, pad=0)
    sums = entry.trie.loglikelihoods([dict.fromkeys(followers, -1.0) for followers in entry.trie.followers])
    assert sums == (-tokens,) * 4
    return Token.hashed / (4 * tokens), (numbers_in(entry) + numbers_in(layout)) / (4 * tokens)


def test_a_token_of_a_long_option_costs_as_much_as_one_of_a_short_option() -> None:
    """Nodes were named by their paths, and a pair of tokens was kept for each that sees another: 14 MB an item."""
    short, long = cost_of_options(30), cost_of_options(300)
    assert long == pytest.approx(short, rel=0.1)
