"""Tiny classifiers in this process rank several answers, through pytest; the oracle is a plain call of transformers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import valid_report, write_questions

pytestmark = pytest.mark.engine
pytest.importorskip("transformers")

ITEMS, K = 5, 4
CONFTEST = """
from pytest_haerae.testing import ScriptedBackend

class Answering(ScriptedBackend):
    methods = frozenset({"generate"})
    ledger = "answers.txt"

    def answer(self, number, request):
        return f"<think>{number}</think>{'가나' * request.repeat}정답: {'AB'[(request.repeat + number) % 2]}"

def pytest_haerae_backends():
    return {"answering": Answering}
"""
MAIN = "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main())"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Five questions, all of whose right answer is A, and a model that says each of four answers."""
    write_questions(
        tmp_path,
        [{"question": f"{number}번 문제는?", "options": ["가", "나"], "answer": "A"} for number in range(ITEMS)],
    )
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    return tmp_path


def run(folder: Path, *options: str, rewards: Path) -> subprocess.CompletedProcess[str]:
    params = f"--reward-params=model_name_or_path={rewards},dtype=float32,device=cpu"
    ranked = ["--reward-model=huggingface", params, "--evaluator-params=rank=reward", f"--repeats={K}"]
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", "--model=answering", *ranked, *plugins, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def plain_calls(folder: Path) -> Callable[[list[dict[str, str]]], float]:
    """What a classifier gives a chat, or without a template a pair, one at a time."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()

    def reward(chat: list[dict[str, str]]) -> float:
        if tokenizer.chat_template:
            found = tokenizer.apply_chat_template(chat, return_dict=True, return_tensors="pt")
            inputs = {"input_ids": found["input_ids"]}
        else:
            inputs = dict(tokenizer(chat[0]["content"], chat[1]["content"], return_tensors="pt"))
        with torch.no_grad():
            return float(model(**inputs).logits[0, 0])

    return reward


@pytest.mark.parametrize("made", [{}, {"pads": False}, {"template": None}], ids=["chat", "no padding", "pair"])
def test_each_answer_is_ranked_by_what_a_plain_call_gives(suite: Path, made: dict[str, Any]) -> None:
    from tests.unit.backends.local.tiny import save_tiny_rewards

    rewards = save_tiny_rewards(suite / "rewards", **made)
    result = run(suite, "--apply-chat-template", rewards=rewards)
    assert result.returncode == 0, result.stdout + result.stderr
    report, reward = valid_report(suite / ".haerae/report.json"), plain_calls(rewards)
    worth = []
    for sample in report["samples"]:
        texts = [answer["raw_output"].partition("</think>")[2] for answer in sample["answers"]]
        expected = [reward([*sample["messages"], {"role": "assistant", "content": text}]) for text in texts]
        assert [answer["rank"] for answer in sample["answers"]] == pytest.approx(expected, abs=1e-5)
        worth.append(float(sample["answers"][expected.index(max(expected))]["outcome"] == "correct"))
    assert report["metrics"]["repeats"]["best_of_k"]["mean"] == sum(worth) / ITEMS
    assert report["info"]["rewarding"]["responses"] == {"computed": K * ITEMS, "reused": 0}
    assert report["info"]["reward_model"]["model"] == str(rewards)


def test_what_gives_no_reward_is_refused_before_the_answers_are_asked(suite: Path) -> None:
    from tests.unit.backends.local.tiny import save_tiny, save_tiny_rewards

    several = save_tiny_rewards(suite / "several", labels=2)
    words = {
        save_tiny(suite / "causal"): "(LlamaForCausalLM) is no sequence classifier (…ForSequenceClassification), so it",
        several: "has 2 labels (LABEL_0, LABEL_1), and a reward is one number: say whose logit it is by --reward-p",
        suite / "nowhere": "nowhere: there is no such file or folder",
    }
    for rewards, message in words.items():
        result = run(suite, rewards=rewards)
        assert result.returncode == pytest.ExitCode.USAGE_ERROR
        (line,) = [line for line in result.stderr.splitlines() if line.strip()]
        assert message in line
    assert not (suite / "answers.txt").exists()
    assert run(suite, f"--reward-params=model_name_or_path={several},label=LABEL_1", rewards=several).returncode == 0


def test_a_file_of_the_toolkit_with_a_reward_model_is_taken_as_it_is(suite: Path) -> None:
    """One model of transformers after the other, in one process."""
    from tests.unit.backends.local.tiny import save_tiny, save_tiny_rewards

    model, rewards = save_tiny(suite / "model", eos_token="</s>"), save_tiny_rewards(suite / "rewards")  # noqa: S106 - a token
    (suite / "evaluator_config.yaml").write_text(
        f"dataset:\n  name: questions.jsonl\nmodel:\n  name: huggingface\n  params: {{model_name_or_path: {model},"
        f" temperature: 1.0, max_tokens: 8, device: cpu}}\nreward:\n  name: huggingface_reward\n  params:"
        f" {{model_name_or_path: {rewards}, device: cpu}}\nevaluation:\n  method: string_match\nscaling:\n"
        f"  name: best_of_n\n  params: {{n: {K}}}\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-c", MAIN, "run", "--config", "evaluator_config.yaml", "--output_file=out.json"]
    result = subprocess.run(command, cwd=suite, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    report = valid_report(suite / "out.json")
    assert report["info"]["evaluator_params"] == {"rank": "reward"}
    assert report["info"]["reward_model"]["model"] == str(rewards)
    assert report["metrics"]["repeats"]["best_of_k"]["ci95"]
    assert any(answer["rank"] is not None for sample in report["samples"] for answer in sample["answers"])
