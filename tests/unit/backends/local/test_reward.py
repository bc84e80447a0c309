"""Rewards of random classifiers, held against a plain call of the same model on the same text."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

from pytest_haerae.backends.local import reward
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend
from pytest_haerae.backends.local.reward import HuggingFaceRewardParameters, HuggingFaceRewards
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import check_backend
from pytest_haerae.types import Message, Request, Response
from tests.unit.backends.local.tiny import save_tiny, save_tiny_rewards


def parameters(folder: Path, **more: Any) -> HuggingFaceRewardParameters:  # noqa: ANN401 - any parameter
    values = {"model_name_or_path": str(folder), "dtype": "float32", "device": "cpu", **more}
    return HuggingFaceRewardParameters.model_validate(values)


def chat(question: str, answer: str, system: str = "") -> Request:
    before = (Message("system", system),) if system else ()
    return Request("reward", "", messages=(*before, Message("user", question), Message("assistant", answer)))


CHATS = [
    chat(
        f"{number}번 문제는?" * (1 + number % 4), "정답: B, 틀림없이!"[: number + 1], "짧게 답하십시오." * (number % 2)
    )
    for number in range(9)
]


def by_hand(folder: Path, request: Request, label: int = 0, last: int | None = None) -> float:
    """One plain call of the model: of a chat by its template, else of the pair."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForSequenceClassification.from_pretrained(folder)
    messages = request.messages or ()
    if tokenizer.chat_template:
        listed = [{"role": each.role, "content": each.content} for each in messages]
        ids = tokenizer.apply_chat_template(listed, return_dict=True, return_tensors="pt")["input_ids"]
        inputs = {"input_ids": ids[:, -last:] if last else ids}
    else:
        earlier = "\n\n".join(each.content for each in messages[:-1])
        inputs = dict(tokenizer(earlier, messages[-1].content, return_tensors="pt"))
    with torch.no_grad():
        return float(model.eval()(**inputs).logits[0, label])


def rewards(folder: Path, requests: list[Request], **more: Any) -> list[Response]:  # noqa: ANN401 - any parameter
    backend = HuggingFaceRewards(parameters(folder, **more))
    answers = dict(backend.run(requests))
    backend.close()
    return [answers[index] for index in range(len(requests))]


@pytest.mark.parametrize("made", [{}, {"pads": False}, {"template": None}], ids=["chat", "no padding", "pair"])
def test_a_reward_is_that_of_a_plain_call(tmp_path: Path, made: dict[str, Any]) -> None:
    save_tiny_rewards(tmp_path, **made)
    expected = [by_hand(tmp_path, each) for each in CHATS]
    assert len(set(expected)) == len(CHATS)
    for size in ("auto", 1, 4):
        found = rewards(tmp_path, CHATS, batch_size=size)
        assert [each.reward for each in found] == pytest.approx(expected, abs=1e-5)
        assert not any(each.truncated for each in found)


def test_it_keeps_the_contract_of_a_backend(tmp_path: Path) -> None:
    save_tiny_rewards(tmp_path)
    check_backend(
        HuggingFaceRewards, {"model_name_or_path": str(tmp_path), "dtype": "float32", "device": "cpu"}, requests=CHATS
    )
    assert HuggingFaceBackend.reward_models() is HuggingFaceRewards


def test_it_keeps_nothing_once_it_is_closed(tmp_path: Path) -> None:
    backend = HuggingFaceRewards(parameters(save_tiny_rewards(tmp_path)))
    list(backend.run(CHATS))
    kept = weakref.ref(backend._model)
    backend.close()
    gc.collect()
    assert kept() is None


def test_a_chat_that_is_too_long_loses_its_beginning(tmp_path: Path) -> None:
    save_tiny_rewards(tmp_path)
    backend = HuggingFaceRewards(parameters(tmp_path, max_length=32))
    ((_, found),) = backend.run([CHATS[7]])
    assert found.truncated
    assert found.prompt_tokens == 32
    assert found.reward == pytest.approx(by_hand(tmp_path, CHATS[7], last=32), abs=1e-5)
    assert backend.notes == [
        "huggingface: 1 of 1 chats were cut off at their beginning, to the reward model's 32 tokens"
    ]


