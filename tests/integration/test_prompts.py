from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import QUESTIONS, valid_report, write_questions
from tests.integration.conftest import Evaluate

MINE = """
description = "mine"
template = '''
{question}
고를 수 있는 기호: {labels}
답 {{하나}}:
'''
"""


def report_of(folder: Path) -> dict[str, Any]:
    return valid_report(folder / ".haerae" / "report.json")


def test_a_template_of_ones_own_by_path(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    (pytester.path / "prompts").mkdir()
    mine = pytester.path / "prompts" / "mine.toml"
    fingerprints = []
    for content in (MINE, MINE.replace("기호", "글자")):
        mine.write_text(content, encoding="utf-8")
        assert evaluate("--prompt=prompts/mine.toml", "--limit=3").ret == 0
        info = report_of(pytester.path)["info"]
        assert info["prompt"] == "prompts/mine.toml"
        assert "--prompt=prompts/mine.toml" in info["rerun_options"]
        fingerprints.append(info["prompt_fingerprint"])
    assert fingerprints[0] != fingerprints[1]
    sample = report_of(pytester.path)["samples"][0]
    assert sample["input"].endswith("(D) 라\n고를 수 있는 글자: A, B, C, D\n답 {하나}:")


def test_a_text_file_through_the_ini_file(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    (pytester.path / "mine.txt").write_text("{query} 한 글자:\n", encoding="utf-8")
    pytester.makeini("[pytest]\nhaerae_prompt = mine.txt\n")
    assert evaluate("--method=log_likelihood", "--limit=4", "-n2").ret == 0
    report = report_of(pytester.path)
    assert {sample["input"].rpartition("\n")[2] for sample in report["samples"]} == {"### 정답: 한 글자:"}
    assert (report["info"]["prompt"], report["metrics"]["n"]) == ("mine.txt", 4)


def test_cot_asks_for_reasoning_and_a_last_line(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    assert evaluate("--prompt=cot", "--limit=5").ret == 0
    report = report_of(pytester.path)
    assert report["metrics"]["n"] == 5
    assert {sample["input"].rpartition("\n")[2] for sample in report["samples"]} == {"### 풀이:"}
    refused = evaluate("--prompt=cot", "--method=log_likelihood")
    refused.stderr.fnmatch_lines(
        ["ERROR: --prompt=cot is for --method=string_match only, not for log_likelihood: choose another prompt *"]
    )
    assert refused.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_mistake_in_a_template_is_one_clear_line(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    (pytester.path / "mine.toml").write_text("template = '''\n{question}\n{qery}'''", encoding="utf-8")
    result = evaluate("--prompt=mine.toml", *workers)
    said = "template, line 2: unknown placeholder 'qery': did you mean 'query'? Valid: A, B, *"
    result.stderr.fnmatch_lines([f"ERROR: --prompt mine.toml: {said}"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_a_prompt_that_is_a_function(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "from pytest_haerae.prompts import register_prompt\n\n\n"
        '@register_prompt("shout")\ndef shout(item):\n    return item.query + "!"\n'
    )
    assert evaluate("--prompt=shout", "--limit=2").ret == 0
    assert all(sample["input"].endswith("### 정답:!") for sample in report_of(pytester.path)["samples"])


def split_questions(folder: Path) -> None:
    """The subset `questions` with a split to be asked and one with few-shot examples."""
    write_questions(folder)
    (folder / "questions.jsonl").unlink()
    (folder / "data").mkdir()
    for split, rows in (("test", QUESTIONS[:10]), ("dev", QUESTIONS[20:26]), ("train", QUESTIONS[:10])):
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / "data" / f"questions-{split}.jsonl").write_text(text, encoding="utf-8")
    suite = folder / "test_mine.py"
    suite.write_text(suite.read_text(encoding="utf-8").replace("questions.jsonl", "data"), encoding="utf-8")


def shown_numbers(sample: dict[str, Any]) -> list[int]:
    return [int(number) for number in re.findall(r"(\d+)번 문제", sample["input"])]


def test_worked_examples_come_from_the_split_that_is_named(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    split_questions(pytester.path)
    options = ("--method=log_likelihood", "--num-few-shot=3")
    seen = {}
    for split in ("dev", "train"):
        assert evaluate(*options, f"--few-shot-split={split}").ret == 0
        report = report_of(pytester.path)
        assert (report["info"]["num_few_shot"], report["metrics"]["n"]) == (3, 10)
        seen[split] = [shown_numbers(sample) for sample in report["samples"]]
        for index, (*shots, asked) in enumerate(seen[split]):
            assert asked == index
            assert (len(set(shots)), asked in shots) == (3, False)
    assert {tuple(shots) for *shots, _ in seen["dev"]} == {tuple(seen["dev"][0][:3])}
    assert all(20 <= number < 26 for *shots, _ in seen["dev"] for number in shots)
    # The training split holds the very questions that are asked: an item's double is no few-shot example for it either.
    assert len({tuple(shots) for *shots, _ in seen["train"]}) == 4  # the common ones, and three without the item


def test_a_split_that_is_not_there_is_one_clear_line(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    split_questions(pytester.path)
    result = evaluate("--num-few-shot=3", "--few-shot-split=dve")
    result.stderr.fnmatch_lines(["ERROR: --few-shot-split: dataset *data: no split 'dve'; there is dev, test, train"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
