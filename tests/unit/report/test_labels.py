from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.report.labels import Labels, labels_of, read_labels, with_judge_check
from pytest_haerae.run.plan import make_plan
from pytest_haerae.statistics.scores import make_metrics
from pytest_haerae.types import DataKey
from tests.unit.reports import benchmarks_of, samples_of

SCALE = (1.0, 5.0)


def written(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def read(folder: Path, *rows: Mapping[str, Any], scale: tuple[float, float] | None = None) -> Labels:
    return read_labels(written(folder, rows), scale)


@pytest.mark.parametrize("right", [1, 1.0, True, "correct", "O", "예", "맞음", "1"])
@pytest.mark.parametrize("wrong", [0, False, "wrong", "incorrect", "x", "아니오", "0.0"])
def test_right_and_wrong_are_read_in_words_and_numbers(tmp_path: Path, right: object, wrong: object) -> None:
    found = read(tmp_path, {"id": "a-0", "label": right}, {"id": "a-1", "label": wrong})
    assert [label.value for label in found.own] == [1, 0]


def test_labels_of_a_scale_are_shares_of_it(tmp_path: Path) -> None:
    found = read(tmp_path, *({"id": f"a-{score}", "label": score} for score in (1, 2, 4.5, 5)), scale=SCALE)
    assert [label.value for label in found.own] == [0, 0.25, 0.875, 1]


def test_a_sample_is_random_where_each_row_says_so_and_has_its_label(tmp_path: Path) -> None:
    rows = [{"id": f"a-{number}", "label": 1, "sampled": "random: 2 of 5, seed 0"} for number in range(2)]
    assert read(tmp_path, *rows).random
    assert not read(tmp_path, rows[0], {**rows[1], "sampled": ""}).random
    assert read(tmp_path, rows[0], {**rows[1], "label": None}).unlabelled == 1


def test_rows_that_were_deleted_leave_no_random_sample(tmp_path: Path) -> None:
    """Who deletes the rows that are hard to label keeps the clear answers."""
    rows = [
        {"id": f"a-{number}", "label": 1, "sampled": "random: 3 of 5 graded answers, seed 0"} for number in range(3)
    ]
    assert read(tmp_path, *rows).unlabelled == 0
    assert read(tmp_path, *rows[:2]).unlabelled == 1
    assert read(tmp_path, rows[0], {**rows[1], "label": None}).unlabelled == 2


def test_pairs_of_other_answers_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, {"judge": 5, "label": 4}, {"judge": 1, "label": 1}, scale=SCALE)
    assert (found.elsewhere, found.own) == ([(1, 0.75), (0, 0)], ())


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"id": "a-0", "label": ""}], "no row has a label"),
        ([{"label": 1}], r"labels.jsonl, row 1.*: has neither id nor key"),
        ([{"id": "a-0", "label": "maybe"}], r"row 1.*: column label: 'maybe' is not a number from 0 to 1, or correct"),
        ([{"id": "a-0", "label": 2}], "is not a number from 0 to 1"),
        ([{"id": "a-0", "label": 1}, {"id": "a-0", "label": 0}], "a-0 has two labels"),
        ([{"id": "a-0", "label": 1}, {"judge": 1, "label": 0}], "some rows have the column judge and some have not"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(tmp_path: Path, rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(tmp_path, *rows)


@pytest.mark.parametrize(("name", "words"), [("no.csv", "No such file"), ("labels.txt", "file kinds")])
def test_what_is_no_file_of_labels_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=f"--judge-labels.*{words}"):
        read_labels(tmp_path / name)


def called(data: DataKey) -> str:
    return data.name


def checked(folder: Path, *rows: Mapping[str, Any]) -> dict[str, Any]:
    samples = samples_of({"a": "ccwwu"})
    metrics = with_judge_check(make_metrics(samples), samples, read(folder, *rows), called)
    return dict(metrics["judge"])


def test_labels_are_matched_by_name_and_answer(tmp_path: Path) -> None:
    samples = samples_of({"a": "ccwwu"})
    ids = [sample.item.id for sample in samples]
    text = (samples[0].response.text if samples[0].response else None) or ""
    found = checked(
        tmp_path,
        {"id": ids[0], "label": 1, "answer": f"'{text}\r\n"},
        {"id": ids[1], "subset": "a", "label": 0},
        {"id": ids[2], "label": 1, "answer": "another answer"},
        {"id": ids[4], "label": 1},
        {"id": "nobody", "label": 1},
    )
    assert (found["labels"], found["left_out"]) == (2, 3)
    assert (found["source"], found["correction"]) == ("no random sample", None)
    assert found["error"]["specificity"] == 0


def test_a_name_that_several_items_have_says_nothing_of_one(tmp_path: Path) -> None:
    samples = [sample for subset in ("a", "b") for sample in samples_of({subset: "cw"})]
    labels = read(
        tmp_path, {"id": samples[0].item.id, "label": 1}, {"id": samples[1].item.id, "subset": "b", "label": 1}
    )
    metrics = with_judge_check(make_metrics(samples), samples, labels, called)
    assert (metrics["judge"]["labels"], metrics["judge"]["left_out"]) == (1, 1)


def test_equal_items_of_two_data_sets_are_told_apart(tmp_path: Path) -> None:
    samples = benchmarks_of({"one": {"a": "cw"}, "two": {"a": "wc"}})
    rows = [
        {"dataset": sample.selected.data.name, "subset": "a", "id": sample.item.id, "key": sample.item.key, "label": 1}
        for sample in samples
    ]
    metrics = with_judge_check(make_metrics(samples), samples, read(tmp_path, *rows), called)
    assert (metrics["judge"]["labels"], metrics["judge"]["left_out"]) == (4, 0)
    alone = samples_of({"a": "cw"})
    metrics = with_judge_check(make_metrics(alone), alone, read(tmp_path, *rows[:2]), called)
    assert metrics["judge"]["labels"] == 2, "of one data set, whose file was moved"
    metrics = with_judge_check(make_metrics(samples), samples, read(tmp_path, *rows[:3]), called)
    assert (metrics["judge"]["labels"], metrics["judge"]["left_out"]) == (3, 0)
    with pytest.raises(UsageError, match="k0 has two labels; keep one, or tell two items apart by a column dataset"):
        read(tmp_path, *({**row, "dataset": None} for row in rows))


def test_without_labels_nothing_is_said() -> None:
    samples = samples_of({"a": "cw"})
    assert "judge" not in with_judge_check(make_metrics(samples), samples, None, called)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "no judge grades the answers"),
        ({"judge": "random", "evaluator_params": {"scorer": "judge"}, "repeats": 2}, "a label is of one answer"),
    ],
)
def test_labels_need_a_judge_and_one_answer_an_item(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    path = written(tmp_path, [{"id": "a-0", "label": 1}])
    plan = make_plan(build_config({"model": "random", "judge_labels": str(path), **options}, tmp_path))
    with pytest.raises(UsageError, match=words):
        labels_of(plan)
