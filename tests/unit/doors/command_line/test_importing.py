from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.helpers import valid_report
from tests.unit.fakes import question, write_rows
from tests.unit.report.responses.test_harness_samples import choice


@pytest.mark.usefixtures("capsys")
def test_samples_of_another_program_become_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [question(number) for number in range(3)]
    write_rows(Path("quiz.jsonl"), rows)
    options = {f"gen_args_{place}": {"arg_0": "무엇?", "arg_1": f" {letter}"} for place, letter in enumerate("ABC")}
    values = [["-1", "True"]], [["-2", "False"]], [["-3", "False"]]
    write_rows(
        Path("samples.jsonl"),
        [choice(number, doc=row, arguments=options, resps=values) for number, row in enumerate(rows)][::-1],
    )
    asked = ["--dataset=quiz.jsonl", "--method=log_likelihood"]
    assert main(["import", "samples.jsonl", *asked, "-o", "report.json"]) == 0
    report = valid_report(Path("report.json"))
    assert [row["outcome"] for row in report["samples"]] == ["correct", "wrong", "wrong"]
    assert report["info"]["backend"] == "responses"
    assert main(["import", "samples.jsonl", *asked, "--min-accuracy=0.5"]) == 1
    assert main(["run", "--responses=samples.jsonl", *asked, "--output-file=again.json"]) == 0
    again = json.loads(Path("again.json").read_text(encoding="utf-8"))
    assert (again["samples"], again["metrics"]) == (report["samples"], report["metrics"])


def test_a_model_has_no_place_beside_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["import", "samples.jsonl", "--model=random"])
    assert ended.value.code == 4
    assert "unrecognized arguments: --model=random" in capsys.readouterr().err
    assert main(["import", "none.jsonl"]) == 4
    assert "--responses none.jsonl: there is no such file" in capsys.readouterr().err
