"""`--evaluator-params constrain=letters`: each answer is a letter of its item, or the run is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.testing import ApiServer, Ledger, serve
from tests.helpers import kept_reply, valid_report, write_questions
from tests.integration.always import MODES, REPORT
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

CONSTRAIN = "--evaluator-params=constrain=letters"
ROWS = [
    {
        "question": f"{number}번 문제는?",
        "options": ["가", "나", "다", "라", "마"][: 2 + number % 4],
        "answer": "AB"[number % 2],
    }
    for number in range(12)
]
FREE = [{"question": f"{number}번 문제의 빈칸은?", "answer": "하늘"} for number in range(50, 53)]
CONFTEST = """
from typing import ClassVar
from zlib import crc32

from pytest_haerae.backends.reasoning import ReasoningParameters
from pytest_haerae.testing import ScriptedBackend

class Parameters(ScriptedBackend.parameters, ReasoningParameters):
    def takes_chats(self, kind):
        return True

class Chatty(ScriptedBackend):
    "Prefers prose, as long as it is left to it."
    parameters = Parameters
    constrains: ClassVar[bool] = True
    ledger = "ledger.txt"

    def answer(self, number, request):
        choices = request.choices or ("글쎄요, 어려운 문제네요.",)
        return choices[crc32(str(number).encode()) % len(choices)]

class Deaf(Chatty):
    "Says that it can be kept to choices, and is not."
    def answer(self, number, request):
        return "글쎄요" if number == 3 else super().answer(number, request)

def pytest_haerae_backends():
    return {"chatty": Chatty, "deaf": Deaf}
"""
SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_lettered(haerae_verdict):
    assert_correct(haerae_verdict)

@pytest.mark.haerae(dataset="free.jsonl")
def test_free(haerae_verdict):
    assert_correct(haerae_verdict)
"""


@pytest.fixture(autouse=True)
def files(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    # In the place of what `evaluate` wrote.
    write_questions(pytester.path, ROWS)
    (pytester.path / "free.jsonl").write_text("\n".join(json.dumps(row) for row in FREE), encoding="utf-8")
    (pytester.path / "test_mine.py").write_text(SUITE, encoding="utf-8")
    pytester.makeconftest(CONFTEST)


def samples(subset: str) -> list[dict[str, Any]]:
    return [sample for sample in valid_report(REPORT)["samples"] if sample["subset"] == subset]


def asked() -> int:
    return sum(entry.event == "ask" for entry in Ledger(Path("ledger.txt")).entries())


@MODES
def test_each_answer_is_a_letter_of_its_item_and_free_text_stays_free(
    evaluate: Evaluate, workers: Sequence[str]
) -> None:
    evaluate("--reuse", *workers, model="chatty")
    assert {sample["outcome"] for sample in samples("questions")} == {"invalid"}
    assert (asked(), valid_report(REPORT)["info"]["method_detail"]) == (15, None)
    result = evaluate("--reuse", CONSTRAIN, *workers, model="chatty")
    assert result.ret == 0, result.outlines
    lettered, free = samples("questions"), samples("free")
    assert len(lettered) == len(ROWS)
    for sample in lettered:
        assert sample["raw_output"] == sample["prediction"] in "ABCDE"[: len(sample["options"])]
        assert sample["outcome"] in ("correct", "wrong")
    assert {sample["raw_output"] for sample in free} == {"글쎄요, 어려운 문제네요."}
    assert asked() == 15 + len(ROWS), "what is kept to letters is another question, and the others are not"
    info = valid_report(REPORT)["info"]
    detail = "12 of 15 answers were kept to the letters of their options; the other items have none"
    assert (info["method_detail"], info["rules_not_read"]) == (detail, {})
    result.stdout.fnmatch_lines(["how it was asked: 12 of 15 answers were kept to the letters of their options;*"])
    assert any("constrain" in option for option in info["rerun_options"])
    evaluate("--reuse", CONSTRAIN, *workers, model="chatty")
    assert asked() == 15 + len(ROWS)


@pytest.mark.server
def test_replicas_are_kept_to_letters_as_one_model_is(evaluate: Evaluate) -> None:
    numbers = []
    for options in ((), ("--replicas=2",)):
        assert evaluate(CONSTRAIN, *options, model="chatty").ret == 0
        assert all(sample["raw_output"] in "ABCDE" for sample in samples("questions"))
        numbers.append(json.dumps([valid_report(REPORT)[part] for part in ("metrics", "samples")]))
    assert numbers[0] == numbers[1]


@MODES
def test_an_answer_that_is_no_letter_is_an_error_and_never_scored(evaluate: Evaluate, workers: Sequence[str]) -> None:
    result = evaluate(CONSTRAIN, *workers, model="deaf")
    assert result.ret == 1
    wrong = [sample for sample in samples("questions") if sample["outcome"] == "error"]
    assert [sample["error"] for sample in wrong] == ["--model=deaf gave '글쎄요', which is none of A, B, C, D, E"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--model=random", CONSTRAIN],
            "--evaluator-params constrain=letters: backend 'random' cannot keep its texts to choices; huggingface, "
            "litellm, llamacpp, openai, vllm can",
        ),
        (["--model=chatty", CONSTRAIN, "--reasoning=high"], "has no room for reasoning=high; leave that out, or say"),
        (["--model=chatty", CONSTRAIN, "--model-params=reasoning=low"], "has no room for reasoning=low"),
        (["--model=chatty", "--evaluator-params=constrain=letter"], "unknown constraint 'letter': did you mean 'let"),
        (
            ["--model=chatty", CONSTRAIN, "--method=log_likelihood"],
            "constrain is of --method=string_match, not of log_likeli",
        ),
        (
            ["--model=chatty", CONSTRAIN, "--dataset=free.jsonl", "--subset=free"],
            "--evaluator-params constrain=letters: no item of free has options whose letters it could be kept to; leave"
            " it out, or name a subset that has some",
        ),
    ],
)
def test_what_cannot_be_kept_to_letters_is_refused_in_a_line(
    evaluate: Evaluate, options: list[str], message: str
) -> None:
    result = evaluate(*options, model=None)
    assert result.ret == pytest.ExitCode.USAGE_ERROR, result.outlines
    (line,) = [line for line in result.errlines if line.strip()]
    assert message in line
    assert not Path("ledger.txt").exists(), "no model is loaded"


