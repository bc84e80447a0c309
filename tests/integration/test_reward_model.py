"""`--evaluator-params rank=reward`: the best of several answers is the one that a reward model gives the most."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.testing import Ledger
from tests.helpers import valid_report, write_questions
from tests.integration.always import MODES, REPORT
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

K = 4
ITEMS = 6
RANK = "--evaluator-params=rank=reward"
MODELS = """
from pathlib import Path

from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Answering(ScriptedBackend):
    '''Right in every second answer, silent in the last one.'''
    methods = frozenset({"generate"})
    ledger = "answers.txt"

    def answer(self, number, request):
        return ["정답: A", "정답: B", "정답: A!", ""][request.repeat]

class Rewarding(ScriptedBackend):
    '''By the item the one or the other answer is the better one; of even items both right ones are equally good.'''
    methods = frozenset({"reward"})
    ledger = "rewards.txt"

    def answer(self, number, request):
        (*asked, last) = request.messages
        assert last.role == "assistant" and asked[-1].role == "user"
        if number == 5 and Path("broken").exists():
            return Response(error="--model=rewarding: out of luck")
        wrong = last.content == "정답: B"
        return Response(reward=10.0 * wrong - 5 if number % 2 else -2.5 * wrong)

def pytest_haerae_backends():
    return {"answering": Answering, "rewarding": Rewarding}
"""


@pytest.fixture
def rank(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over six questions, all of whose right answer is A: four answers to each, of which the last is empty."""
    pytester.makeconftest(MODELS)
    rows = [{"question": f"{number}번 문제는?", "options": ["가", "나"], "answer": "A"} for number in range(ITEMS)]
    write_questions(pytester.path, rows)

    def run(*options: str) -> pytest.RunResult:
        return evaluate("--reward-model=rewarding", RANK, f"--repeats={K}", *options, model="answering")

    return run


def asked(ledger: str) -> Counter[int]:
    return Counter(Ledger(Path(ledger)).asked())


@MODES
def test_the_answer_with_the_greatest_reward_counts_in_every_output(rank: Evaluate, workers: Sequence[str]) -> None:
    result = rank("--report-md=report.md", "--report-html=report.html", *workers)
    assert result.ret == 0, [*result.outlines, *result.errlines]
    report = valid_report(REPORT)
    for number, sample in enumerate(report["samples"]):
        expected = [-5, 5, -5, None] if number % 2 else [0, -2.5, 0, None]
        assert [answer["rank"] for answer in sample["answers"]] == expected
    best = report["metrics"]["repeats"]["best_of_k"]
    assert best["mean"] == 0.5
    assert best["ci95"][0] < 0.5 < best["ci95"][1]
    # What nobody said is the last, and nobody is asked about it; the right answers of an item are not the same text.
    assert asked("rewards.txt") == dict.fromkeys(range(ITEMS), 3)
    info = report["info"]
    assert info["reward_model"] == {"backend": "rewarding", "model": None, "model_params": {}}
    assert info["rewarding"]["responses"] == {"computed": 3 * ITEMS, "reused": 0}
    assert info["responses"]["computed"] == K * ITEMS
    low, high = best["ci95"]
    for text in (result.stdout.str(), Path("report.md").read_text(encoding="utf-8")):
        words = " ".join(text.replace("\\_", "_").split())
        assert f"the best-ranked of {K} answers (rank=reward): 0.500 ({low:.3f}-{high:.3f}) right" in words
        assert f"ranked by rewarding: {3 * ITEMS} responses computed, 0 reused" in words
    assert f"best-of-{K}" in Path("report.html").read_text(encoding="utf-8")


def test_the_answers_are_those_of_a_run_without(rank: Evaluate, evaluate: Evaluate) -> None:
    assert evaluate(f"--repeats={K}", "--output-file=plain.json", model="answering").ret == 0
    assert rank("--reuse", "--baseline=plain.json").ret == 0
    assert asked("answers.txt") == dict.fromkeys(range(ITEMS), K), "what is ranked otherwise is asked in the same words"
    report, plain = valid_report(REPORT), valid_report(Path("plain.json"))
    report["metrics"]["repeats"].pop("best_of_k")
    assert report["metrics"]["repeats"] == plain["metrics"]["repeats"]
    rank("--reuse")
    assert asked("rewards.txt") == dict.fromkeys(range(ITEMS), 3), "rewards are in the store, too"


