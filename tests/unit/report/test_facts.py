from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.report.facts import RunFacts, Started, gather_facts
from pytest_haerae.report.git import Head
from pytest_haerae.run.calls import NO_CALLS
from pytest_haerae.run.usage import Usage
from pytest_haerae.types import DataKey, Selected
from tests.unit.fakes import everything, prepared, question, silent, write_rows


def facts_of(folder: Path, rows: int = 3, more: list[Selected] | None = None) -> RunFacts:
    evaluation = prepared(folder, [question(number) for number in range(rows)], model_params={"seed": 7})
    selection = [*everything(evaluation), *(more or [])]
    return gather_facts(
        evaluation.plan,
        evaluation.source,
        selection,
        usage=Usage(computed=len(selection)),
        calls=NO_CALLS,
        completeness=Completeness(False, 0, 0, len(selection)),
        started=Started(),
    )


def test_the_model_and_the_data_are_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path)
    assert facts.model == "random(seed=7)"
    assert facts.dataset == "questions.jsonl"
    assert facts.dataset_revision is None
    assert list(facts.subset_fingerprints) == ["questions"]
    assert facts.usage.computed == facts.completeness.asked == 3


def test_other_rows_are_other_data(tmp_path: Path) -> None:
    first, again, other = (facts_of(tmp_path / name, rows) for name, rows in (("a", 3), ("b", 3), ("c", 4)))
    assert first.dataset_fingerprint == again.dataset_fingerprint != other.dataset_fingerprint
    assert first.prompt_fingerprint == other.prompt_fingerprint


def test_every_data_set_of_the_selection_is_named(tmp_path: Path) -> None:
    write_rows(tmp_path / "suite/more.jsonl", [question(9)])
    evaluation = prepared(tmp_path / "suite", [question(9)])
    other = DataKey("more.jsonl", str(tmp_path / "suite"))
    (item,) = evaluation.source.items(other, "more")
    facts = facts_of(tmp_path, more=[Selected(item, "test_more.py::test_more[0]", other)])
    assert facts.dataset == "questions.jsonl,suite/more.jsonl"
    assert sorted(facts.subset_fingerprints) == ["more", "questions"]


def test_the_clock_goes_on_from_the_start() -> None:
    started = Started()
    time.sleep(0.01)
    assert 0.01 <= started.elapsed() < 60
    assert started.at.tzinfo is not None


def test_what_is_checked_out_is_read_at_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [Head("1" * 40, "main"), Head("2" * 40, "other")]
    monkeypatch.setattr("pytest_haerae.evaluation.Started", lambda: Started(head=heads.pop(0)))
    made = prepared(tmp_path, [question(1)])
    selection = everything(made)
    with closing(made.ask(selection, silent)) as answers:
        info = made.conclude(selection, answers.samples, answers).report["info"]
    assert (info["git_commit"], info["git_branch"]) == ("1" * 40, "main")
