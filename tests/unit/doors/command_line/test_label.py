from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import cast

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.report.files import write_report
from pytest_haerae.report.labels import read_labels
from pytest_haerae.report.schema import SampleRow
from tests.unit.reports import report_of, samples_of


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A report of eight answers that a judge graded, one whose verdict could not be read, and one that it never saw."""
    report = report_of(samples_of({"a": "cwcwcwcwui"}))
    rows = [dict(row) for row in report["samples"]]
    for row in rows[:-1]:
        row["judgements"] = ["[[CORRECT]]"]
    path = tmp_path / "report.json"
    write_report({**report, "samples": cast(list[SampleRow], rows)}, path)
    return path


def drawn(path: Path, *options: str) -> list[dict[str, str]]:
    output = path.with_name("labels.csv")
    output.unlink(missing_ok=True)
    assert main(["label", str(path), "--output", str(output), *options]) == 0
    return list(csv.DictReader(output.read_text(encoding="utf-8-sig").splitlines()))


def test_graded_answers_are_drawn_without_the_judges_verdict(judged: Path) -> None:
    rows = drawn(judged)
    assert len(rows) == 8
    assert list(rows[0]) == ["dataset", "subset", "id", "key", "sampled", "question", "reference", "answer", "label"]
    assert rows[0]["sampled"] == "random: 8 of 8 graded answers, seed 0"


def test_the_seed_decides_which(judged: Path) -> None:
    ids = [[row["id"] for row in drawn(judged, "-n", "4", "--seed", seed)] for seed in ("0", "0", "1")]
    assert len(ids[0]) == 4
    assert ids[0] == ids[1] != ids[2]


def test_what_is_filled_in_is_read_as_a_random_sample(judged: Path) -> None:
    rows = drawn(judged, "-n", "4")
    path = judged.with_name("filled.csv")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "label": "correct"} for row in rows)
    found = read_labels(path)
    assert (len(found.own), found.random, found.unlabelled) == (4, True, 0)


def test_a_file_that_is_there_is_not_written_over(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = judged.with_name("labels.csv")
    output.write_text("mine", encoding="utf-8")
    assert main(["label", str(judged), "--output", str(output)]) == 4
    assert "is there already" in capsys.readouterr().err
    assert output.read_text(encoding="utf-8") == "mine"


def test_a_report_without_a_judge_has_nothing_to_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    write_report(report_of(samples_of({"a": "cw"})), path)
    assert main(["label", str(path)]) == 4
    assert "no answer in it was graded by a judge" in capsys.readouterr().err


def test_several_answers_an_item_are_refused_before_people_label_them(
    judged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads(judged.read_text(encoding="utf-8"))
    for row in report["samples"]:
        row["answers"] = [dict(row)] * 2
    judged.write_text(json.dumps(report), encoding="utf-8")
    assert main(["label", str(judged)]) == 4
    assert "a label is of one answer" in capsys.readouterr().err
    assert not judged.with_suffix(".labels.csv").exists()


def test_a_name_that_could_not_be_read_again_is_refused(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(judged), "--output", str(judged.with_name("labels.txt"))]) == 4
    assert "end it in .csv" in capsys.readouterr().err
