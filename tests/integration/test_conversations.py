"""Items of several questions: turn after turn in few passes, stored, resumed, judged; refused where none can be."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

MODELS = """
from pathlib import Path

from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Answering(ScriptedBackend):
    ledger = "answers.txt"

    def answer(self, number, request):
        if number == 11 and Path("broken").exists():
            return Response(error="out of luck")
        users = [message.content for message in request.messages if message.role == "user"]
        assert len(request.messages) == 2 * len(users) - 1
        return f"<think>음</think>{number}째 답, 넷째 것 {request.repeat}"

class Grading(ScriptedBackend):
    ledger = "grades.txt"

    def answer(self, number, request):
        return "[[9]]" if "[assistant]" in request.messages[-1].content else "[[4]]"

def pytest_haerae_backends():
    return {"answering": Answering, "grading": Grading}
"""
SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="talks.jsonl")
def test_mine(haerae_verdict):
    assert_correct(haerae_verdict)
"""
ITEMS = 4
QUESTIONS = sorted(10 * item + turn for item in range(ITEMS) for turn in range(2))
JUDGE = ("--judge=grading", "--evaluator-params=scorer=judge,template=conversation_ko")
CHAT = "--apply-chat-template"


def talk(number: int) -> dict[str, Any]:
    """A row in the layout of LogicKor."""
    found: dict[str, Any] = {
        "id": number,
        "category": "글쓰기",
        "questions": [f"{10 * number}번", f"{10 * number + 1}번"],
    }
    return {**found, "references": ["정답", None]} if number % 2 else found


