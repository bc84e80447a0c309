"""A user's own tests on real engines and on a server: one load, no question twice, killed and resumed, with workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import ApiServer, serve

SUITE = """
import pytest
from pytest_haerae import assert_log_likelihood

@pytest.mark.parametrize("number", range(12))
def test_it_writes(haerae_model, number):
    response = haerae_model.generate(f"{number}번 문제: 대한민국의 수도는?", max_tokens=8)
    assert response.text is not None and response.error is None
    assert response == haerae_model.generate(f"{number}번 문제: 대한민국의 수도는?", max_tokens=8)

@pytest.mark.haerae_prompts([f"{20 + number}번 문제: 옳은 것은?" for number in range(6)], max_tokens=8)
def test_declared(haerae_model):
    prompts = [f"{20 + number}번 문제: 옳은 것은?" for number in range(6)]
    assert len(haerae_model.generate_all(prompts, max_tokens=8)) == 6
"""
SCORED = """
def test_it_knows_the_capital(haerae_model):
    response = haerae_model.loglikelihood("대한민국의 수도는", [" 서울", " 쬵뷁"])
    assert_log_likelihood(response, 0, margin=1.0)
    shuffled = haerae_model.loglikelihood("대한민국의 수도는", [" 쬵뷁", " 서울"])
    assert sorted(shuffled.loglikelihoods) == pytest.approx(sorted(response.loglikelihoods), abs=0.2)
"""
MODES = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    plugins = ["-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", *plugins, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.engine
@MODES
def test_on_llamacpp(tmp_path: Path, workers: Sequence[str]) -> None:
    (tmp_path / "test_own.py").write_text(SUITE + SCORED, encoding="utf-8")
    first = run(tmp_path, "--model=llamacpp", *workers)
    assert first.returncode == 0, first.stdout
    assert "14 passed" in first.stdout
    assert "haerae_model: 20 asked, 0 from the store" in first.stdout
    again = run(tmp_path, "--model=llamacpp", "--reuse", *workers)
    assert again.returncode == 0, again.stdout
    assert "haerae_model: 0 asked, 20 from the store" in again.stdout


@pytest.mark.engine
@MODES
def test_on_huggingface(tmp_path: Path, checkpoint: Path, workers: Sequence[str]) -> None:
    (tmp_path / "test_own.py").write_text(SUITE + SCORED, encoding="utf-8")
    params = {"model_name_or_path": str(checkpoint), "dtype": "float32"}
    result = run(tmp_path, "--model=huggingface", f"--model-params={json.dumps(params)}", *workers)
    assert result.returncode == 0, result.stdout
    assert "haerae_model: 20 asked, 0 from the store" in result.stdout


@pytest.fixture
def server() -> Iterator[ApiServer]:
    def reply(number: int, body: dict[str, Any]) -> str:
        return f"{number}: 서울"

    with serve(ApiServer(reply, latency=0.05)) as opened:
        yield opened


def parameters(server: ApiServer) -> str:
    return json.dumps({"model_name": "m", "api_base": server.address, "api_key": "not-needed"})


SAMPLED = """
def test_sampled(haerae_model):
    for number, seed in [(0, 3), (1, 4), (2, None), (3, 3)]:
        haerae_model.generate(f"{number}번 문제: 수도는?", **({} if seed is None else {"seed": seed}))
"""


@pytest.mark.server
@pytest.mark.parametrize("backend", ["openai", "litellm"])
def test_what_a_server_refuses_of_one_call_stays_in_the_others_and_is_told(tmp_path: Path, backend: str) -> None:
    def fault(number: int, attempt: int) -> str | None:
        return "400: seed: 3 is not a valid value" if (number, attempt) == (0, 1) else None

    with serve(ApiServer(lambda number, body: "서울", fault)) as server:
        (tmp_path / "test_own.py").write_text(SAMPLED, encoding="utf-8")
        name = "openai/m" if backend == "litellm" else "m"
        params = json.dumps({**json.loads(parameters(server)), "model_name": name, "seed": 7})
        result = run(tmp_path, f"--model={backend}", f"--model-params={params}")
        assert result.returncode == 0, result.stdout
        assert [body.get("seed") for body in server.bodies] == [3, None, 4, 7, None]
    assert "haerae_model: the server refused parameters: seed was left out" in result.stdout


@pytest.mark.server
@pytest.mark.parametrize("backend", ["openai", "litellm"])
@MODES
def test_on_a_server_killed_and_resumed_nothing_is_asked_twice(
    tmp_path: Path, server: ApiServer, backend: str, workers: Sequence[str]
) -> None:
    (tmp_path / "test_own.py").write_text(SUITE, encoding="utf-8")
    name = "openai/m" if backend == "litellm" else "m"
    params = json.dumps({**json.loads(parameters(server)), "model_name": name})
    options = [f"--model={backend}", f"--model-params={params}", *workers]
    command = [sys.executable, "-m", "pytest", *options]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while sum(server.attempts.values()) < 10:
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(0.5)  # workers notice that their controller is gone
    before = Counter(server.attempts)
    result = run(tmp_path, *options)
    assert result.returncode == 0, result.stdout
    counts = server.attempts
    assert len(counts) == 18
    twice = [number for number, count in counts.items() if count > 1]
    assert len(twice) <= len(workers) + 1, "only what was in flight when it was killed"
    assert set(twice) <= set(before)
    failed_first = run(tmp_path, *options, "--lf")
    assert failed_first.returncode == 0, failed_first.stdout
