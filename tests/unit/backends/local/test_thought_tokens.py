"""The tokens of a thought, held against where the tokenizer itself says that its tokens lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from pytest_haerae.backends.local.thought_tokens import count_thought
from tests.unit.backends.local.tiny import byte_tokenizer

WORDS = [
    "<think>생각 하나, 둘\n</think>\n\n답은 (B)입니다.",
    "<think>\n생각</think>답",
    "ab cd 답은 둘 <think> </think>",
]


def trained(pre: pre_tokenizers.PreTokenizer, decoder: decoders.Decoder) -> PreTrainedTokenizerFast:
    """A tokenizer that merges what often stands together, the ends of marks with what follows them among it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre, decoder
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=360, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(WORDS * 5, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


WITH_MARKS = byte_tokenizer()
WITH_MARKS.add_tokens(["<think>", "</think>"])
TOKENIZERS = {
    "bytes": byte_tokenizer(),
    "marks are tokens": WITH_MARKS,
    "merged bytes": trained(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False), decoders.ByteLevel()),
}
WRITTEN = st.text("가나 ab\n(🙂", max_size=12)


def decoded_by(tokenizer: PreTrainedTokenizerFast) -> Callable[[Sequence[int]], str]:
    return lambda tokens: str(tokenizer.decode(list(tokens), skip_special_tokens=True))


def within(tokenizer: PreTrainedTokenizerFast, text: str, start: int, end: int) -> int:
    """By the tokenizer's own offsets: how many tokens lie between two characters."""
    places = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    return sum(start <= first and last <= end for first, last in places)


@pytest.mark.parametrize("name", TOKENIZERS)
@given(thought=WRITTEN, answer=WRITTEN, opened=st.booleans())
def test_they_are_the_tokens_that_lie_between_the_marks(name: str, thought: str, answer: str, opened: bool) -> None:
    tokenizer = TOKENIZERS[name]
    opening = "<think>" if opened else ""
    text = f"{'' if opened else '<think>'}{thought}</think>{answer}"
    tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
    start = 0 if opened else len("<think>")
    expected = within(tokenizer, text, start, start + len(thought))
    assert count_thought(text, opening, tokens, decoded_by(tokenizer)) == expected


@pytest.mark.parametrize("name", TOKENIZERS)
@given(thought=WRITTEN, answer=WRITTEN)
def test_a_thought_that_was_encoded_by_itself_has_its_own_length(name: str, thought: str, answer: str) -> None:
    """As a model writes it whose marks are tokens, or whose budget closed it."""
    tokenizer = TOKENIZERS[name]
    opening, own, closing, rest = (
        tokenizer(part, add_special_tokens=False)["input_ids"] for part in ("<think>", thought, "</think>", answer)
    )
    text = f"<think>{thought}</think>{answer}"
    assert count_thought(text, "", [*opening, *own, *closing, *rest], decoded_by(tokenizer)) == len(own)


@given(thought=WRITTEN.filter(bool), missing=st.integers(0, 3))
def test_a_thought_that_never_ended_has_all_tokens_also_those_of_half_a_character(thought: str, missing: int) -> None:
    tokenizer = TOKENIZERS["bytes"]
    tokens = tokenizer(thought, add_special_tokens=False)["input_ids"]
    tokens = tokens[: len(tokens) - missing]
    text = decoded_by(tokenizer)(tokens)
    assert count_thought(text, "<think>", tokens, decoded_by(tokenizer)) == len(tokens)


def test_the_half_character_that_a_budget_left_is_of_the_thought() -> None:
    tokenizer = TOKENIZERS["bytes"]
    tokens = [*tokenizer("가나")["input_ids"][:5], *tokenizer("</think>답")["input_ids"]]
    text = decoded_by(tokenizer)(tokens)
    assert text == "가\ufffd</think>답"
    assert count_thought(text, "<think>", tokens, decoded_by(tokenizer)) == 5


def test_several_thoughts_are_counted_together() -> None:
    tokenizer = TOKENIZERS["bytes"]
    text = "<think>abc</think>답<think>de</think>"
    tokens = tokenizer(text)["input_ids"]
    assert count_thought(text, "", tokens, decoded_by(tokenizer)) == 5


@pytest.mark.parametrize(("engine", "count"), [(" 가b</think>답", 5), ("가b</think>답", 5)])
def test_a_space_that_only_the_engine_or_only_the_tokenizer_keeps_is_no_matter(engine: str, count: int) -> None:
    tokenizer = TOKENIZERS["bytes"]
    tokens = tokenizer(" 가b</think>답")["input_ids"]
    whole = decoded_by(tokenizer)
    assert count_thought(engine, "<think>", tokens, whole) == count
    assert count_thought(engine, "<think>", tokens, lambda some: whole(some).removeprefix(" ")) == count


@pytest.mark.parametrize(("text", "tokens"), [("생각 없이", "생각 없이"), ("<think>가</think>", "나"), ("", "")])
def test_where_nothing_can_be_told_no_number_is_told(text: str, tokens: str) -> None:
    tokenizer = TOKENIZERS["bytes"]
    assert count_thought(text, "", tokenizer(tokens)["input_ids"] if tokens else [], decoded_by(tokenizer)) is None


def test_what_stands_behind_a_stop_text_is_not_counted() -> None:
    tokenizer = TOKENIZERS["bytes"]
    tokens = tokenizer("가나다")["input_ids"]
    assert count_thought("가나", "<think>", tokens, decoded_by(tokenizer)) == 6