@pytest.fixture
def talks(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over four conversations of two questions each."""
    pytester.makeconftest(MODELS)
    lines = (json.dumps(talk(number), ensure_ascii=False) for number in range(ITEMS))
    Path("talks.jsonl").write_text("\n".join(lines), encoding="utf-8")
    Path("test_mine.py").write_text(SUITE, encoding="utf-8")

    def run(*options: str, model: str = "answering") -> pytest.RunResult:
        return evaluate(*options, model=model)

    return run


def asked(ledger: str = "answers.txt") -> Counter[int]:
    return Counter(Ledger(ledger).asked())


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


def parts(path: str) -> str:
    found = report(path)
    return json.dumps([found["metrics"], found["samples"]], ensure_ascii=False)


def test_each_turn_is_asked_after_the_answer_to_the_one_before(talks: Evaluate) -> None:
    result = talks(*JUDGE, CHAT)
    assert result.ret == 0
    found = report()
    row = found["samples"][1]
    assert [message["role"] for message in row["messages"]] == ["user", "assistant", "user"]
    assert row["messages"][1]["content"] == "10째 답, 넷째 것 0", "what it thought is no part of the conversation"
    assert row["messages"][2]["content"] == "11번"
    assert row["raw_output"].endswith("11째 답, 넷째 것 0")
    assert [turn["question"] for turn in row["turns"]] == ["10번", "11번"]
    assert [turn["reference"] for turn in row["turns"]] == ["정답", None]
    assert [turn["answer"] for turn in row["turns"]] == [f"<think>음</think>{n}째 답, 넷째 것 0" for n in (10, 11)]
    assert sorted(asked().elements()) == QUESTIONS
    order = Ledger("answers.txt").asked()
    assert [number % 10 for number in order] == [0] * ITEMS + [1] * ITEMS, "turn by turn"
    assert found["info"]["responses"] == {"computed": 2 * ITEMS, "reused": 0}


def test_each_answer_is_judged_and_the_items_score_is_their_mean(talks: Evaluate) -> None:
    """4 and 9 of 1 to 10 are 1/3 and 8/9."""
    result = talks(*JUDGE, CHAT)
    found = report()
    for row in found["samples"]:
        assert [turn["score"] for turn in row["turns"]] == pytest.approx([3 / 9, 8 / 9])
        assert row["score"] == pytest.approx(11 / 18)
        assert row["outcome"] == "wrong", "6.5 of 10"
    assert asked("grades.txt").total() == 2 * ITEMS
    assert found["metrics"]["score"]["mean"] == pytest.approx(11 / 18)
    assert [mean["mean"] for mean in found["metrics"]["turn_scores"]] == pytest.approx([3 / 9, 8 / 9])
    result.stdout.fnmatch_lines(["mean scores by turn: 1. 0.3333, 2. 0.8889"])


def test_xdist_writes_the_same_bytes(talks: Evaluate) -> None:
    talks(*JUDGE, CHAT, "--output-file=one.json")
    Ledger("answers.txt").clear()
    assert talks(*JUDGE, CHAT, "-n2", "--no-resume", "--output-file=two.json").ret == 0
    assert parts("one.json") == parts("two.json")
    assert sorted(asked().elements()) == QUESTIONS


@pytest.mark.parametrize("place", [1, ITEMS, ITEMS + 1, 2 * ITEMS])
def test_a_run_that_is_killed_between_turns_asks_nothing_twice(talks: Evaluate, place: int) -> None:
    talks(*JUDGE, CHAT, "--store=other.sqlite", "--output-file=undisturbed.json")
    Ledger("answers.txt").clear()
    command = [sys.executable, "-m", "pytest", "--model=answering", *JUDGE, CHAT, "--model-params=seconds=0.05"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while asked().total() < place:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert talks(*JUDGE, CHAT, "--output-file=resumed.json").ret == 0
    assert sum(count - 1 for count in asked().values()) <= 1, "what was in flight at the kill, and no more"
    assert parts("resumed.json") == parts("undisturbed.json")


def test_each_repeat_is_a_conversation_of_its_own(talks: Evaluate) -> None:
    assert talks(*JUDGE, CHAT, "--repeats=2").ret == 0
    row = report()["samples"][0]
    assert [each["turns"][0]["answer"][-1] for each in row["answers"]] == ["0", "1"]
    assert [each["raw_output"][-1] for each in row["answers"]] == ["0", "1"]
    assert asked() == Counter(dict.fromkeys(QUESTIONS, 2))


def test_raising_the_repeats_asks_for_what_is_missing_alone(talks: Evaluate) -> None:
    talks(*JUDGE, CHAT)
    Ledger("answers.txt").clear()
    assert talks(*JUDGE, CHAT, "--repeats=2").ret == 0
    assert sorted(asked().elements()) == QUESTIONS


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])
def test_an_error_ends_its_conversation_and_is_asked_again_alone(talks: Evaluate, workers: tuple[str, ...]) -> None:
    Path("broken").touch()
    assert talks(*JUDGE, CHAT, *workers).ret == 1
    row = report()["samples"][1]
    assert (row["outcome"], row["error"]) == ("error", "question 2: out of luck")
    assert [turn["answer"] is None for turn in row["turns"]] == [False, True]
    Path("broken").unlink()
    Ledger("answers.txt").clear()
    assert talks(*JUDGE, CHAT, *workers).ret == 0
    assert asked() == Counter([11])


def test_after_an_error_no_later_turn_is_asked(talks: Evaluate) -> None:
    assert talks(*JUDGE, CHAT, "--model-params=errors=10").ret == 1
    assert asked() == Counter([number for number in QUESTIONS if number != 11])
    row = report()["samples"][1]
    assert (row["outcome"], row["error"]) == ("error", "out of luck")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "talks-0000: it has no answer, and scorer default has nothing to compare with*scorer=judge*"),
        (JUDGE, "*asked in plain text*--apply-chat-template"),
        (("--judge=grading", "--evaluator-params=scorer=judge", CHAT), "*reference_ko shows no {conversation}*"),
        ((*JUDGE, CHAT, "--num-few-shot=1"), "--num-few-shot=1: talks-0000 is a conversation*"),
    ],
    ids=["rule", "plain-text", "template", "few-shot"],
)
def test_what_cannot_be_asked_or_judged_is_one_line(talks: Evaluate, options: tuple[str, ...], words: str) -> None:
    result = talks(*options)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*{words}*"])
    assert not asked()


def test_log_likelihood_skips_them_with_the_reason(talks: Evaluate) -> None:
    result = talks("--method=log_likelihood", "-rs", model="random")
    assert result.ret == 1, "nothing was measured"
    result.stdout.fnmatch_lines(["*log_likelihood does not apply to conversations*"])


def test_a_dry_run_says_that_later_questions_are_not_counted(talks: Evaluate) -> None:
    result = talks(*JUDGE, CHAT, "--dry-run")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*requests to send: 4*", "*later questions of conversations: at most 4 further*"])
    assert not asked()


def test_a_free_text_question_without_an_answer_is_for_judges(talks: Evaluate) -> None:
    Path("talks.jsonl").write_text('{"q": "1번"}\n{"q": "2번"}', encoding="utf-8")
    columns = "--dataset-columns=question=q,answer=none"
    judge = ("--judge=grading", "--evaluator-params=scorer=judge,template=score_ko", CHAT, "--prompt=raw")
    assert talks(columns, *judge).ret == 0
    assert [row["score"] for row in report()["samples"]] == pytest.approx([3 / 9, 3 / 9])
    result = talks(columns)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*talks-0000: it has no answer*"])
