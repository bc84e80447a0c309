"""Items to requests: prompt templates and few-shot examples."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Item, Message, Request

SHOT_SEPARATOR = "\n\n"
"""What stands between worked examples, as in lm-evaluation-harness."""

ANSWER_LETTER_INSTRUCTION = "위 문제의 정답을 고르고, 마지막 줄에 '정답: (A)'와 같은 형식으로 기호 하나만 쓰십시오."
LETTER_INSTRUCTION = "위 문제의 정답에 해당하는 알파벳 한 글자만 쓰십시오. 다른 말은 쓰지 마십시오."
FREE_TEXT_INSTRUCTION = "가려진 부분을 채워 복원한 전체 문장만 쓰십시오."


@dataclass(frozen=True, slots=True)
class Prompt:
    """A named template.

    Attributes:
        name: The name users type.
        render: An item's prompt text, without worked examples.
        stop: Texts at which a generation ends.
        label: How an option's letter is written where it is scored or shown as an answer.
    """

    name: str
    render: Callable[[Item], str]
    stop: tuple[str, ...] = ()
    label: str = "({})"

    @property
    def fingerprint(self) -> str:
        """Hash of what the template makes of a lettered and of a free-text probe item."""
        lettered = Item("probe-0000", "probe", 0, "질문\n\n### 정답:", ("가", "나"), ("A", "B"), "A")
        free = Item("probe-0001", "probe", 1, "질문\n\n### 정답:", None, None, "가")
        label = () if self.label == "({})" else (self.label,)
        text = "\x00".join((self.render(lettered), self.render(free), *self.stop, *label))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


PROMPTS: dict[str, Prompt] = {}


def register_prompt(
    name: str, stop: tuple[str, ...] = (), label: str = "({})"
) -> Callable[[Callable[[Item], str]], Callable[[Item], str]]:
    """Decorate a function that renders an item; `name` then is a value of ``--prompt``."""

    def register(render: Callable[[Item], str]) -> Callable[[Item], str]:
        PROMPTS[name] = Prompt(name, render, stop, label)
        return render

    return register


@register_prompt("raw")
def raw(item: Item) -> str:
    """The row's query as it is."""
    return item.query


@register_prompt("answer_letter")
def answer_letter(item: Item) -> str:
    """The query, with an instruction that asks for the letter alone; for a free-text item, for the whole text."""
    return _instructed(item, ANSWER_LETTER_INSTRUCTION)


@register_prompt("letter", label="{}")
def letter(item: Item) -> str:
    """The query, with an instruction that asks for the bare letter: one token, which is all that some APIs score."""
    return _instructed(item, LETTER_INSTRUCTION)


def _instructed(item: Item, instruction: str) -> str:
    body = item.query.rstrip().removesuffix("### 정답:").rstrip()
    return f"{body}\n\n{FREE_TEXT_INSTRUCTION if item.options is None else instruction}\n\n### 정답:"


def find_prompt(name: str) -> Prompt:
    """Look a template up.

    Raises:
        UsageError: There is none of this name.
    """
    if name not in PROMPTS:
        raise UsageError(unknown("prompt", name, PROMPTS))
    return PROMPTS[name]


def target_text(item: Item, prompt: Prompt) -> str:
    """What follows an item's prompt when it is answered right: ``(B)``, or the free text."""
    return item.reference if item.options is None else prompt.label.format(item.reference)


def choose_shots(pool: Sequence[Item], item: Item, count: int, seed: int) -> list[Item]:
    """Choose worked examples: the same for all items of a subset, but never the item itself.

    Raises:
        UsageError: The pool is too small.
    """
    order = random.Random(seed).sample(range(len(pool)), min(count + 1, len(pool)))  # noqa: S311 - no secret
    shots = [pool[index] for index in order if pool[index].query != item.query][:count]
    if len(shots) < count:
        raise UsageError(
            f"--num-few-shot: subset {item.subset} has only {len(shots)} other items, {count} are asked for"
        )
    return shots


def _split_trailing_space(context: str, continuation: str) -> tuple[str, str]:
    """Move the context's trailing spaces to the continuation: a prompt that ends in a space scores the wrong tokens."""
    stripped = context.rstrip()
    return stripped, context[len(stripped) :] + continuation


def make_request(
    item: Item,
    prompt: Prompt,
    kind: str,
    shots: Sequence[Item] = (),
    *,
    chat: bool = False,
    system_prompt: str | None = None,
) -> Request:
    """Make the request that asks one item.

    Args:
        item: The question.
        prompt: The template.
        kind: ``loglikelihood`` or ``generate``.
        shots: Worked examples that stand before it.
        chat: Make a chat of it: the examples become earlier turns.
        system_prompt: The chat's system message; before plain text it stands as a first paragraph.
    """
    body = prompt.render(item)
    messages: tuple[Message, ...] | None = None
    if chat:
        turns = [Message("system", system_prompt)] if system_prompt else []
        for shot in shots:
            turns += [Message("user", prompt.render(shot)), Message("assistant", target_text(shot, prompt))]
        messages = (*turns, Message("user", body))
        context = ""
    else:
        examples = "".join(f"{prompt.render(shot)} {target_text(shot, prompt)}{SHOT_SEPARATOR}" for shot in shots)
        preface = f"{system_prompt}{SHOT_SEPARATOR}" if system_prompt else ""
        context = preface + examples + body
    if kind == "generate":
        return Request("generate", context, messages=messages, stop=prompt.stop)
    assert item.labels is not None  # noqa: S101 - free-text items never come here: they are skipped before
    # A chat template ends where the answer begins, so that no space stands before the label.
    space = "" if chat else " "
    pairs = [_split_trailing_space(context, space + prompt.label.format(label)) for label in item.labels]
    return Request("loglikelihood", pairs[0][0], tuple(continuation for _, continuation in pairs), messages)
