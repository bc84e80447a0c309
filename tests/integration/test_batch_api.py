"""A run through a provider's batch endpoint: refused at once, or sent once, whatever ends the process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.batch_server import BatchServer, serve_batches
from tests.helpers import QUESTIONS, valid_report, write_questions
from tests.integration.conftest import Evaluate

COUNT = len(QUESTIONS)
OWN = """
from pytest_haerae.testing import ScriptedBackend

def pytest_haerae_backends():
    return {"mine": ScriptedBackend}
"""
CALLING = """
import pytest

@pytest.mark.haerae_prompts(["둘은?"])
def test_asks(haerae_model):
    assert haerae_model.generate("하나는?").text
"""


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serve_batches(BatchServer()) as served:
        yield served


def arguments(server: BatchServer, *options: str) -> list[str]:
    limits = {"batch_poll": 0.01, "batch_requests": 15}
    values = {"model_name": "m", "api_key": "not-needed", "api_base": server.address, **limits}
    return ["--model=openai", f"--model-params={json.dumps(values)}", "--batch-api", *options]


def parts(report: Path) -> list[str]:
    return [json.dumps(valid_report(report)[part]) for part in ("metrics", "samples")]


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("random", (), "--batch-api: --model=random: it has no batch endpoint"),
        ("mine", (), "--batch-api: --model=mine: it has no batch endpoint"),
        ("random", ("--model=mine",), "--batch-api: --model=random: it has no batch endpoint"),
        (
            "openai",
            ("--model-params=model_name=m,api_key=x", "--method=log_likelihood"),
            "--batch-api: --method=log_likelihood finds out from each answer what to ask next",
        ),
        pytest.param(
            "litellm",
            ("--model-params=model_name=openai/gpt-4o-mini", "--max-cost=1"),
            "--batch-api: what a batch costs is known when all of it is paid for, so --max-cost cannot stop it",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "litellm",
            ("--model-params=model_name=gemini/gemini-pro",),
            "--batch-api: --model=litellm: no batches of gemini; there are those of azure, hosted_vllm",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_cannot_go_through_a_batch_is_refused_at_once(
    evaluate: Evaluate, pytester: pytest.Pytester, model: str, options: tuple[str, ...], words: str
) -> None:
    pytester.makeconftest(OWN)
    # litellm is not to be imported in a process whose modules are forgotten again.
    result = evaluate("--batch-api", *options, model=model, inprocess=model != "litellm")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
@pytest.mark.slow
def test_a_batch_is_a_run_like_any_other(evaluate: Evaluate, server: BatchServer, workers: tuple[str, ...]) -> None:
    result = evaluate(*arguments(server, *workers), model=None)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*haerae: sent the batch batch_0 of 15 requests",
            "*haerae: sent the batch batch_2 of 10 requests",
            "*asked: through the provider's batch endpoint*",
        ]
    )
    report = valid_report(Path(".haerae/report.json"))
    assert report["info"]["responses"] == {"computed": COUNT, "reused": 0}
    assert report["info"]["method_detail"] == "through the provider's batch endpoint"
    assert server.paid.keys() == {line["custom_id"] for batch in server.batches for line in server._lines(batch)}
    assert sorted(server.paid.values()) == [1] * COUNT


@pytest.mark.slow
def test_what_tests_ask_themselves_is_not_sent_in_a_batch(
    evaluate: Evaluate, pytester: pytest.Pytester, server: BatchServer
) -> None:
    """Its endpoint is the ordinary one, which this server has not."""
    pytester.makepyfile(test_calls=CALLING)
    result = evaluate(*arguments(server), model=None)
    result.assert_outcomes(passed=10, failed=1)
    result.stdout.fnmatch_lines(["*what tests ask the model themselves is not sent in a batch*", "*no such path*"])
    assert len(server.paid) == COUNT


def started(folder: Path, server: BatchServer) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest", *arguments(server)]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.parametrize("request_", ["POST /v1/files", "POST /v1/batches", "GET /v1/batches/batch_1"])
def test_a_killed_run_is_gone_on_with_by_the_same_command(tmp_path: Path, server: BatchServer, request_: str) -> None:
    server.looks = 10**6
    write_questions(tmp_path)
    process = started(tmp_path, server)
    wait_until(lambda: server.asked.count(request_) >= 2)
    process.kill()
    process.communicate()
    server.looks = 2
    process = started(tmp_path, server)
    assert process.wait() == 0, process.communicate()
    process.communicate()
    assert sorted(server.paid.values()) == [1] * COUNT
    batches = len(server.batches)
    other = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments(server), "--store=other.sqlite", "--output-file=other.json"],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert (other.returncode, len(server.batches)) == (0, batches + 3)
    assert parts(tmp_path / ".haerae/report.json") == parts(tmp_path / "other.json")


@pytest.mark.slow
def test_ctrl_c_leaves_the_batch_at_the_provider_and_says_so(tmp_path: Path, server: BatchServer) -> None:
    server.looks = 10**6
    write_questions(tmp_path)
    process = started(tmp_path, server)
    wait_until(lambda: server.asked.count("GET /v1/batches/batch_2") >= 2)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[0]
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said
    assert "what was sent goes on at the provider, and the same command attaches to it again" in said
    server.looks = 0
    process = started(tmp_path, server)
    said = process.communicate()[0]
    assert process.returncode == 0, said
    assert said.count("attached again to the batch") == 3
    assert sorted(server.paid.values()) == [1] * COUNT


@pytest.mark.slow
def test_two_processes_at_once_pay_once(tmp_path: Path, server: BatchServer) -> None:
    write_questions(tmp_path)
    both = [started(tmp_path, server) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(server.paid.values()) == [1] * COUNT


@pytest.mark.slow
def test_one_yes_sends_again_what_may_have_been_sent(evaluate: Evaluate, server: BatchServer) -> None:
    server.listing = "404"
    server.fault = lambda method, path, before: "lost" if (method, path) == ("POST", "/v1/batches") else None
    for _ in range(2):
        result = evaluate(*arguments(server), model=None)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "a batch of 15 requests may have been sent, and it cannot be found" in result.stderr.str()
        assert "add --yes to send them again" in result.stderr.str()
    assert len(server.batches) == 1
    server.fault = lambda method, path, before: None
    assert evaluate(*arguments(server, "--yes"), model=None).ret == 0
    assert sorted(server.paid.values()) == [1] * 25 + [2] * 15
