"""Every example of the tutorial, with the import and the script's path replaced, and local servers for the APIs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_haerae.testing import ApiServer, serve
from tests.helpers import shared, valid_report

LETTERS = "ABCDE"
SUBSETS = ("csat_math", "csat_eng", "csat_kor")


def blocks(language: str) -> list[str]:
    """The tutorial's code of one language; its last block is not closed."""
    text = (shared("seed") / "advanced-backend-usages.md").read_text(encoding="utf-8")
    found = re.findall(rf"```{language}\n(.*?)(?:```|\Z)", text, re.DOTALL)
    return [block.replace("from llm_eval.evaluator import", "from pytest_haerae import") for block in found]


def write_data(folder: Path) -> None:
    """The three subsets that no public data set has."""
    folder.mkdir()
    for subset in SUBSETS:
        rows = [
            {"question": f"{number}번 문제", "options": list("가나다라마"), "answer": LETTERS[number % 5]}
            for number in range(10)
        ]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{subset}.jsonl").write_text(lines, encoding="utf-8")


def run_program(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "example.py").write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "example.py"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.server
@pytest.mark.parametrize("number", [0, 1, 2], ids=["litellm", "openai", "self-hosted"])
def test_the_api_examples_run_as_printed(tmp_path: Path, number: int) -> None:
    examples = blocks("python")
    assert len(examples) == 3
    program = examples[number]
    if number == 2:
        program = "from pytest_haerae import Evaluator\nevaluator = Evaluator()\n" + program + "\nprint(results)\n"
    write_data(tmp_path / "data")
    with serve(ApiServer(lambda question, body: f"정답은 ({LETTERS[question % 5]})입니다.")) as server:
        for address in ("https://your-custom-endpoint.com/v1", "http://localhost:8000/v1"):
            program = program.replace(address, server.address)
        program = program.replace('"haerae_bench"', '"data"')
        result = run_program(program, tmp_path, OPENAI_API_BASE=server.address)
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / ".haerae/report.json")
    assert (report["metrics"]["n"], report["metrics"]["accuracy"]) == (10, 1.0)
    assert SUBSETS[number] in result.stdout
    assert "your-api-key-here" not in result.stdout + result.stderr + json.dumps(report)
    (body, *_) = server.bodies
    assert body["max_tokens"] == {0: 512, 1: 256, 2: 512}[number]
    if number != 2:
        assert "[10 rows x" in result.stdout
        assert body["temperature"] == {0: 0.7, 1: 0.2}[number]


def test_its_subsets_are_refused_clearly_where_no_data_set_has_them(tmp_path: Path) -> None:
    for program, subset in zip(blocks("python")[:2], SUBSETS[:2], strict=True):
        result = run_program(program.replace('"haerae_bench"', '"sample"'), tmp_path)
        assert result.returncode == 1
        assert f"UsageError: --subset: subset '{subset}' is in no public data set" in result.stderr


def command_line(*more: str) -> list[str]:
    """The tutorial's one command, for the shell it is written for."""
    (block,) = blocks("bash")
    assert block.startswith("python llm_eval/evaluator.py ")
    text = block.replace("python llm_eval/evaluator.py", f"{shlex.quote(sys.executable)} -m pytest_haerae")
    text = text.replace("haerae_bench", "sample")
    return ["bash", "-c", " ".join([text, *more])]


@pytest.mark.vllm
@pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it")
def test_the_vllm_command_runs_on_the_real_engine(tmp_path: Path, checkpoint: Path) -> None:
    text = command_line("--limit=3")
    text[-1] = text[-1].replace("EleutherAI/polyglot-ko-1.3b", str(checkpoint))
    result = subprocess.run(text, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / "vllm_logprob_results.json")
    assert (report["info"]["backend"], report["info"]["method"]) == ("vllm", "log_likelihood")
    assert all(len(sample["loglikelihoods"]) == len(sample["options"]) for sample in report["samples"])


def test_the_vllm_command_is_understood_without_the_engine(tmp_path: Path) -> None:
    if find_spec("vllm") is not None:
        pytest.skip("vllm is installed")
    result = subprocess.run(command_line(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, len(result.stderr.strip().splitlines())) == (4, 1)
    assert "vllm" in result.stderr
