"""Instructions that a program checks: the benchmark over invented rows, and a file of one's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.data.hub import HubDataset
from tests.helpers import ROOT, HubRows, valid_report
from tests.integration.conftest import Evaluate

NO_COMMA, END, WORDS = "punctuation:no_comma", "startend:end_checker", "length_constraints:number_words"
EVERY = dict.fromkeys(("end_phrase", "num_words", "relation", "keywords", "language"))
"""A table of the hub has each argument in each row."""
ROWS = [
    {"key": 1, "prompt": "봄을 쓰세요. 쉼표 없이.", "instruction_id_list": [NO_COMMA], "kwargs": [EVERY]},
    {
        "key": 2,
        "prompt": "여름을 다섯 단어 미만으로 쓰고 ‘끝.’으로 맺으세요.",
        "instruction_id_list": [WORDS, END],
        "kwargs": [{**EVERY, "num_words": 5, "relation": "less than"}, {**EVERY, "end_phrase": "끝."}],
    },
    {
        "key": 3,
        "prompt": "가을을 세 단어 이상으로 쓰세요.",
        "instruction_id_list": [WORDS],
        "kwargs": [{**EVERY, "num_words": 3, "relation": "at least"}],
    },
    {
        "key": 4,
        "prompt": "겨울을 쓰고 ‘끝.’으로 맺으세요.",
        "instruction_id_list": [END],
        "kwargs": [{**EVERY, "end_phrase": "끝."}],
    },
]
MODEL = """
from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Writing(ScriptedBackend):
    def answer(self, number, request):
        text = request.context or request.messages[-1].content
        if "봄" in text:
            return "<think>쉼표, 또 쉼표</think>꽃이 핀다."
        if "여름" in text:
            return "바다에 가서 물놀이를 하고 왔다. 끝."
        if "가을" in text:
            return "단풍이"
        return "눈이 왔다. 끝.\\n도움이 되었기를 바랍니다!"

def pytest_haerae_backends():
    return {"writing": Writing}
