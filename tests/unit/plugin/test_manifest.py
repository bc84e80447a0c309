from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.manifest import from_manifest, to_manifest
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.types import Terms
from tests.unit.fakes import everything, prepared, question

ONE, OTHER = Terms("test_a.py::test_a", ("분류", "b"), 0.6), Terms("test_b.py::test_b", (), 0.0)
NUMBERS = st.lists(st.integers(0, 5), unique=True)


@for_all(NUMBERS, NUMBERS, st.dictionaries(st.text("abc"), st.text("abc")), st.booleans())
def test_what_a_worker_selected_arrives_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, tests: list[int], gone: list[int], skipped: dict[str, str], by_hand: bool
) -> None:
    evaluation = prepared(tmp_path_factory.getbasetemp(), [question(number) for number in range(6)])
    said = [(), (ONE,), (ONE, OTHER), (OTHER,), (OTHER,), (ONE,)]
    entries = [replace(entry, terms=terms) for entry, terms in zip(everything(evaluation), said, strict=True)]
    made = Selection([entries[n] for n in tests], skipped, [entries[n] for n in gone], by_hand, ["test_a.py"] * by_hand)
    text = json.dumps(to_manifest(made))
    assert from_manifest(json.loads(text), evaluation.source) == made
    assert json.dumps("문제")[1:-1] not in text, "no question travels"


def test_a_row_that_is_gone_meanwhile_ends_in_a_line(tmp_path: Path) -> None:
    entries = everything(prepared(tmp_path, [question(number) for number in range(6)]))
    content = to_manifest(Selection(entries))
    shorter = prepared(tmp_path, [question(0)])
    with pytest.raises(UsageError, match=r"subset questions: row 1, which a worker found, is gone"):
        from_manifest(content, shorter.source)
