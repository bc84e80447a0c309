"""The API backends against a real server on loopback that misbehaves."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import TRANSIENT_FAULTS, ApiServer, completion, serve
from pytest_haerae.types import Request
from tests.helpers import shared, valid_report, write_questions

pytestmark = pytest.mark.server

BACKENDS = pytest.mark.parametrize("backend", ["openai", "litellm"])
KEY = "sk-" + "abcdefghijklmnopqrstuvwxyz"
LETTERS = "ABCD"


def questions(count: int) -> list[dict[str, Any]]:
    return [
        {"question": f"{number}번 문제: 옳은 것은?", "options": ["가", "나", "다", "라"], "answer": LETTERS[number % 4]}
        for number in range(count)
    ]


def letter(number: int) -> str:
    """What the server answers: right for two of three."""
    return LETTERS[number % 4] if number % 3 else LETTERS[(number + 1) % 4]


def reply(number: int, body: dict[str, Any]) -> str:
    return f"정답: ({letter(number)})"


def command(backend: str, server: ApiServer, *options: str, **more: Any) -> list[str]:  # noqa: ANN401 - any parameter
    name = "openai/m" if backend == "litellm" else "m"
    values = {"model_name": name, "api_key": KEY, "api_base": server.address, "timeout": 2, "max_retries": 3, **more}
    # Hypothesis' plugin imports all of it at the end of every run, which takes seconds here.
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    return [
        sys.executable,
        "-m",
        "pytest",
        f"--model={backend}",
        f"--model-params={json.dumps(values)}",
        *plugins,
        *options,
    ]


def evaluate(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)


@BACKENDS
def test_every_answer_is_its_own_items_and_the_counts_are_the_servers(tmp_path: Path, backend: str) -> None:
    count = 1000
    write_questions(tmp_path, questions(count))
    lost, refused = range(500, 510), range(700, 705)

    def fault(number: int, attempt: int) -> str | None:
        if number in lost:
            return "500"
        if number in refused:
            return "400: this prompt is not allowed"
        return TRANSIENT_FAULTS[number // 10 % len(TRANSIENT_FAULTS)] if number % 10 == 7 and attempt == 1 else None

    with serve(ApiServer(reply, fault, latency=0.01)) as server:
        result = evaluate(tmp_path, command(backend, server, "--max-error-rate=0.1", max_concurrency=24))
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    report = valid_report(tmp_path / ".haerae/report.json")
    failed = {f"questions-{number:04d}" for number in (*lost, *refused)}
    assert {sample["id"] for sample in report["samples"] if sample["outcome"] == "error"} == failed
    for sample in report["samples"]:
        if sample["outcome"] != "error":
            assert sample["prediction"] == letter(int(sample["id"].rpartition("-")[2]))
    metrics = report["metrics"]
    assert (metrics["errors"], metrics["n"]) == (15, len(server.answered)) == (15, count - 15)
    assert metrics["correct"] == sum(letter(number) == LETTERS[number % 4] for number in server.answered)
    assert set(server.answered.values()) == {1}
    assert all(server.attempts[number] == 4 for number in lost)
    assert all(server.attempts[number] == 1 for number in refused)
    assert server.keys == {f"Bearer {KEY}"}
    assert server.most_at_once <= 24 + count // 10 // len(TRANSIENT_FAULTS) + 1  # a hung request's connection ends late
    assert KEY not in result.stdout + result.stderr + json.dumps(report)


@BACKENDS
def test_a_wrong_key_ends_the_run_in_the_servers_words(tmp_path: Path, backend: str) -> None:
    write_questions(tmp_path, questions(40))
    with serve(ApiServer(reply, lambda number, attempt: f"401: wrong, you sent {KEY}")) as server:
        result = evaluate(tmp_path, command(backend, server, "--showlocals"))
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout + result.stderr
    assert "wrong, you sent ***" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sum(server.attempts.values()) == 1
    assert KEY not in result.stdout + result.stderr


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_permanent_refusal_is_no_retry(status: int) -> None:
    requests = [Request("generate", f"{number}번 문제") for number in range(40)]
    with serve(ApiServer(reply, lambda number, attempt: f"{status}: no")) as server:
        backend = OpenAIBackend(ApiParameters(model_name="m", api_key=KEY, api_base=server.address))
        with pytest.raises(UsageError, match=rf"^--model=openai: .*{status} - no"):
            list(backend.run(requests))
        backend.close()
    assert sum(server.attempts.values()) == 1


def test_an_answer_that_is_not_called_json_is_read_if_it_is() -> None:
    class Careless(ApiServer):
        async def _serve(self, request: web.Request) -> web.StreamResponse:
            return web.Response(text=json.dumps(completion("(A)")), content_type="text/plain")

    with serve(Careless(reply)) as server:
        backend = OpenAIBackend(ApiParameters(model_name="m", api_key=KEY, api_base=server.address, max_retries=0))
        ((_, response),) = backend.run([Request("generate", "0번 문제")])
        backend.close()
    assert (response.text, response.error) == ("(A)", None)


@BACKENDS
def test_a_reasoning_model_gets_the_parameters_it_takes(tmp_path: Path, backend: str) -> None:
    write_questions(tmp_path, questions(20))
    messages = {
        "max_tokens": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        "temperature": "Unsupported value: 'temperature' does not support 0.0 with this model.",
    }
    server = ApiServer(reply)
    server._fault = lambda number, attempt: next(
        (f"400: {message}" for name, message in messages.items() if name in server.bodies[-1]), None
    )
    with serve(server):
        result = evaluate(tmp_path, command(backend, server))
    assert result.returncode == 0, result.stdout + result.stderr
    assert sum(server.attempts.values()) == 22
    info = valid_report(tmp_path / ".haerae/report.json")["info"]
    assert info["method_detail"] == (
        "the server refused parameters: max_tokens was sent as max_completion_tokens, temperature was left out"
    )


@BACKENDS
def test_an_interrupt_stops_soon_and_keeps_every_answer(tmp_path: Path, backend: str) -> None:
    write_questions(tmp_path, questions(400))
    with serve(ApiServer(reply, latency=0.2)) as server:
        arguments = command(backend, server, max_concurrency=4)
        with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            wait_until(lambda: len(server.answered) >= 20)
            os.kill(process.pid, signal.SIGINT)
            began = time.monotonic()
            assert process.stdout is not None
            output = ""
            while line := process.stdout.readline().decode():
                output += line
                if "no tests ran" in line:
                    # What follows is the interpreter taking litellm's modules down: 2 s of computing, no request.
                    assert time.monotonic() - began < 5
        assert process.returncode == pytest.ExitCode.INTERRUPTED, output
        assert "no tests ran" in output
        before = len(server.answered)
        server._latency = 0
        result = evaluate(tmp_path, arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / ".haerae/report.json")
    # Only the requests in flight at the interrupt are asked again.
    assert report["info"]["responses"]["reused"] >= before - 4
    assert sum(server.answered.values()) <= 400 + 4
    assert report["metrics"]["n"] == 400


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_requests_a_minute_are_spaced(tmp_path: Path) -> None:
    write_questions(tmp_path, questions(12))
    with serve(ApiServer(reply)) as server:
        began = time.monotonic()
        result = evaluate(tmp_path, command("openai", server, requests_per_minute=240))
    assert result.returncode == 0, result.stdout + result.stderr
    assert time.monotonic() - began > 11 / 4


def test_no_key_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    write_questions(tmp_path, questions(2))
    with serve(ApiServer(reply)) as server:
        result = evaluate(tmp_path, command("openai", server, api_key=None))
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--model=openai: no API key; set OPENAI_API_KEY" in result.stderr


PUBLISHED = {
    "gpt-4o-mini-240718": {
        "General Knowledge": 53.41,
        "History": 84.57,
        "Loan Words": 76.33,
        "Rare Words": 81.98,
        "Reading Comprehension": 77.18,
        "Standard Nomenclature": 75.82,
        "all": 76.40,
    },
    "llama-3-1-8b-instruct": {
        "General Knowledge": 34.66,
        "History": 44.15,
        "Loan Words": 63.31,
        "Rare Words": 63.21,
        "Reading Comprehension": 51.90,
        "Standard Nomenclature": 58.82,
        "all": 53.90,
    },
}


@pytest.mark.parametrize("model", PUBLISHED)
def test_recorded_answers_give_the_published_accuracies(tmp_path: Path, model: str) -> None:
    with (shared("data/responses") / f"{model}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    data = tmp_path / "recorded"
    data.mkdir()
    by_subset: dict[str, list[str]] = {}
    for number, row in enumerate(rows):
        question = {
            "question": f"{number}번 문제",
            "options": ["가", "나", "다", "라", "마"],
            "answer": row["answer"].strip("() ").upper(),
        }
        by_subset.setdefault(row["category"], []).append(json.dumps(question, ensure_ascii=False))
    for subset, lines in by_subset.items():
        (data / f"{subset}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_questions(tmp_path)
    suite = (tmp_path / "test_mine.py").read_text(encoding="utf-8").replace('dataset="questions.jsonl"', "")
    (tmp_path / "test_mine.py").write_text(suite, encoding="utf-8")
    with serve(ApiServer(lambda number, body: rows[number]["response"])) as server:
        result = evaluate(tmp_path, command("openai", server, f"--dataset={data}", "--method=string_match"))
    assert result.returncode == 0, result.stdout + result.stderr
    metrics = valid_report(tmp_path / ".haerae/report.json")["metrics"]
    shares = {name: round(100 * entry["accuracy"], 2) for name, entry in metrics["subsets"].items()}
    assert {**shares, "all": round(100 * metrics["accuracy"], 2)} == PUBLISHED[model]