def test_reasoning_that_is_off_is_no_hindrance(evaluate: Evaluate) -> None:
    assert evaluate(CONSTRAIN, "--reasoning=off", model="chatty").ret == 0


def test_a_baseline_that_was_answered_freely_is_of_another_measurement(evaluate: Evaluate) -> None:
    assert evaluate("--baseline-write=base.json", model="chatty").ret == 0
    result = evaluate(CONSTRAIN, "--baseline=base.json", model="chatty")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "incompatible: its scorer_params is {}, this run's is {'constrain': 'letters'}" in result.stderr.str()


OWN = """
import pytest

def test_kept(haerae_model):
    texts = {haerae_model.generate(f"{number}번", choices=["좋음", "나쁨"]).text for number in range(8)}
    assert texts == {"좋음", "나쁨"}
    assert haerae_model.generate("1번").text == "글쎄요, 어려운 문제네요."

@pytest.mark.haerae_prompts(["1번", "2번"], choices=["예", "아니요"])
def test_declared(haerae_model):
    answers = haerae_model.generate_all(["1번", "2번"], choices=["예", "아니요"])
    assert all(each.text in ("예", "아니요") for each in answers)
"""


@MODES
def test_a_test_of_ones_own_keeps_the_model_to_its_choices(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: Sequence[str]
) -> None:
    pytester.makepyfile(test_mine=OWN)
    result = evaluate(*workers, model="chatty")
    result.assert_outcomes(passed=2)
    assert asked() == 8 + 1 + 2
    result = evaluate(*workers, model="random")
    assert result.ret != 0
    assert "backend 'random' cannot keep its texts to choices" in result.stdout.str() + result.stderr.str()


def test_python_takes_it_as_pytest_does(pytester: pytest.Pytester) -> None:
    names: dict[str, object] = {}
    exec(CONFTEST, names)  # noqa: S102 - the file above
    backends = names["pytest_haerae_backends"]()  # type: ignore[operator]
    params = {"constrain": "letters"}
    result = Evaluator(progress=False, backends=backends).run(
        "chatty", dataset=str(pytester.path / "questions.jsonl"), evaluator_params=params
    )
    assert {sample["outcome"] for sample in result.samples} <= {"correct", "wrong"}
    assert result.info["method_detail"] == "each answer was kept to the letters of its options"


