"""`--reasoning`: what it sets, what it is a part of, and where it is refused before anything is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae import Evaluator
from tests.helpers import valid_report, write_questions
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

QUESTION = {"question": "1+1은?", "options": ["1", "2"], "answer": "B"}
CONFTEST = """
from pytest_haerae import Backend, BackendParameters, Response
from pytest_haerae.backends.reasoning import ReasoningParameters

class Parameters(ReasoningParameters):
    def takes_chats(self, kind):
        return True

class Thinker(Backend):
    methods = frozenset({"generate", "loglikelihood"})
    parameters = Parameters

    def __init__(self, parameters):
        self.told = parameters.reasoning

    def run(self, requests):
        for index, request in enumerate(requests):
            yield index, Response(f"<think>{self.told}</think>정답: (B)", completion_tokens=9, reasoning_tokens=5)

def pytest_haerae_backends():
    return {"thinker": Thinker}
"""


@pytest.fixture(autouse=True)
def files(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    # In the place of what `evaluate` wrote.
    write_questions(pytester.path, [QUESTION])
    pytester.makeconftest(CONFTEST)


def test_it_reaches_the_backend_the_report_and_the_key(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    for level, asked in (("high", 1), ("high", 1), ("off", 1), ("64", 1)):
        result = evaluate("--model=thinker", f"--reasoning={level}", "--reuse", model=None)
        assert result.ret == 0, result.outlines
        report = valid_report(pytester.path / ".haerae/report.json")
        info, (sample,) = report["info"], report["samples"]
        assert str(info["reasoning"]) == sample["reasoning"] == level
        assert f"--reasoning={level}" in info["rerun_options"]
        assert info["responses"]["computed"] + info["responses"]["reused"] == asked
    assert info["responses"] == {"computed": 1, "reused": 0}, "another setting is another question"
    assert info["tokens"]["reasoning"] == 5
    evaluate("--model=thinker", model=None)
    info = valid_report(pytester.path / ".haerae/report.json")["info"]
    assert "reasoning" not in info
    assert info["responses"] == {"computed": 1, "reused": 0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--model=random", "--reasoning=high"],
            "--reasoning=high: backend 'random' has no reasoning that could be set",
        ),
        (["--model=thinker", "--reasoning=hihg"], "--reasoning: unknown level 'hihg': did you mean 'high'"),
        (
            ["--model=thinker", "--reasoning=128"],
            "reasoning of 128 tokens leaves no room for an answer in max_tokens=128",
        ),
        (
            ["--model=thinker", "--reasoning=off", "--method=log_likelihood"],
            "--reasoning=off: --method=log_likelihood scores the options",
        ),
        (
            ["--model=thinker", "--reasoning=off", "--no-apply-chat-template"],
            "--reasoning=off: it is set in a chat, and plain text is asked: add --apply-chat-template",
        ),
    ],
)
def test_what_would_set_nothing_is_refused_in_a_line(evaluate: Evaluate, options: list[str], message: str) -> None:
    result = evaluate(*options, model=None)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line.strip()]
    assert message in line


def test_python_takes_it_as_pytest_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(CONFTEST, names)  # noqa: S102 - the file above
    backends = names["pytest_haerae_backends"]()  # type: ignore[operator]
    write_questions(tmp_path, [QUESTION])
    (data,) = tmp_path.glob("*.jsonl")
    result = Evaluator(progress=False, backends=backends).run("thinker", dataset=str(data), reasoning=64)
    assert result.info["reasoning"] == 64
    assert [sample["reasoning"] for sample in result.samples] == ["64"]
    assert json.loads((tmp_path / ".haerae/report.json").read_text(encoding="utf-8"))["info"]["reasoning"] == 64
