from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.history.holes import DamagedEntryError, fill, group_of, take_out
from tests.unit.report.test_stream import TEXTS, VALUES

NAMES = TEXTS | st.sampled_from(["id", "subset", "input", "options", "metadata", "messages", "dataset", "outcome"])


def row_text(row: dict[str, Any]) -> bytes:
    """A row as a report has it."""
    lines = json.dumps({"samples": [row]}, ensure_ascii=False, indent=1).splitlines()[2:-2]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=6), min_size=1, max_size=3))
def test_what_was_taken_out_fills_the_holes(rows: list[dict[str, Any]]) -> None:
    texts = [row_text(row) for row in rows]
    taken = [take_out(text) for text in texts]
    own = b"".join(own for own, _ in taken).replace(b"\n@\n", b"\n@part\n", 1)
    questions = b"".join(questions for _, questions in taken)

    def part(name: str) -> Iterator[bytes]:
        assert name == "part"
        return iter(questions.splitlines(keepends=True))

    # Lines as a file has them: only a line feed ends one.
    lines = [line + b"\n" for line in own.split(b"\n")[:-1]]
    pieces = [line + b"\n" for line in questions.split(b"\n")[:-1]]
    assert b"".join(fill(lines, lambda name: iter(pieces))) == b"".join(texts)


def test_what_is_about_the_question_is_taken_out() -> None:
    row = {
        "id": "a-1",
        "subset": "a",
        "options": ["가", "나"],
        "outcome": "correct",
        "dataset": "d",
        "metadata": {"x": [1]},
    }
    own, questions = take_out(row_text(row))
    assert b"correct" in own
    assert own.count(b"@\n") == questions.count(b"@\n") == 2
    assert "가".encode() in questions
    assert "가".encode() not in own
    assert group_of(questions) == (b'\n   "subset": "a",', b'\n   "dataset": "d",')


@pytest.mark.parametrize(
    ("own", "parts"),
    [
        ([b"@one\n"], {"one": []}),
        ([b"@\n"], {}),
        ([b"@one\n", b"@\n"], {"one": [b" a\n", b"@\n"]}),
        ([b"@one\n", b"@two\n"], {"one": [b" a\n", b"@\n", b" b\n", b"@\n"], "two": [b"@\n"]}),
    ],
)
def test_what_does_not_belong_together_is_told(own: list[bytes], parts: dict[str, list[bytes]]) -> None:
    with pytest.raises(DamagedEntryError):
        list(fill(own, lambda name: iter(parts[name])))
