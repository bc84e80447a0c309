from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.report.exchange.inspect import write_inspect
from pytest_haerae.report.responses.inspect_log import read, takes
from tests.unit.reports import make, report_of, sample, samples_of

ANSWER: dict[str, Any] = {
    "prediction": "A",
    "reasoning": None,
    "finish_reason": "stop",
    "tokens": {},
    "why": None,
    "error": None,
}


def log_of(path: Path, report: Any) -> dict[str, Any]:  # noqa: ANN401 - a report
    write_inspect(report, path)
    log: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return log


def test_keys_stand_in_the_order_of_the_format(tmp_path: Path) -> None:
    log = log_of(tmp_path / "r.json", report_of(samples_of({"a": "cw"})))
    assert list(log) == ["version", "status", "eval", "plan", "results", "stats", "samples"]


def test_what_is_read_again_is_what_was_answered(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "cwies"}))
    log = log_of(tmp_path / "r.json", report)
    assert takes(tmp_path / "r.json")
    found = read(tmp_path / "r.json", {})
    assert found.model == report["info"]["model"]
    assert [item.name for item in found.items] == [row["id"] for row in report["samples"]]
    answers = [item.responses[0] for item in found.items]
    assert [answer and (answer.text, answer.error) for answer in answers[:4]] == [
        (row["raw_output"], row["error"]) for row in report["samples"][:3]
    ] + [(None, "HTTP 503")]
    assert log["results"]["scores"][0]["metrics"]["accuracy"]["value"] == report["metrics"]["accuracy"]
    values = [each["scores"] and each["scores"]["pytest_haerae"]["value"] for each in log["samples"]]
    assert values == ["C", "I", "I", None, None]
    assert log["results"]["completed_samples"] == 4


def test_answers_to_one_item_are_epochs(tmp_path: Path) -> None:
    answers = [{**ANSWER, "outcome": "correct", "raw_output": "A"}, {**ANSWER, "outcome": "wrong", "raw_output": "B"}]
    log = log_of(tmp_path / "r.json", make([sample(0, answers=answers), sample(1)]))
    assert [(each["epoch"], each["metadata"]["outcome"]) for each in log["samples"]][:2] == [
        (1, "correct"),
        (2, "wrong"),
    ]
    assert log["eval"]["config"] == {"epochs": 2}
    assert log["eval"]["dataset"]["samples"] == 2


def test_ids_are_told_apart(tmp_path: Path) -> None:
    rows = [sample(0, subset="a"), sample(0, subset="b"), sample(1)]
    names = log_of(tmp_path / "r.json", make(rows))["eval"]["dataset"]["sample_ids"]
    assert len(set(names)) == 3
    assert names[2] == rows[2]["id"]


@pytest.mark.parametrize(
    ("reason", "there"), [("stop", "stop"), ("length", "max_tokens"), ("eos", "unknown"), (None, "unknown")]
)
def test_why_an_output_ended_is_in_its_words(tmp_path: Path, reason: str | None, there: str) -> None:
    rows = [sample(0, finish_reason=reason, reasoning="생각", raw_output="답은 A")]
    (written,) = log_of(tmp_path / "r.json", make(rows))["samples"]
    (choice,) = written["output"]["choices"]
    assert choice["stop_reason"] == there
    assert [part["type"] for part in choice["message"]["content"]] == ["reasoning", "text"]


def test_reasoning_in_the_text_stands_there_once(tmp_path: Path) -> None:
    rows = [
        sample(0, reasoning="생각", raw_output="<think>생각</think>A", score=0.5, tokens={"prompt": 3, "completion": 2})
    ]
    (written,) = log_of(tmp_path / "r.json", make(rows))["samples"]
    assert written["messages"][-1]["content"] == "<think>생각</think>A"
    assert written["scores"]["pytest_haerae"]["value"] == 0.5
    assert written["output"]["usage"]["total_tokens"] == 5