@pytest.mark.parametrize("place", [3, 11])
def test_a_run_that_is_killed_rewards_nothing_twice(rank: Evaluate, place: int) -> None:
    options = ["--reward-model=rewarding", "--reward-params=seconds=0.05", RANK, f"--repeats={K}", "--model=answering"]
    with Path("killed.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen([sys.executable, "-m", "pytest", *options], stdout=output, stderr=output)
        until = time.monotonic() + 60
        while process.poll() is None and sum(asked("rewards.txt").values()) < place and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
        process.wait()
    before = sum(asked("rewards.txt").values())
    assert place <= before < 3 * ITEMS, Path("killed.txt").read_text(encoding="utf-8")
    assert rank("--reward-params=seconds=0").ret == 0
    assert asked("answers.txt") == dict.fromkeys(range(ITEMS), K)
    every = asked("rewards.txt")
    assert sum(count - 3 for count in every.values()) <= 1, "what was in flight at the kill, and no more"
    assert valid_report(REPORT)["metrics"]["repeats"]["best_of_k"]["mean"] == 0.5


@MODES
def test_an_item_with_an_answer_that_cannot_be_ranked_is_an_error(rank: Evaluate, workers: Sequence[str]) -> None:
    Path("broken").touch()
    assert rank(*workers).ret == 1
    (sample,) = [sample for sample in valid_report(REPORT)["samples"] if sample["outcome"] == "error"]
    assert sample["id"] == "questions-0005"
    assert sample["error"].endswith("the answer could not be ranked: --reward-model=rewarding: out of luck")
    assert valid_report(REPORT)["metrics"]["repeats"]["best_of_k"]["mean"] == 0.6
    Path("broken").unlink()
    assert rank(*workers).ret == 0
    assert asked("answers.txt") == dict.fromkeys(range(ITEMS), K), "the next run asks for what is missing alone"
    assert sum(asked("rewards.txt").values()) == 3 * ITEMS + 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([RANK, "--repeats=2"], "rank=reward: a reward model ranks the answers and none is named: add --reward-model="),
        (
            ["--reward-model=rewarding", "--repeats=2"],
            "--reward-model=rewarding: nothing asks it: add --evaluator-params",
        ),
        (
            ["--reward-model=rewarding", RANK],
            "rank=reward: it finds the best of several answers to an item; add --repeats",
        ),
        (["--reward-model=vllm", RANK, "--repeats=2"], "--reward-model=vllm: it has no reward models; huggingface has"),
        (["--reward-params=a=1"], "--reward-params: no model is named that takes them: add --reward-model=NAME"),
    ],
)
def test_what_ranks_nothing_is_refused_before_the_answers_are_asked(
    evaluate: Evaluate, pytester: pytest.Pytester, options: list[str], message: str
) -> None:
    pytester.makeconftest(MODELS)
    result = evaluate(*options, model="answering")
    assert result.ret == pytest.ExitCode.USAGE_ERROR, result.outlines
    (line,) = [line for line in result.errlines if line.strip()]
    assert message in line
    assert not Path("answers.txt").exists()


def test_a_dry_run_says_that_rewards_come_afterwards(rank: Evaluate) -> None:
    result = rank("--dry-run")
    assert result.ret == 0
    words = f"--reward-model=rewarding: ranks up to {K * ITEMS} answers afterwards, not counted here"
    assert words in " ".join(result.stdout.str().split())
    assert not Path("rewards.txt").exists()


def test_answers_made_elsewhere_are_ranked_and_none_is_asked(rank: Evaluate, evaluate: Evaluate) -> None:
    assert rank("--output-file=first.json").ret == 0
    options = ["--reward-model=rewarding", RANK, f"--repeats={K}", "--responses=first.json", "--store=other.sqlite"]
    result = evaluate(*options, model=None)
    assert result.ret == 0, [*result.outlines, *result.errlines]
    first, again = (valid_report(Path(path))["metrics"]["repeats"]["best_of_k"] for path in ("first.json", str(REPORT)))
    assert first == again
    assert asked("answers.txt") == dict.fromkeys(range(ITEMS), K)


def test_python_takes_it_as_pytest_does(rank: Evaluate) -> None:
    with pytest.raises(Exception, match="--reward-model=random: it has no reward models"):
        Evaluator(progress=False).run(
            "random",
            dataset="questions.jsonl",
            evaluator_params={"rank": "reward"},
            repeats=K,
            reward_model="random",
        )
