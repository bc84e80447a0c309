from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Benchmark, Examination, register_benchmark
from pytest_haerae.catalogue import registry
from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.statistics.examinations import check_examinations, with_examinations
from pytest_haerae.statistics.examined import Examined
from pytest_haerae.statistics.further import measure
from pytest_haerae.types import Answer, Outcome, Response, Sample, Verdict
from tests.unit.fakes import everything, question, silent, write_rows

OUTCOMES: dict[str, Outcome] = {"c": "correct", "w": "wrong", "i": "invalid", "t": "cut", "e": "error", "s": "skipped"}
ROWS = [
    *[question(number, licence="변호사", subject="민법") for number in range(2)],
    *[question(number, licence="변호사", subject="형법") for number in range(2, 4)],
    *[question(number, licence="의사", subject="내과") for number in range(4, 6)],
    question(6, licence=None, subject="수필"),
]


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(registry, "_REGISTERED", {})


def ready(folder: Path, files: dict[str, Sequence[dict[str, Any]]] | None = None, **options: Any) -> Evaluation:  # noqa: ANN401
    """An evaluation of a benchmark with an examination; its rows stand in a folder, a file a subset."""
    for name, rows in (files or {"exams": ROWS}).items():
        write_rows(folder / "rows" / f"{name}.jsonl", rows)
    rule = Examination("licence", "subject", least_each=50, least_average=60)
    register_benchmark(Benchmark(name="exams", folder=folder / "rows", examination=rule))
    return prepare({"model": "random", "dataset": "exams", **options}, folder)


def sat(evaluation: Evaluation, letters: str) -> dict[str, Examined]:
    """What the items come to whose outcomes are these; a dash is one that has no sample."""
    every = [
        Sample(entry, Response(text=""), Verdict(OUTCOMES[letter]))
        for entry, letter in zip(everything(evaluation), letters, strict=False)
        if letter != "-"
    ]
    return measure(evaluation.plan, every, source=evaluation.source).get("examinations", {})


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("ccccccc", {"변호사": ("passed", 100), "의사": ("passed", 100)}),
        ("cwccccw", {"변호사": ("passed", 75), "의사": ("passed", 100)}),
        ("wwccciw", {"변호사": ("failed", 50), "의사": ("failed", 50)}),
        ("ctctccc", {"변호사": ("failed", 50), "의사": ("passed", 100)}),
        ("cccecc-", {"변호사": ("unmeasured", None), "의사": ("passed", 100)}),
        ("wwwsccc", {"변호사": ("unmeasured", None), "의사": ("passed", 100)}),
        ("cccc-cc", {"변호사": ("passed", 100), "의사": ("unmeasured", None)}),
    ],
)
def test_each_licence_is_passed_or_not_or_unmeasured(
    tmp_path: Path, letters: str, expected: dict[str, tuple[str, float | None]]
) -> None:
    found = sat(ready(tmp_path), letters)
    assert {name: (each["verdict"], each["average"]) for name, each in found.items()} == expected
    assert list(found["변호사"]["subjects"]) == ["민법", "형법"]


def test_a_limit_lets_nothing_be_passed(tmp_path: Path) -> None:
    found = sat(ready(tmp_path, limit=4), "cccc")
    assert {name: each["verdict"] for name, each in found.items()} == {"변호사": "passed", "의사": "unmeasured"}
    assert found["의사"]["subjects"] == {"내과": {"mark": None, "n": 0, "questions": 2}}
    assert {each["verdict"] for each in sat(ready(tmp_path, limit=3), "ccc").values()} == {"unmeasured"}


def test_a_subset_that_is_left_out_may_have_more_questions(tmp_path: Path) -> None:
    evaluation = ready(tmp_path, {"exams": ROWS[:4], "more": ROWS[4:]})
    assert sat(evaluation, "ccccccc")["변호사"]["verdict"] == "passed"
    found = sat(evaluation, "cccc---")
    assert {name: each["verdict"] for name, each in found.items()} == {"변호사": "unmeasured"}


def test_a_question_without_a_subject_is_of_no_mark(tmp_path: Path) -> None:
    rows = [*ROWS[:6], question(7, licence="의사", subject="")]
    found = sat(ready(tmp_path, {"exams": rows}), "ccccccc")
    assert {name: each["verdict"] for name, each in found.items()} == {"변호사": "passed", "의사": "unmeasured"}


def test_an_examination_without_subjects_is_one(tmp_path: Path) -> None:
    rows = [*ROWS[:4], *[question(number, licence="의사") for number in range(4, 6)]]
    found = sat(ready(tmp_path, {"exams": rows}), "cccccw")
    assert {name: (each["verdict"], each["average"]) for name, each in found.items()} == {
        "변호사": ("passed", 100),
        "의사": ("failed", 50),
    }
    assert list(found["의사"]["subjects"]) == [""]


@pytest.mark.parametrize(
    ("group", "subject", "said"),
    [
        ("licenc", "subject", "group of its examination: unknown column 'licenc': did you mean 'licence'"),
        ("licence", "subjekt", "subject of its examination: unknown column 'subjekt': did you mean 'subject'"),
    ],
)
def test_a_column_that_no_item_has_is_refused(tmp_path: Path, group: str, subject: str, said: str) -> None:
    evaluation = ready(tmp_path)
    every = everything(evaluation)
    check_examinations(every, evaluation.source)
    rule = Examination(group, subject, 50, 60)
    register_benchmark(Benchmark(name="exams", folder=tmp_path / "rows", examination=rule))
    with pytest.raises(UsageError, match=f"benchmark exams: {said}"):
        check_examinations(every, evaluation.source)
    with pytest.raises(UsageError, match=f"benchmark exams: {said}"):
        evaluation.ask(every, silent)


def test_of_several_answers_the_share_that_is_right_counts(tmp_path: Path) -> None:
    evaluation = ready(tmp_path, repeats=2)
    answers = tuple(Answer(Response(text=""), Verdict(outcome)) for outcome in ("correct", "wrong"))
    every = [Sample(entry, answers[0].response, answers[0].verdict, answers) for entry in everything(evaluation)]
    found = measure(evaluation.plan, every, source=evaluation.source)["examinations"]["의사"]
    assert (found["verdict"], found["average"]) == ("failed", 50)


def test_in_a_run_of_several_they_are_called_with_their_benchmark(tmp_path: Path) -> None:
    evaluation = ready(tmp_path, dataset=["exams", "sample"])
    every = [Sample(entry, Response(text=""), Verdict("correct")) for entry in everything(evaluation)]
    metrics = measure(evaluation.plan, every, source=evaluation.source)
    assert list(metrics["examinations"]) == ["exams/변호사", "exams/의사"]


def test_other_data_have_none_and_no_folder_of_the_name_is_one(tmp_path: Path) -> None:
    evaluation = ready(tmp_path)
    every = [Sample(entry, Response(text=""), Verdict("correct")) for entry in everything(evaluation)]
    metrics = measure(evaluation.plan, every)
    assert "examinations" not in metrics, "nobody asked"
    elsewhere = [
        replace(one, selected=replace(one.selected, data=one.selected.data._replace(folder=str(tmp_path))))
        for one in every
    ]
    assert "examinations" not in with_examinations(metrics, evaluation.source, elsewhere, several=False)
    assert "examinations" not in with_examinations(metrics, evaluation.source, [], several=False)