"""


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    def load(self: HubDataset, configuration: str | None) -> HubRows:
        asked.append((self.repository.name, self.split))
        return HubRows(ROWS)

    monkeypatch.setattr(HubDataset, "_load", load)
    shutil.copytree(ROOT / "suites", pytester.path / "suites", ignore=shutil.ignore_patterns("__pycache__"))
    pytester.makeconftest(MODEL)
    return asked


def run(evaluate: Evaluate, *options: str) -> pytest.RunResult:
    return evaluate(*options, model="writing", inprocess=True)


def report() -> dict[str, Any]:
    return valid_report(Path(".haerae/report.json"))


def test_the_benchmark_is_asked_by_name_and_each_instruction_is_checked(
    evaluate: Evaluate, hub: list[tuple[str, str]]
) -> None:
    result = run(evaluate, "suites/ifeval_ko")
    assert result.ret == 0, result.outlines + result.errlines
    assert {repository for repository, _ in hub} == {"allganize/IFEval-Ko"}
    told = report()
    info, metrics, samples = told["info"], told["metrics"], told["samples"]
    assert (info["dataset"], info["prompt"]) == ("ifeval_ko", "raw")
    assert info["evaluator_params"] == {"scorer": "ifeval"}
    assert info["dataset_revision"] == "54199e3801116897697babf341865741dcd06fc8"
    assert [sample["outcome"] for sample in samples] == ["correct", "wrong", "wrong", "wrong"]
    assert (metrics["accuracy"], metrics["prompt_level_loose_acc"]["value"]) == (1 / 4, 2 / 4)
    assert metrics["inst_level_strict_acc"]["value"] == pytest.approx(2 / 5)
    assert metrics["inst_level_loose_acc"]["value"] == pytest.approx(3 / 5)
    assert {name: (score["correct"], score["n"]) for name, score in metrics["by"]["instruction"].items()} == {
        WORDS: (0, 2),
        NO_COMMA: (1, 1),
        END: (1, 2),
    }
    assert [sample["input"] for sample in samples] == [row["prompt"] for row in ROWS]
    result.stdout.fnmatch_lines(["*prompt_level_loose_acc 0.5000 (*", f"*{WORDS}*"])


def test_a_wrong_answer_says_what_it_did_not_follow_and_what_was_counted(evaluate: Evaluate) -> None:
    run(evaluate, "suites/ifeval_ko")
    told = report()
    second, third = told["samples"][1:3]
    assert second["explanation"] == (f"ifeval_ko-0001 wrong: not followed: {WORDS}: 6 words, fewer than 5 asked")
    assert second["prediction"] == "1 of 2 instructions followed"
    assert json.loads(second["reference"])[1] == {"id": END, "end_phrase": "끝."}
    assert "1 words, at least 3 asked" in third["explanation"]
    assert told["info"]["rules"] == {"instructions": 4}


def test_the_page_shows_the_numbers_of_each_instruction(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    run(evaluate, "suites/ifeval_ko", "--report-html=report.html", "--report-md=report.md")
    for name in ("report.html", "report.md"):
        text = (pytester.path / name).read_text(encoding="utf-8")
        assert END.partition("_")[0] in text, "Markdown escapes an underscore"
        assert "instruction" in text
    assert "instructions followed, loosely" in (pytester.path / "report.html").read_text(encoding="utf-8")


def test_a_file_of_ones_own_in_this_layout_is_read_as_any_file(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    own = {**ROWS[0], "instruction_id_list": ["korean:speech_level"], "kwargs": [{"level": "존댓말"}]}
    lines = [json.dumps(row, ensure_ascii=False) for row in (ROWS[0], own)]
    (pytester.path / "mine.jsonl").write_text("\n".join(lines), encoding="utf-8")
    options = ["--dataset=mine.jsonl", "--prompt=raw", "--evaluator-params=scorer=ifeval"]
    result = run(evaluate, "suites/test_dataset.py", *options)
    assert result.ret == 0, result.outlines + result.errlines
    assert [sample["outcome"] for sample in report()["samples"]] == ["correct", "wrong"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"instruction_id_list": ["punctuation:no_coma"]},
            "'instruction_id_list': unknown instruction 'punctuation:no_coma'",
        ),
        ({"kwargs": [{"end_phrase": "끝."}]}, "'kwargs': punctuation:no_comma: unknown argument 'end_phrase'"),
    ],
)
def test_a_row_that_cannot_be_meant_is_one_line_before_anything_is_asked(
    evaluate: Evaluate, pytester: pytest.Pytester, changed: dict[str, Any], words: str
) -> None:
    (pytester.path / "mine.jsonl").write_text(json.dumps({**ROWS[0], **changed}, ensure_ascii=False), encoding="utf-8")
    result = run(evaluate, "suites/test_dataset.py", "--dataset=mine.jsonl", "--evaluator-params=scorer=ifeval")
    assert result.ret == 4
    (line,) = [line for line in result.errlines if line.strip()]
    assert "mine.jsonl, row 1, field " + words in line


def test_rows_without_instructions_are_refused_by_the_scorer(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    (pytester.path / "mine.jsonl").write_text('{"question": "수도는?", "answer": "서울"}', encoding="utf-8")
    result = run(evaluate, "suites/test_dataset.py", "--dataset=mine.jsonl", "--evaluator-params=scorer=ifeval")
    assert result.ret == 4
    assert "its columns are prompt, instruction_id_list and kwargs" in "\n".join(result.errlines)


def test_the_python_api_gives_the_same_numbers(evaluate: Evaluate) -> None:
    result = Evaluator().run(model="random", dataset="ifeval_ko", method="string_match")
    assert result.metrics["n"] == 4
    assert set(result.metrics["by"]["instruction"]) == {NO_COMMA, END, WORDS}
