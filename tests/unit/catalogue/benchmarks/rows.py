"""Rows of the benchmarks, read as a run reads them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.layouts import make_items
from pytest_haerae.data.rows import Layout
from pytest_haerae.types import Item

FOUR = {"A": "가", "B": "나", "C": "다", "D": "라"}
KOBALT = ("Morphology", "Phonetics/Phonology", "Pragmatics", "Semantics", "Syntax")
KOBBQ = (("a-001-amb-bsd", "알 수 없음"), ("b-001-dis-bsd", "동생"), ("a-001-dis-bsd", "형"))
MADE_UP: dict[str, Callable[[int], dict[str, Any]]] = {
    "HAERAE-HUB/HAE_RAE_BENCH_1.0": lambda number: {
        **{letter.lower(): text for letter, text in FOUR.items()},
        **{"e": "마" if number % 2 else "", "answer": "b"},
    },
    "HAERAE-HUB/KMMLU": lambda number: {**FOUR, "answer": number % 4 + 1},
    "HAERAE-HUB/KMMLU-HARD": lambda number: {**FOUR, "answer": number % 4 + 1},
    "LGAI-EXAONE/KMMLU-Pro": lambda number: {
        **{"options": [*FOUR.values()], "solution": str(number % 4 + 1)},
        **{"license_name": "지어낸사", "subject": "가나"[number % 2]},
    },
    "LGAI-EXAONE/KMMLU-Redux": lambda number: {
        **{"options": [*FOUR.values()], "solution": str(number % 4 + 1), "category": "건설"}
    },
    "naver-ai/kobbq": lambda number: {
        **{"choices": "['형', '동생', '알 수 없음']", "biased_answer": "동생", "context": "장터"},
        **{"sample_id": f"age-00{number}{KOBBQ[number % 3][0]}", "answer": KOBBQ[number % 3][1]},
    },
    "snunlp/KoBALT-700": lambda number: {
        **{"Class": KOBALT[number % 5], "Level": 1, "Answer": "C"},
        **{"Question": f"{number}번 문제는?\nA: 가\nB: 나\nC: 다"},
    },
    "thunder-research-group/SNU_Ko-MuSR": lambda number: {
        **{"narrative": "비가 왔다.", "choices": "['가', '나']", "answer": number % 2}
    },
}
"""What an invented row has beside its question, by its repository and number."""
REAL_ROWS = "HAERAE_REAL_ROWS"
"""The environment variable that names a folder with clones of publishers' repositories, whose rows are not shipped."""


def real_rows(repository: str, path: str) -> Path:
    """A file or folder of a publisher's repository; skips the test where there is no clone."""
    _, name = repository.split("/")
    found = Path(os.environ.get(REAL_ROWS, ""), name, path)
    if REAL_ROWS not in os.environ or not found.exists():
        pytest.skip(f"{REAL_ROWS} names no folder with a clone of github.com/{repository}")
    return found


def read_one(row: dict[str, Any], own: tuple[Layout, ...] = ()) -> Item:
    """The item of one row, its layout recognised among all, after those that are for a benchmark's own rows."""
    (item,) = make_items("s", [row], "made-up", {}, (*own, *known_layouts()))
    return item


def check(
    row: dict[str, Any], beginning: str, options: tuple[str, ...], reference: str, own: tuple[Layout, ...] = ()
) -> None:
    """Hold the item of a row against what is shown before its options, the options, and the right letter."""
    item = read_one(row, own)
    shown = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=False))
    assert item.query == f"{beginning}\n\n### 선택지: \n{shown}\n\n### 정답:"
    assert (item.options, item.reference) == (options, reference)
