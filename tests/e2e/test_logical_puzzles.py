"""The publisher's recordings of the logical puzzles, served again: what pytest reports of them was published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from pytest_haerae.testing import ApiServer, completion, serve
from tests.e2e.test_api import command, evaluate, reply
from tests.helpers import shared, valid_report
from tests.unit.scoring.test_logical_puzzles import RECORDINGS, read_rows

pytestmark = pytest.mark.server

LIMIT = 16_384
"""The tokens that the recorded runs had for an answer."""
GPT_OSS = "openai_gpt-oss-120b"


class Recorded(ApiServer):
    """Answers a question as a recording does: its reasoning apart, and its finish reason."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        super().__init__(reply)
        self.rows = {row["question"]: row for row in rows}

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        asked = body["messages"][-1]["content"]
        (row,) = (row for question, row in self.rows.items() if asked.startswith(question))
        return web.json_response(chat_completion(row))


def chat_completion(row: Mapping[str, str]) -> dict[str, Any]:
    """A recorded answer; tokens, which the recordings do not have, are made up: one for four characters."""
    made, cut = completion(row["resps"]), not row["resps"].strip()
    thought = LIMIT if cut else min(LIMIT, len(row["thinking_content"]) // 4)
    written = 0 if cut else len(row["resps"]) // 4
    made["choices"][0] |= {"finish_reason": "length" if cut else "stop"}
    made["choices"][0]["message"] |= {"content": row["resps"] or None, "reasoning_content": row["thinking_content"]}
    usage = {"prompt_tokens": 10, "completion_tokens": thought + written, "total_tokens": 10 + thought + written}
    return {**made, "usage": {**usage, "completion_tokens_details": {"reasoning_tokens": thought}}}


SUITE = """
import pytest
from pytest_haerae import Verdict, assert_correct

@pytest.mark.haerae()
def test_puzzle(haerae_verdict: Verdict) -> None:
    assert_correct(haerae_verdict)
"""


@pytest.fixture(autouse=True)
def suite(tmp_path: Path) -> None:
    """A suite that asks what `--dataset` names."""
    (tmp_path / "test_puzzles.py").write_text(SUITE, encoding="utf-8")


def write_rows(folder: Path, subset: str, rows: list[dict[str, str]]) -> None:
    """A folder with the rows of one subset, as the publisher's."""
    (folder / "puzzles").mkdir()
    lines = [json.dumps({name: row[name] for name in ("id", "question", "answer")}, ensure_ascii=False) for row in rows]
    (folder / "puzzles" / f"{subset}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("model", "subset", "accuracy"),
    [
        (GPT_OSS, "korean_units_ko_hard", 0.27),
        (GPT_OSS, "time_ko_medium", 0.55),
        ("gemini_gemini-3-flash-preview", "kinship_ko_medium", 0.46),
        ("EXAONE-3.5-7.8B-Instruct", "subway_ko_medium", 0.05),
    ],
)
def test_a_recording_has_its_published_accuracy(tmp_path: Path, model: str, subset: str, accuracy: float) -> None:
    rows = read_rows(shared(f"{RECORDINGS}/{model}/{subset}.csv.gz"))
    write_rows(tmp_path, subset, rows)
    options = ["--dataset=puzzles", "--prompt=logical_puzzles", "--evaluator-params=scorer=logical_puzzles"]
    with serve(Recorded(rows)) as server:
        result = evaluate(tmp_path, command("openai", server, *options, max_tokens=LIMIT, timeout=60))
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / ".haerae/report.json")
    metrics, samples = report["metrics"], report["samples"]
    assert (metrics["n"], metrics["accuracy"]) == (100, accuracy)
    thought = {row["id"]: row["thinking_content"] or None for row in rows}
    assert [sample["reasoning"] for sample in samples] == list(thought.values())
    cut = [sample for sample in samples if sample["outcome"] == "cut"]
    assert metrics["cut"] == len(cut) == sum(not row["resps"] for row in rows)
    assert metrics["accuracy_uncut"] == pytest.approx(metrics["correct"] / (100 - len(cut)))
    tokens = [sample["tokens"]["reasoning"] for sample in samples]
    assert report["info"]["tokens"]["reasoning"] == sum(tokens)
    assert all(sample["tokens"]["reasoning"] == LIMIT and sample["reasoning"] for sample in cut)
    if subset == "korean_units_ko_hard":
        assert len(cut) == 60
        assert "60" in result.stdout


def test_the_rows_that_come_along_are_asked_without_the_hub(tmp_path: Path) -> None:
    rows = read_rows(shared(f"{RECORDINGS}/{GPT_OSS}/korean_units_ko_hard.csv.gz"))
    with serve(Recorded(rows)) as server:
        options = ["--dataset=logical_puzzles", "--subset=korean_units_ko_hard", "--by=level", "--by=task"]
        result = evaluate(tmp_path, command("openai", server, *options, max_tokens=LIMIT, timeout=60))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "haerae: logical_puzzles: the first 20 of the 100 questions of each task and level" in result.stdout
    metrics = valid_report(tmp_path / ".haerae/report.json")["metrics"]
    first = rows[:20]
    assert metrics["correct"] == sum(row["exact_match"] == "1" for row in first)
    assert metrics["cut"] == sum(not row["resps"] for row in first)
    assert metrics["by"]["level"]["hard"]["n"] == metrics["by"]["task"]["korean_units_ko"]["n"] == 20
