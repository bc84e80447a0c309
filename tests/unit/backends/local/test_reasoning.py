from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig

from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.backends.local.reasoning import CloseThoughts, Thinking, opened_by, opening_of, thinking
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Message, Reasoning, Request
from tests.unit.backends.local.tiny import SIZE, save_tiny

SWITCH = "{{ messages[0].content }}{% if enable_thinking is false %}<think></think>{% endif %}"
EFFORT = (
    "{% if not reasoning_effort %}{% set reasoning_effort = 'medium' %}{% endif %}Reasoning: {{ reasoning_effort }}"
)
DEEPSEEK = "{% if thinking %}<think>{% else %}</think>{% endif %}"
FIELD = "{% for message in messages %}{{ message.thinking }}{{ message['reasoning_effort'] }}{% endfor %}"
HYPERCLOVA = "{% if force_reasoning %}/think{% elif skip_reasoning %}/answer{% endif %}"
EOS = "</s>"
SEED = "{% if thinking_budget %}{{ thinking_budget }}{% endif %}</seed:think>"


@pytest.mark.parametrize(
    ("template", "reasoning", "told"),
    [
        (None, None, Thinking()),
        (SWITCH, None, Thinking()),
        (SWITCH, "off", Thinking({"enable_thinking": False})),
        (SWITCH, "high", Thinking({"enable_thinking": True})),
        (SWITCH, 64, Thinking({"enable_thinking": True}, 64, "</think>")),
        (EFFORT, "low", Thinking({"reasoning_effort": "low"})),
        (DEEPSEEK, "off", Thinking({"thinking": False})),
        (HYPERCLOVA, "off", Thinking({"force_reasoning": False, "skip_reasoning": True})),
        (HYPERCLOVA, "high", Thinking({"force_reasoning": True, "skip_reasoning": False})),
        (SEED, 512, Thinking({"thinking_budget": 512}, 512, "</seed:think>")),
    ],
)
def test_a_template_is_told_what_it_names(template: str | None, reasoning: Reasoning | None, told: Thinking) -> None:
    assert thinking(reasoning, template) == told


@pytest.mark.parametrize(
    ("template", "reasoning", "message"),
    [
        (None, "off", "the model has no chat template"),
        ("", 64, "the model has no chat template"),
        ("{{ messages }}", "off", "the model's chat template has no switch"),
        (FIELD, "off", "the model's chat template has no switch"),
        (FIELD, "high", "the model's chat template knows no levels; it has no switch"),
        (EFFORT, "off", "the model's chat template has no switch"),
        (SWITCH, "low", "it has off, high \\(on\\) or a number of tokens"),
        (EFFORT, 64, "the model's chat template names no mark that closes a thought"),
    ],
)
def test_what_a_template_does_not_have_is_refused(template: str | None, reasoning: Reasoning, message: str) -> None:
    with pytest.raises(UsageError, match=f"--reasoning={reasoning}: .*{message}"):
        thinking(reasoning, template)


@pytest.mark.parametrize(
    ("prompt", "opening"),
    [
        ("질문<|im_start|>assistant\n<think>\n", "<think>\n"),
        ("질문 ◁think▷", "◁think▷"),
        ("<think>끝난 생각</think>\n\n", ""),
        ("질문", ""),
    ],
)
def test_the_mark_that_a_prompt_opened_is_known(prompt: str, opening: str) -> None:
    assert opening_of(prompt) == opening


def test_a_thought_is_closed_at_its_budget_and_a_closed_one_is_left() -> None:
    close = CloseThoughts(budget=3, opening=[7], closing=[8, 9]).processor([True, True], width=2)
    rows = torch.tensor([[0, 0, 5, 5, 5], [0, 0, 8, 9, 5]])
    scores = torch.ones(2, 12)
    changed = close(rows, scores.clone())
    assert changed[0].argmax() == 8
    assert changed[0].isneginf().sum() == 11
    assert torch.equal(changed[1], scores[1])
    following = close(torch.tensor([[0, 0, 5, 5, 5, 8], [0, 0, 8, 9, 5, 5]]), scores.clone())
    assert following[0].argmax() == 9
    assert torch.equal(following[1], scores[1])
    for length in (2, 7):
        assert torch.equal(close(torch.zeros(2, length).long(), scores.clone()), scores)


