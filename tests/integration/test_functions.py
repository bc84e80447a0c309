"""Functions of one's own as the model: by every door, in workers, killed and resumed, and when they fail."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

APP = """
import asyncio, os, time
from pathlib import Path
from zlib import crc32
from pytest_haerae.testing import Ledger

PACE = 0
LEDGER = Ledger(Path(__file__).parent / "ledger.txt")
LEDGER.write("load")

def number(question):
    return int(question.partition("번")[0].split()[-1])

def answer(question):
    LEDGER.write("ask", number(question))
    time.sleep(PACE)
    return f"정답: ({'ABCD'[crc32(question.encode()) % 4]})"

async def answer_async(question):
    LEDGER.write("ask", number(question))
    await asyncio.sleep(PACE)
    return {"text": f"정답: ({'ABCD'[crc32(question.encode()) % 4]})", "reasoning": "음"}

def failing(question):
    if number(question) in (3, 30):
        raise ConnectionError("the index is gone")
    return "정답: (A)"

def mute(question):
    return None

def chatting(messages):
    assert messages[-1]["role"] == "user", messages
    return messages[0]["content"]
"""


@pytest.fixture
def app(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Run the suite with a function of a module beside it, by its name."""
    (pytester.path / "rag_app.py").write_text(APP, encoding="utf-8")

    def run(name: str, *options: str, inprocess: bool = False) -> pytest.RunResult:
        return evaluate(f"--model-params=path=rag_app:{name}", *options, model="function", inprocess=inprocess)

    return run


def parts(path: Path) -> list[str]:
    report = valid_report(path)
    return [json.dumps(report[part], ensure_ascii=False) for part in ("metrics", "samples")]


def ledger(pytester: pytest.Pytester) -> Ledger:
    return Ledger(pytester.path / "ledger.txt")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["answer", "answer_async"])
def test_serial_and_with_workers_it_is_loaded_once_and_asked_each_question_once(
    app: Evaluate, pytester: pytest.Pytester, name: str
) -> None:
    assert app(name, "--output-file=serial.json").ret == 0
    assert sorted(ledger(pytester).asked()) == list(range(40))
    ledger(pytester).clear()
    assert app(name, "-n2", "--output-file=workers.json").ret == 0
    assert sorted(ledger(pytester).asked()) == list(range(40))
    assert len(ledger(pytester).loads()) == 1
    assert parts(Path("serial.json")) == parts(Path("workers.json"))


@pytest.mark.slow
def test_every_door_asks_the_same_and_finds_the_others_answers(app: Evaluate, pytester: pytest.Pytester) -> None:
    assert app("answer", "--output-file=pytest.json").ret == 0
    line = ["--model=function", "--dataset=questions.jsonl", "--reuse", "--output-file=line.json"]
    command = [sys.executable, "-m", "pytest_haerae", *line, "--model-params=path=rag_app.py:answer"]
    assert pytester.run(*command).ret == 0
    code = (
        "from pytest_haerae import Evaluator; import rag_app;"
        "Evaluator().run(rag_app.answer, dataset='questions.jsonl', reuse=True, output_file='python.json')"
    )
    assert pytester.run(sys.executable, "-c", code).ret == 0
    assert len(ledger(pytester).asked()) == 40
    reports = [valid_report(Path(f"{door}.json")) for door in ("pytest", "line", "python")]
    assert [report["info"]["responses"]["reused"] for report in reports] == [0, 40, 40]
    assert {report["info"]["model"] for report in reports} == {"rag_app:answer"}
    outcomes = [[(sample["id"], sample["outcome"]) for sample in report["samples"]] for report in reports]
    assert outcomes[0] == outcomes[1] == outcomes[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["answer", "answer_async"])