def test_of_a_pair_the_question_is_cut_before_the_answer(tmp_path: Path) -> None:
    save_tiny_rewards(tmp_path, template=None, length=64)
    long, short = chat("가" * 100 + "나" * 10, "정답: B"), chat("가" * 7 + "나" * 10, "정답: B")
    (found,) = rewards(tmp_path, [long], max_length=63)
    # Three special tokens and the answer's nine leave fifty-one of the question, a token a byte.
    assert found.truncated
    assert found.reward == pytest.approx(by_hand(tmp_path, short), abs=1e-5)
    # Sixty-one tokens are left for an answer that does not fit: the last ones, behind no question at all.
    (cut, whole) = rewards(tmp_path, [chat("가", "x" * 9 + "a" * 61), short])
    assert (cut.truncated, cut.prompt_tokens, whole.truncated) == (True, 64, False)
    assert cut.reward == pytest.approx(by_hand(tmp_path, chat("", "a" * 61)), abs=1e-5)


def test_a_chat_that_the_template_refuses_is_an_error_of_its_own(tmp_path: Path) -> None:
    save_tiny_rewards(
        tmp_path,
        template="{% for each in messages %}{% if each.role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "{{ each.content }}{% endfor %}",
    )
    refused, taken = rewards(tmp_path, [CHATS[1], CHATS[0]])
    assert str(refused.error).startswith("huggingface: the reward model's chat template refuses it: ")
    assert "no system" in str(refused.error)
    assert taken.reward == pytest.approx(by_hand(tmp_path, CHATS[0]), abs=1e-5)


def test_more_tokens_than_the_model_has_positions_for_are_refused(tmp_path: Path) -> None:
    save_tiny_rewards(tmp_path, template=None, length=64)
    assert "max_length=65: " in str(HuggingFaceRewards.reward_problem(parameters(tmp_path, max_length=65)))
    assert HuggingFaceRewards.reward_problem(parameters(tmp_path, max_length=64)) is None


@pytest.mark.parametrize(("kind", "most"), [("bert", 514), ("roberta", 512), ("xlm-roberta", 512)])
def test_positions_that_count_from_the_paddings_number_are_fewer(kind: str, most: int) -> None:
    config = AutoConfig.for_model(kind, max_position_embeddings=514, pad_token_id=1)
    assert reward._positions(config, None) == most


@pytest.mark.parametrize("label", [1, "LABEL_1"])
def test_of_several_labels_one_is_named(tmp_path: Path, label: int | str) -> None:
    save_tiny_rewards(tmp_path, labels=3)
    assert HuggingFaceRewards.reward_problem(parameters(tmp_path, label=label)) is None
    (found,) = rewards(tmp_path, CHATS[:1], label=label)
    assert found.reward == pytest.approx(by_hand(tmp_path, CHATS[0], label=1), abs=1e-5)


@pytest.mark.parametrize(
    ("labels", "label", "words"),
    [
        (3, None, "has 3 labels (LABEL_0, LABEL_1, LABEL_2), and a reward is one number: say whose logit it is by"),
        (3, "LABEL_9", "--model-params: unknown label 'LABEL_9': did you mean"),
        (3, 3, "--model-params: unknown label '3'"),
        (1, "good", "--model-params: unknown label 'good'"),
    ],
)
def test_what_is_no_label_is_refused(tmp_path: Path, labels: int, label: str | int | None, words: str) -> None:
    given = parameters(save_tiny_rewards(tmp_path, labels=labels), label=label)
    assert words in str(HuggingFaceRewards.reward_problem(given))
    with pytest.raises(UsageError) as refused:
        HuggingFaceRewards(given)
    assert words in str(refused.value)


def test_what_is_no_classifier_has_a_problem(tmp_path: Path) -> None:
    save_tiny(tmp_path)
    problem = HuggingFaceRewards.reward_problem(parameters(tmp_path))
    assert problem == (
        f"{tmp_path} (LlamaForCausalLM) is no sequence classifier (…ForSequenceClassification), so it gives no reward"
    )


def test_a_configuration_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=f"^huggingface cannot load {tmp_path}: "):
        HuggingFaceRewards.reward_problem(parameters(tmp_path))
