from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from pytest_haerae.catalogue.benchmarks.logical_puzzles import FOLDER
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.config.run_config import build_config
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.run.plan import make_plan
from pytest_haerae.types import LETTERS, Item
from tests.helpers import ROOT, shared
from tests.make_logical_puzzles import files

TASKS = ("jamo_ko", "kinship_ko", "korean_units_ko", "number_baseball_ko", "saju_ko", "subway_ko", "time_ko")
LEVELS = ("easy", "hard", "medium")


@pytest.fixture(scope="module")
def items() -> list[Item]:
    loader = open_items("logical_puzzles")
    assert loader.dataset.subsets() == tuple(f"{task}_{level}" for task, level in product(TASKS, LEVELS))
    return [item for subset in loader.dataset.subsets() for item in loader.items(subset)]


def test_its_rows_are_the_publishers() -> None:
    published = dict(files(shared("data/logical-puzzles/questions")))
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.jsonl")} == published


def test_the_publishers_licence_stands_beside_its_rows() -> None:
    licence = (FOLDER / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License\n\nCopyright (c) 2025 HAE-RAE Workspace\n")
    assert "The above copyright notice and this permission notice shall be included in all" in licence


def test_each_task_has_twenty_questions_of_each_level(items: list[Item]) -> None:
    counts = Counter((item.metadata["task"], item.metadata["level"]) for item in items)
    assert counts == dict.fromkeys(product(TASKS, LEVELS), 20)
    assert len({item.key for item in items}) == len(items)


def test_a_solution_is_neither_shown_nor_kept(items: list[Item]) -> None:
    assert not [item.id for item in items if "STEP 3" in item.query or set(item.metadata) != {"task", "level"}]


def test_the_kinship_questions_alone_have_options_and_show_them(items: list[Item]) -> None:
    for item in items:
        if not item.subset.startswith("kinship"):
            assert (item.options, item.labels) == (None, None)
            continue
        assert item.labels == tuple(LETTERS)
        shown = "\n".join(f"{label}: {option}" for label, option in zip(LETTERS, item.options or (), strict=True))
        assert item.query.endswith(f"\n{shown}")


def test_they_are_asked_in_the_publishers_words_and_read_by_its_rules(items: list[Item]) -> None:
    config = build_config({"model": "random", "dataset": "logical_puzzles"}, ROOT)
    assert (config.method, config.prompt, config.scorer) == ("string_match", "logical_puzzles", "logical_puzzles")
    for item in (items[0], items[60]):
        context = make_request(item, find_prompt(config.prompt), "generate").context
        assert context.startswith(f"{item.query}\n\n")
        assert "'Answer: " in context


def test_what_comes_along_is_told_before_anything_is_asked() -> None:
    notices = make_plan(build_config({"model": "random", "dataset": "sample,logical_puzzles"}, ROOT)).notices()
    assert [notice.partition(":")[0] for notice in notices] == ["logical_puzzles"]
    assert "first 20 of the 100" in notices[0]
    assert make_plan(build_config({"model": "random", "dataset": "sample"}, ROOT)).notices() == []