def test_who_has_not_begun_to_think_is_not_interrupted() -> None:
    close = CloseThoughts(budget=3, opening=[7], closing=[8]).processor([False, False], width=1)
    scores = torch.ones(2, 12)
    changed = close(torch.tensor([[0, 7, 5, 5], [0, 5, 5, 5]]), scores.clone())
    assert changed[0].argmax() == 8
    assert torch.equal(changed[1], scores[1])


def open_backend(folder: Path, template: str, **more: Any) -> HuggingFaceBackend:  # noqa: ANN401 - any parameter
    config = LlamaConfig(vocab_size=257, **SIZE | {"max_position_embeddings": 512})
    save_tiny(folder, config, eos_token=EOS)
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    values = {"model_name_or_path": str(folder), "dtype": "float32", "device": "cpu", "max_tokens": 40, **more}
    return HuggingFaceBackend(HuggingFaceParameters.model_validate(values))


CHAT = Request("generate", "", messages=(Message("user", "1+1?"),))


def test_a_real_model_answers_behind_the_mark_at_its_budget(tmp_path: Path) -> None:
    """Its free text has none, so that the mark stands exactly where the budget ends, and its thought is as before."""
    template = "{{ messages[0].content }}{% if enable_thinking %}<think>{% else %}</think>{% endif %}"
    free = open_backend(tmp_path, template, reasoning="high")
    ((_, whole),) = free.run([CHAT])
    ((_, closed),) = open_backend(tmp_path, template, reasoning=12).run([CHAT])
    assert (whole.text or "").startswith("<think>")
    assert "</think>" not in (whole.text or "")
    thought, mark, answer = (closed.text or "").partition("</think>")
    assert mark
    assert answer
    # A character may have been cut in the middle of its bytes.
    assert (whole.text or "").startswith(thought.rstrip("\ufffd"))
    assert len(thought.removeprefix("<think>")) <= 12


@pytest.mark.parametrize(("reasoning", "asked"), [("off", "1+1?</think>"), ("high", "1+1?<think>")])
def test_a_real_models_template_is_told(tmp_path: Path, reasoning: str, asked: str) -> None:
    template = "{{ messages[0].content }}{% if enable_thinking %}<think>{% else %}</think>{% endif %}"
    backend = open_backend(tmp_path, template, reasoning=reasoning)
    assert backend._encoder.render(CHAT) == asked
    scored = Request("loglikelihood", "", (" (A)",), CHAT.messages)
    assert backend._encoder.render(scored) == "1+1?</think>"


def test_a_text_that_is_kept_to_choices_begins_no_thought() -> None:
    chat, text = Request("generate", "", messages=(Message("user", "1+1?"),)), Request("generate", "<think>")
    assert opened_by("질문<think>\n", chat) == "<think>\n"
    assert opened_by("질문<think>\n", text) == ""
    assert opened_by("질문", replace(chat, choices=("A", "B"))) == ""
    with pytest.raises(
        UsageError, match=r"opens a thought \(<think>\), and .* has no room for one: add --reasoning=off"
    ):
        opened_by("질문<think>\n", replace(chat, choices=("A", "B")))


def test_a_real_model_that_would_think_first_is_kept_to_choices_where_its_thought_is_off(tmp_path: Path) -> None:
    template = "{{ messages[0].content }}{% if enable_thinking is false %}</think>{% else %}<think>{% endif %}"
    kept = replace(CHAT, choices=("A", "B"))
    with pytest.raises(UsageError, match="add --reasoning=off"):
        list(open_backend(tmp_path, template).run([kept]))
    ((_, answer),) = open_backend(tmp_path, template, reasoning="off").run([kept])
    assert answer.text in kept.choices
