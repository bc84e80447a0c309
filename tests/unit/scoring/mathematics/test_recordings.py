"""Recorded answers with numbers: the scorer agrees with their publisher's own reading."""

from __future__ import annotations

import csv
import gzip
import io

import pytest

from pytest_haerae.scoring.mathematics.characters import PlainText
from pytest_haerae.scoring.mathematics.notation import plain_notation
from pytest_haerae.scoring.mathematics.numerals import read_number
from pytest_haerae.types import Item, Response
from tests.helpers import shared
from tests.unit.scoring.judged import judged

MOST_DIFFERENT = 1 / 1000


def test_numeric_recordings_are_judged_as_published() -> None:
    pytest.importorskip("math_verify")
    judged_rows, different = 0, []
    for path in sorted(shared("data/logical-puzzles").glob("recordings/*/*.csv.gz")):
        csv.field_size_limit(1 << 30)
        with io.TextIOWrapper(gzip.open(path), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if (
                    read_number(plain_notation(PlainText(row["answer"]).text)) is None
                    or not row["answer"][:1].isdigit()
                ):
                    continue
                item = Item(row["id"], "M", 0, row["question"], None, None, row["answer"])
                found = judged(item, Response(text=row["resps"], finish_reason="stop"), "string_match", "math")
                judged_rows += 1
                if (found.outcome == "correct") != (float(row["exact_match"]) == 1):
                    different.append((path.parent.name, row["id"], found.explanation))
    assert judged_rows >= 900
    assert len(different) <= judged_rows * MOST_DIFFERENT, different