def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(
    app: Evaluate, pytester: pytest.Pytester, name: str
) -> None:
    (pytester.path / "rag_app.py").write_text(APP.replace("PACE = 0", "PACE = 0.1"), encoding="utf-8")
    app(name, "--store=other.sqlite", "--output-file=undisturbed.json")
    book = ledger(pytester)
    book.clear()
    for answers in (6, 20):
        command = [sys.executable, "-m", "pytest", "--model=function", f"--model-params=path=rag_app:{name}"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 60
            while len(book.asked()) < answers:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.kill()
    assert app(name, "--output-file=resumed.json").ret == 0
    in_flight = 1 if name == "answer" else 8
    assert set(book.asked()) == set(range(40))
    assert len(book.asked()) <= 40 + 2 * in_flight
    assert valid_report(Path("resumed.json"))["info"]["responses"]["reused"] >= 20 - 2 * in_flight
    assert parts(Path("resumed.json")) == parts(Path("undisturbed.json"))


@pytest.mark.slow
def test_a_function_that_was_changed_is_asked_anew(app: Evaluate, pytester: pytest.Pytester) -> None:
    app("answer")
    for code, options, reused in (
        (APP, [], 40),
        (APP.replace("(question.encode())", "((question + '?').encode())"), [], 0),
        (APP.replace('"음"', '"흠"'), [], 0),  # what stands beside it in its module may decide its answers, too
        (APP, ["--model-params=path=rag_app:answer,version=2"], 0),
    ):
        (pytester.path / "rag_app.py").write_text(code, encoding="utf-8")
        app("answer", "--reuse", *options)
        assert valid_report(Path(".haerae/report.json"))["info"]["responses"]["reused"] == reused


def test_what_it_raises_is_an_error_of_its_item_and_never_a_wrong_answer(
    app: Evaluate, pytester: pytest.Pytester
) -> None:
    result = app("failing")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*questions-0003*rag_app:failing raised ConnectionError: the index is gone (*"])
    report = valid_report(Path(".haerae/report.json"))
    assert (report["metrics"]["errors"], report["metrics"]["n"]) == (2, 38)
    assert app("failing", "--max-error-rate=0.1").ret == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "line"),
    [
        (
            "mute",
            [],
            "questions-0000: --model=function: rag_app:mute, asked '*', returned None, which is no text; it has*",
        ),
        ("mte", [], "path=rag_app:mte: unknown function 'mte': did you mean 'mute'? Valid: *"),
        ("answer", ["--method=log_likelihood"], "--method=log_likelihood: backend 'function' cannot serve it; *"),
        ("answer", ["--replicas=2"], "--replicas: backend 'function' holds no model to copy; *max_concurrency=*"),
        ("answer", ["--reasoning=low"], "--reasoning=low: backend 'function' has no reasoning that could be set"),
        ("answer", ["--model-params=pat=x:y"], "--model-params of function: unknown parameter 'pat': did you mean*"),
        ("answer", ["--model-params={}"], "--model-params of function: path: Field required; write --model-params*"),
        ("answer", ["--model-params=path=rag_ap:answer"], "path=rag_ap:answer: there is no module rag_ap, neither*"),
    ],
)
def test_what_cannot_be_asked_is_one_line(app: Evaluate, name: str, options: list[str], line: str) -> None:
    result = app(name, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    lines = [*result.errlines, *result.outlines]
    assert [each for each in lines if each.startswith("ERROR: ")]
    pytest.LineMatcher([each for each in lines if each.startswith("ERROR: ")]).fnmatch_lines([f"ERROR: *{line}"])
    assert not [each for each in lines if "Traceback" in each or "INTERNALERROR" in each]


def test_with_a_chat_template_it_is_given_the_messages(app: Evaluate) -> None:
    result = app("chatting", "--apply-chat-template", "--system-prompt=정답은 (A)입니다.")
    assert result.ret == 0, result.stdout.str()
    report: dict[str, Any] = valid_report(Path(".haerae/report.json"))
    assert {sample["prediction"] for sample in report["samples"]} == {"A"}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_function_of_the_hook_is_a_model_by_its_name(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    pytester.makeconftest("def pytest_haerae_backends():\n    return {'own': lambda question: '정답: (A)'}\n")
    result = evaluate(*workers, model="own")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*conftest:*<lambda> has no name by which a later run finds it*give it a version=*"])
    assert valid_report(Path(".haerae/report.json"))["metrics"]["correct"] == 10
