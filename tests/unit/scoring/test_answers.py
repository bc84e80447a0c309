from __future__ import annotations

import csv
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.answers import read_answer
from tests.helpers import lettered, shared

READINGS: list[tuple[str, str | None]] = [
    ("정답은 (B)입니다.", "B"),
    ("(B).", "B"),
    ("B", "B"),
    ("（B）", "B"),
    ("②", "B"),
    ("2번", "B"),
    ("**B**", "B"),
    (r"\boxed{(B)}", "B"),
    ("(B) 원두를 갈아 물을 붓는다", "B"),
    ("(A) 또는 (B)", None),
    ("정답은 (A) 또는 (B)입니다.", None),
    ("(A) 가\n(B) 나\n(C) 다\n(D) 라\n(E) 마", None),
    ("", None),
    ("   \n", None),
    ("<think>정답은 (A)</think>정답: B", "B"),
    ("<think>정답은 (A)", None),
    ("생각 끝</think>(C)", "C"),
    ("(A)가 아니라 (C)이다", "C"),
    ("정답은 (A)가 아니라 (C)이다", "C"),
    ("A는 틀렸고 정답은 C이다.", "C"),
    ("The answer is B.", "B"),
    ("Answer: (D)", "D"),
    ('{"answer": "C"}', "C"),
    ("### ANSWER\nB", "B"),
    ("정답은 (A)입니다. 아니, 다시 보니 정답은 (E)입니다.", "E"),
    ("정답: 2", "B"),
    ("답: (b)", "B"),
    ("답은 나무 쌓기", "D"),
    ("나무쌓기", "C"),
    ("따라서 (D)가 맞습니다.", "D"),
    ("F", None),
    ("I think a dog", None),
]


@pytest.mark.parametrize(("text", "label"), READINGS)
def test_reads_the_last_stated_verdict(text: str, label: str | None) -> None:
    assert read_answer(text, lettered()).label == label


@pytest.mark.parametrize(
    "model", ["gpt-35-turbo-230613", "gpt-4o-mini-240718", "llama-3-1-8b-instruct", "nova-2-lite-2025-12-05"]
)
def test_reads_recorded_answers_as_published(model: str) -> None:
    with shared(f"data/responses/{model}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["pred"] in "ABCDE" and row["pred"]]
    item = lettered(options=("\0a", "\0b", "\0c", "\0d", "\0e"))
    differing = [row for row in rows if read_answer(row["response"], item).label != row["pred"]]
    assert len(rows) > 1000
    assert differing == []


@given(st.text(alphabet="정답은는 (ABCDE)\n.<think/>또는아니라①2번boxed{}\\answer:*", max_size=300))
def test_never_raises_and_answers_only_with_a_label(text: str) -> None:
    assert read_answer(text, lettered()).label in {"A", "B", "C", "D", "E", None}


@pytest.mark.parametrize("piece", ["정답은 (A) ", "<think>", "(", "answer", "\\boxed{", "정답은 "])
def test_long_texts_are_read_in_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        started = time.perf_counter()
        read_answer(text, lettered())
        return time.perf_counter() - started

    assert seconds(100_000) < 2
