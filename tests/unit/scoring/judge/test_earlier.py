from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import make_plan
from pytest_haerae.scoring.judge import earlier
from pytest_haerae.scoring.judge.earlier import earlier_answers
from pytest_haerae.typed_files import read_typed


def test_answers_are_known_by_key_or_else_by_id(tmp_path: Path) -> None:
    rows = [
        {"subset": "a", "id": "a-0000", "key": "k", "raw_output": "가"},
        {"subset": "a", "id": "a-0001", "key": "", "raw_output": "나"},
        {"subset": "a", "id": "a-0002", "raw_output": None},
    ]
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"samples": rows}), encoding="utf-8")
    assert earlier_answers(str(path)) == {("a", "k"): "가", ("a", "a-0001"): "나"}


def test_the_judge_sees_no_reasoning_of_the_other_side(tmp_path: Path) -> None:
    row = {"subset": "a", "id": "a-0", "raw_output": "<think>[[A]]라고 하자</think>\n\n서울입니다.\n"}
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"samples": [row]}), encoding="utf-8")
    assert earlier_answers(str(path)) == {("a", "a-0"): "서울입니다."}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "is no report"),
        ('{"samples": []}', "none of its items"),
        ('{"samples": [{"subset": [], "id": "a", "raw_output": "b"}]}', "none of its items"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "old.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        earlier_answers(str(path))


def test_a_report_is_read_once_a_process_and_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Configuration and plan each choose the scorer, for each data set."""
    path, read = tmp_path / "old.json", list[Path]()

    def counted(path: Path) -> bytes:
        read.append(path)
        return read_typed(path)

    monkeypatch.setattr(earlier, "read_typed", counted)
    row = {"subset": "a", "id": "a-0000", "raw_output": "가"}
    path.write_text(json.dumps({"samples": [row]}), encoding="utf-8")
    params = {"scorer": "judge", "template": "pairwise_ko", "against": str(path)}
    raw = {"model": "random", "judge": "random", "dataset": "sample,kmmlu", "evaluator_params": params}
    make_plan(build_config({**raw, "method": "string_match"}, tmp_path))
    assert read == [path]
    path.write_text(json.dumps({"samples": [row, {**row, "id": "a-0001"}]}), encoding="utf-8")
    assert len(earlier_answers(str(path))) == 2


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe, report = tmp_path / "pipe.json", {"samples": [{"subset": "a", "id": "a-0", "raw_output": "가"}]}
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(json.dumps(report),))
    writer.start()
    assert earlier_answers(str(pipe)) == earlier_answers(str(pipe)) == {("a", "a-0"): "가"}
    writer.join()
