"""The marks of the models in use. The examples of each line of the table are held in `test_patterns`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.reading.marks import HEADER, TURN, answered_text, split_reasoning

WRITTEN = {
    "Qwen, DeepSeek, EXAONE 4": "<think>\n{}\n</think>\n\n{}",
    "DeepSeek R1, whose prompt opens": "{}\n</think>\n\n{}",
    "EXAONE Deep": "<thought>\n{}\n</thought>\n\n{}[|endofturn|]",
    "Gemma 4": "<|channel>thought\n{}<channel|>{}<turn|>",
    "HyperCLOVA X SEED Think": "/think\n{}<|im_end|>\n<|im_start|>assistant\n{}<|im_end|><|endofturn|>",
    "Solar Open": "<|think|>{}<|end|><|begin|>assistant<|content|>{}<|flush|>",
    "gpt-oss": "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>{}<|return|>",
    "gpt-oss without its marks": "analysisWe think: {}assistantfinal{}",
    "Mistral": "[THINK]{}[/THINK]{}</s>",
    "Cohere": "<|START_THINKING|>{}<|END_THINKING|><|START_RESPONSE|>{}<|END_RESPONSE|>",
    "Kimi": "◁think▷{}◁/think▷{}",
    "Seed": "<seed:think>{}</seed:think>{}",
}


@pytest.mark.parametrize("form", WRITTEN.values(), ids=WRITTEN)
@given(thought=st.text("가나 .(A)", min_size=1, max_size=20), answer=st.text("다라B", min_size=1, max_size=9))
def test_reasoning_and_answer_are_told_apart(form: str, thought: str, answer: str) -> None:
    split = split_reasoning(form.format(thought, answer))
    assert split.reasoning is not None
    assert thought.strip() in split.reasoning
    assert not split.unfinished
    rest = split.answer.text
    turn = TURN.search(rest)
    assert HEADER.sub("", rest[: turn.start() if turn else None]).strip() == answer


@pytest.mark.parametrize("form", WRITTEN.values(), ids=WRITTEN)
def test_reasoning_that_was_cut_is_unfinished(form: str) -> None:
    text = form.format("생각", "답").partition("생각")[0] + "생각"
    split = split_reasoning(text)
    opens = text != "생각"
    assert split.unfinished is opens
    assert bool(split.answer.text) is not opens


@given(st.text("가나 AB.,", max_size=40))
def test_a_text_without_marks_is_all_answer(text: str) -> None:
    split = split_reasoning(text)
    assert (split.answer.text, split.reasoning, split.unfinished) == (text, None, False)


def test_an_empty_thought_is_reasoning_that_says_nothing() -> None:
    split = split_reasoning("<|channel>thought\n<channel|>서울")
    assert (split.answer.text.strip(), split.reasoning) == ("서울", "")


def test_what_is_answered_has_no_thoughts_and_no_spaces_around_it() -> None:
    assert answered_text("<think>부산?</think>\n 서울 \n") == "서울"
    assert answered_text("<think>부산?") == answered_text("") == answered_text(None) == ""
