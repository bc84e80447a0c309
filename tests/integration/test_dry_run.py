"""What would be asked is told and not asked: the run that follows asks just that."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.always import BOTH, ITEMS, PLAIN, REPORT, asked, write
from tests.integration.conftest import Evaluate
from tests.unit.backends.local.tiny import save_tiny

OWN = """
def test_greets(haerae_model):
    assert haerae_model.generate("안녕?").text

@pytest.mark.haerae_prompts(["하나", "둘"])
def test_counts(haerae_model):
    assert haerae_model.generate("하나").text
"""


def to_send(result: pytest.RunResult) -> int:
    (line,) = (line for line in result.outlines if line.startswith("haerae: items: "))
    return int(line.rpartition("requests to send: ")[2].replace(",", ""))


@BOTH
def test_nothing_is_asked_and_no_test_runs(always: Evaluate, workers: tuple[str, ...]) -> None:
    result = always("--dry-run", "--junitxml=j.xml", *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["haerae: dry run: nothing is sent, no test runs, no report is written", "*40 tests *"])
    assert not Path("ledger.txt").exists()
    assert not REPORT.exists()
    assert not Path(".haerae/responses.sqlite").exists()
    assert to_send(result) == ITEMS
    assert always(*workers).ret == 0
    assert asked() == ITEMS


@pytest.mark.slow
def test_what_is_told_is_what_the_run_then_asks(always: Evaluate) -> None:
    for options in (["--repeats=2"], ["--repeats=3", "--limit=7"], ["--reuse", "--repeats=4"]):
        told = to_send(always("--dry-run", *options))
        assert always(*options).ret == 0
        assert asked() == told, options
    # That one was finished: without --reuse it is measured anew, and with it nothing is left to ask.
    assert to_send(always("--dry-run", "--repeats=4")) == 4 * ITEMS
    result = always("--dry-run", "--reuse", "--repeats=4")
    assert to_send(result) == 0
    result.stdout.fnmatch_lines([f"haerae: items: 40, 4 answers to each of 40, {4 * ITEMS} answers are stored, *"])


def test_tests_of_ones_own_are_told_and_not_run(always: Evaluate, pytester: pytest.Pytester) -> None:
    write(pytester, PLAIN)
    Path("test_own.py").write_text(f"import pytest\n{OWN}", encoding="utf-8")
    result = always("--dry-run")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["haerae: tests that ask the model: 2, not counted here; declared questions: 2", "*42 tests collected*"]
    )
    assert not Path("ledger.txt").exists()


@pytest.mark.slow
def test_the_last_run_tells_of_time(always: Evaluate) -> None:
    result = always("--dry-run")
    result.stdout.fnmatch_lines(["haerae: time: not known", "haerae: no earlier run of this model on these items*"])
    always()
    result = always("--dry-run")
    result.stdout.re_match_lines([r"haerae: time: about \d+ (s|min) and loading, as in the last run"])
    result.stdout.no_fnmatch_line("*no earlier run*")
    # Another prompt makes answers of another length.
    always("--dry-run", "--prompt=raw").stdout.fnmatch_lines(["haerae: time: not known"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--baseline=none.json"], "*none.json*cannot be read*"),
        (["--min-accuracy=nowhere=0.5"], "*nowhere*"),
        (["--model-params=speed=1"], "*speed*"),
        (["--by=colour"], "*colour*"),
    ],
)
def test_what_a_run_refuses_is_refused(always: Evaluate, options: list[str], words: str) -> None:
    result = always("--dry-run", *options, inprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


def test_the_ini_file_may_say_it_and_the_command_line_undo_it(always: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_dry_run = true")
    assert always().ret == 0
    assert not REPORT.exists()
    assert always("--no-dry-run").ret == 0
    assert asked() == ITEMS


def test_what_is_neither_yes_nor_no_is_one_line_in_any_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_dry_run = maybe")
    pytester.makepyfile("def test_of_something_else(): pass")
    result = pytester.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.lines[:1] == ["ERROR: --dry-run: 'maybe' is not one of true, false"]
    result.stderr.no_fnmatch_line("*Traceback*")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint; made before `pytester` notes which modules were there, as torch cannot be imported twice."""
    return save_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["string_match", "log_likelihood"])
def test_tokens_are_those_of_the_run(tiny: Path, evaluate: Evaluate, method: str) -> None:
    options = [f"--method={method}", f"--model-params=model_name_or_path={tiny},max_length=4096,max_tokens=2"]
    result = evaluate("--dry-run", *options, model="huggingface")
    assert result.ret == 0, result.stdout.str()
    told = re.search(r"prompt tokens: ([\d,]+), by the model's own tokenizer", result.stdout.str())
    assert told
    assert evaluate(*options, model="huggingface").ret == 0
    tokens = json.loads(REPORT.read_text(encoding="utf-8"))["info"]["tokens"]
    assert int(told[1].replace(",", "")) == tokens["prompt"]
    most = "none, options are scored" if method == "log_likelihood" else r"at most 80 \(max_tokens=2\)"
    result.stdout.re_match_lines([f"haerae: completion tokens: {most}"])


@pytest.mark.slow
def test_a_hosted_model_has_a_price(evaluate: Evaluate) -> None:
    result = evaluate("--dry-run", "--model-params=model_name=gpt-4o,max_tokens=100", model="litellm")
    text = result.stdout.str()
    found = re.search(r"prompt tokens: ([\d,]+), by the model's own tokenizer", text)
    assert found
    price = re.search(r"price: at most \$([\d.]+)", text)
    assert price
    # Of OpenAI's list: 2.50 and 10 dollars for a million.
    assert float(price[1]) == pytest.approx(int(found[1].replace(",", "")) * 2.5e-6 + 40 * 100 * 1e-5, abs=1e-4)


def test_the_command_tells_it_too(evaluate: Evaluate) -> None:
    command = [sys.executable, "-m", "pytest_haerae", "--model=random", "--dataset=questions.jsonl", "--dry-run"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "items: 40, requests to send: 40\n" in result.stdout
    assert not REPORT.exists()