# -- servers ------------------------------------------------------------------------------------------------------


def model_params(server: ApiServer, **more: object) -> str:
    values = {"model_name": "openai/gpt-4o-mini", "api_key": "x", "api_base": server.address, "max_retries": 0, **more}
    return f"--model-params={json.dumps(values)}"


ENDPOINTS = pytest.mark.parametrize("endpoint", ["chat", "completions"])


@ENDPOINTS
@pytest.mark.parametrize("model", ["openai", pytest.param("litellm", marks=pytest.mark.server)])
def test_a_server_that_prefers_prose_is_kept_to_letters(evaluate: Evaluate, model: str, endpoint: str) -> None:
    with serve(ApiServer(lambda number, body: kept_reply(number, body) or "글쎄요, 어려운 문제네요.")) as server:
        result = evaluate(model_params(server, endpoint=endpoint), CONSTRAIN, "--store=a.sqlite", model=model)
        assert result.ret == 0, [*result.outlines, *result.errlines]
        for number, sample in enumerate(samples("questions")):
            letter = "ABCDE"[number % len(sample["options"])]
            assert (sample["raw_output"], sample["prediction"]) == (letter, letter)
        assert {sample["outcome"] for sample in samples("questions")} <= {"correct", "wrong"}
        harmless = 1
        assert sum("structured_outputs" in body for body in server.bodies) == len(ROWS) + harmless
        assert len(server.bodies) == len(ROWS) + len(FREE) + harmless


@pytest.mark.parametrize("model", ["openai", pytest.param("litellm", marks=pytest.mark.server)])
def test_a_server_that_knows_the_schema_alone_is_asked_by_it(evaluate: Evaluate, model: str) -> None:
    def reply(number: int, body: dict[str, Any]) -> str:
        told = {name: value for name, value in body.items() if name == "response_format"}
        return kept_reply(number, told) or "글쎄요, 어려운 문제네요."

    with serve(ApiServer(reply)) as server:
        result = evaluate(model_params(server), CONSTRAIN, "--store=a.sqlite", model=model)
        assert result.ret == 0, [*result.outlines, *result.errlines]
        for number, sample in enumerate(samples("questions")):
            letter = "ABCDE"[number % len(sample["options"])]
            assert (sample["raw_output"], sample["prediction"]) == (letter, letter)
        assert sum("response_format" in body for body in server.bodies) == len(ROWS) + 1


@ENDPOINTS
def test_a_server_that_answers_as_it_likes_ends_the_run_before_a_question(evaluate: Evaluate, endpoint: str) -> None:
    with serve(ApiServer(lambda number, body: "정답은 A입니다.")) as server:
        result = evaluate(model_params(server, endpoint=endpoint), CONSTRAIN, "--subset=questions", model="openai")
        assert not server.attempts
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    words = "--model=openai: the server gave '정답은 A입니다.', and not one of A, B as *: it does not keep its answers"
    result.stderr.fnmatch_lines([f"*{words}*"])


def test_one_free_answer_among_those_that_were_kept_is_an_error(evaluate: Evaluate) -> None:
    def reply(number: int, body: dict[str, Any]) -> str:
        return "거절합니다." if number == 7 else kept_reply(number, body) or "하늘"

    with serve(ApiServer(reply)) as server:
        result = evaluate(model_params(server), CONSTRAIN, model="openai")
    assert result.ret == 1
    (error,) = [sample["error"] for sample in samples("questions") if sample["outcome"] == "error"]
    words = "openai: the server gave '거절합니다.', and not one of A, B, C, D, E as structured_outputs or grammar says"
    assert error == words


def test_a_server_that_refuses_the_fields_is_never_asked_without_them(evaluate: Evaluate) -> None:
    words = "response_format is not supported; the parameters are temperature, max_tokens, seed, top_p and stop"
    with serve(ApiServer(lambda number, body: "하늘", lambda number, attempt: f"400: {words}")) as server:
        result = evaluate(model_params(server, seed=1), CONSTRAIN, "--subset=questions", model="openai")
        assert not server.attempts
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()
    assert all(("response_format" in body) != ("structured_outputs" in body) for body in server.bodies)
