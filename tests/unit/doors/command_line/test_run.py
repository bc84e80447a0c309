from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.doors.command_line import run as command
from pytest_haerae.doors.command_line.main import INTERRUPTED, USAGE_ERROR, main
from pytest_haerae.doors.command_line.run import read_config
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response
from tests.unit.fakes import question, write_rows


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_rows(tmp_path / "questions.jsonl", [question(number) for number in range(4)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_report_on_stdout_is_json_and_no_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--model=random", "--dataset=questions.jsonl", "--output-file=-"]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"]["n"] == 4
    assert not (folder / "-").exists()


def test_a_gate_that_failed_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--model=random", "--dataset=questions.jsonl", "--min-accuracy=1"]) == 1
    assert "gate min-accuracy: FAILED" in capsys.readouterr().out


def test_the_command_line_beats_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "run.yaml").write_text("model: random\ndataset: questions.jsonl\nlimit: 1\n", encoding="utf-8")
    assert main(["run", "--config=run.yaml", "--limit=3", "--output-file=-"]) == 0
    assert json.loads(capsys.readouterr().out)["metrics"]["n"] == 3


def test_an_interrupt_says_that_the_answers_are_kept(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*options: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "evaluate_each", interrupted)
    assert main(["run", "--model=random"]) == INTERRUPTED
    assert "the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- model\n", "a mapping of options is needed"),
        ("model: [\n", "malformed YAML"),
        ("model: random\nlimit: 3\nmodel: vllm\n", "line 3: 'model' stands in line 1, too; keep one"),
        ("model:\n  name: x\n  params: {a: 1, a: 2}\n", "line 3: 'a' stands in line 3, too"),
        ("num-few-shot: 1\nnum_few_shot: 2\n", "'num_few_shot' is the option num_few_shot, which is there already"),
        ("modle: random\n", "unknown option 'modle': did you mean 'model'"),
    ],
)
def test_a_file_that_is_wrong_is_named(folder: Path, content: str, words: str) -> None:
    (folder / "run.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=f"^--config run.yaml: .*{words}"):
        read_config("run.yaml")


def test_a_file_that_is_missing_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--config=nowhere.yaml"]) == USAGE_ERROR
    assert "--config nowhere.yaml: cannot be read (No such file or directory)" in capsys.readouterr().err


def test_what_a_prompt_or_backend_prints_is_no_part_of_the_report_on_stdout(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JSON of ``--output-file=-`` began with what a scorer had printed."""
    before = RandomBackend.run

    def talking(self: RandomBackend, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        print("loading weights ...")
        return before(self, requests)

    monkeypatch.setattr(RandomBackend, "run", talking)
    assert main(["run", "--model=random", "--dataset=questions.jsonl", "--output-file=-"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["metrics"]["n"] == 4
    assert "loading weights ..." in captured.err
