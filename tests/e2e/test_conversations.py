"""Conversations with a real model: the second question is asked after the model's own answer to the first."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.server_process import LLAMA_CPP, serving
from tests.helpers import valid_report

pytestmark = [pytest.mark.server, pytest.mark.engine]

TALKS: list[dict[str, Any]] = [
    {"id": 1, "questions": ["봄에 피는 꽃 하나를 쓰시오.", "그 꽃의 빛깔은?"], "references": ["진달래", "분홍색"]},
    {"id": 2, "questions": ["대한민국의 수도는?", "그곳을 흐르는 강은?"], "references": ["서울", "한강"]},
]
SUITE = """
import pytest

@pytest.mark.haerae(dataset="talks.jsonl")
def test_mine(haerae_response):
    assert haerae_response.text is not None
"""
MOST = 12
"""Tokens of an answer."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("xllamacpp")
    with serving(["-c", LLAMA_CPP, "PORT"], tmp_path_factory.mktemp("server") / "log") as found:
        yield found


def said(address: str, *messages: str) -> str:
    """What the server says after messages of a user and itself in turn, asked by nobody of this project."""
    chat = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(messages)]
    body = json.dumps({"messages": chat, "temperature": 0, "max_tokens": MOST}).encode()
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{address}/chat/completions", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as found:  # noqa: S310 - loopback
        return str(json.loads(found.read())["choices"][0]["message"]["content"])


def test_each_question_stands_behind_the_models_own_answers(address: str, tmp_path: Path) -> None:
    lines = (json.dumps(talk, ensure_ascii=False) for talk in TALKS)
    (tmp_path / "talks.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(SUITE, encoding="utf-8")
    reached: dict[str, Any] = {"model_name": "gemma", "api_base": address, "api_key": "not-needed"}
    model = json.dumps({**reached, "max_tokens": MOST, "max_concurrency": 1})
    judge = json.dumps({**reached, "max_tokens": 4, "max_concurrency": 1})
    command = [sys.executable, "-m", "pytest", "-q", "--model=openai", f"--model-params={model}"]
    command += ["--judge=openai", f"--judge-params={judge}", "--max-unjudged=1", "--apply-chat-template"]
    command += ["--evaluator-params=scorer=judge,template=conversation_ko", "--output-file=report.json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (tmp_path / "report.json").exists(), result.stdout + result.stderr
    rows = valid_report(tmp_path / "report.json")["samples"]
    assert len(rows) == len(TALKS)
    for talk, row in zip(TALKS, rows, strict=True):
        (first, second), turns = talk["questions"], row["turns"]
        assert [turn["question"] for turn in turns] == [first, second]
        assert turns[0]["answer"] == said(address, first)
        assert turns[1]["answer"] == row["raw_output"] == said(address, first, turns[0]["answer"], second)
        assert turns[1]["answer"] != said(address, second)
