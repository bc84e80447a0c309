"""Items to requests: few-shot examples, chats, plain text."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from pytest_haerae.backends.local.trie import split_trailing_space
from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.errors import UsageError
from pytest_haerae.images import Image
from pytest_haerae.prompts.prompt import Prompt, write_option
from pytest_haerae.types import Item, Message, Request

SHOT_SEPARATOR = "\n\n"
"""What stands between few-shot examples, as in lm-evaluation-harness (`fewshot_delimiter`)."""


@lru_cache(maxsize=64)
def _order(size: int, seed: int) -> tuple[int, ...]:
    return tuple(random.Random(seed).sample(range(size), size))  # noqa: S311 - no secret


def choose_shots(pool: Sequence[Item], item: Item, count: int, seed: int, split: str | None = None) -> list[Item]:
    """Choose few-shot examples: the same for all items of a subset, but never the item itself.

    The pool is shuffled by the seed, and its first `count` questions are taken. Where the item is among them, or a row
    that asks the same, that one is left out and the next one follows at the end; no question is taken twice.
    lm-evaluation-harness (0.4.13, `ContextSampler`) leaves the item out likewise, but draws anew for each item.

    Args:
        pool: The items to choose from: a subset of the split that the examples come from.
        item: The item that is asked.
        count: How many to choose.
        seed: Decides the order.
        split: The pool's split where it is not the item's own, for the error.

    Raises:
        UsageError: The pool is too small.
    """
    shots: list[Item] = []
    taken = {_asked(item.query, item.images)}
    for index in _order(len(pool), seed):
        if len(shots) == count:
            return shots
        asked = _asked(pool[index].query, pool[index].images)
        if asked not in taken:
            taken.add(asked)
            shots.append(pool[index])
    if len(shots) < count:
        place = f" in split {split}" if split else ""
        raise UsageError(
            f"--num-few-shot: subset {item.subset} has only {len(shots)} other items{place}, {count} are asked for"
        )
    return shots


@lru_cache(maxsize=64)
def _asked(query: str, images: tuple[Image, ...]) -> tuple[str, ...]:
    """What is asked, whatever its spaces, and about what; examples are looked at again for each item of a subset."""
    return " ".join(query.split()), *(image.digest for image in images)


class _Examples(NamedTuple):
    """Few-shot examples as they stand before an item: as one text, and as turns of a chat."""

    text: str
    turns: tuple[Message, ...]


_NO_EXAMPLES = _Examples("", ())


def framed(
    body: str,
    examples: _Examples = _NO_EXAMPLES,
    images: tuple[Image, ...] = (),
    *,
    chat: bool,
    system_prompt: str | None,
) -> tuple[str, tuple[Message, ...] | None]:
    """What is asked with all that stands before it: as a context, or as the messages of a chat.

    Args:
        body: The question itself.
        examples: Few-shot examples.
        images: What the question is about, for a chat.
        chat: Make a chat of it.
        system_prompt: The chat's system message; before plain text it stands as a first paragraph.
    """
    if chat:
        turns = [Message("system", system_prompt)] if system_prompt else []
        return "", (*turns, *examples.turns, Message("user", body, images))
    preface = f"{system_prompt}{SHOT_SEPARATOR}" if system_prompt else ""
    return preface + examples.text + body, None


@lru_cache(maxsize=8)
def _examples(render: Callable[[Item], str], write_target: Callable[[Item], str], shots: tuple[Item, ...]) -> _Examples:
    """Write few-shot examples: once for all items of a subset, of which only the examples themselves have others."""
    pairs = [(render(shot), write_target(shot), shot.images) for shot in shots]
    return _Examples(
        "".join(f"{asked} {answered}{SHOT_SEPARATOR}" for asked, answered, _ in pairs),
        tuple(
            message
            for asked, answered, images in pairs
            for message in (Message("user", asked, images), Message("assistant", answered))
        ),
    )


def make_request(
    item: Item,
    prompt: Prompt,
    kind: str,
    shots: Sequence[Item] = (),
    *,
    chat: bool = False,
    system_prompt: str | None = None,
    constrained: bool = False,
    log_probability: bool = False,
) -> Request:
    """Make the request that asks one item; a text alone is scored as it stands, whatever the prompt.

    Args:
        item: The question.
        prompt: The template.
        kind: ``loglikelihood`` or ``generate``.
        shots: Few-shot examples that stand before it.
        chat: Make a chat of it: the examples become earlier turns.
        system_prompt: The chat's system message; before plain text it stands as a first paragraph.
        constrained: Keep what is generated to one of the item's labels, where it has any.
        log_probability: Ask for the log-probability of what is generated.
    """
    if is_text_alone(item) and item.options:
        return Request("loglikelihood", "", item.options)
    examples = _examples(prompt.render, prompt.write_target, tuple(shots))
    context, messages = framed(prompt.render(item), examples, item.images, chat=chat, system_prompt=system_prompt)
    if kind == "generate":
        choices = (item.labels if constrained else None) or ()
        stop = () if choices else prompt.stop
        return Request(
            "generate", context, messages=messages, stop=stop, choices=choices, log_probability=log_probability
        )
    assert item.labels is not None  # noqa: S101 - free-text items never come here: they are skipped before
    context, moved = split_trailing_space(context)
    # A chat template ends where the answer begins, so that no space stands before the label.
    space = moved + ("" if chat else " ")
    if prompt.continuation == "text":
        continuations = tuple(space + prompt.write_continuation(item, label) for label in item.labels)
    else:
        continuations = _labels(space, prompt.label, item.labels)
    return Request("loglikelihood", context, continuations, messages)


def continued(request: Request, answer: str, question: str) -> Request:
    """The request that goes on with a chat: the same with the answer to it, and the next question.

    Args:
        request: What was asked, in a chat.
        answer: What was answered.
        question: The next question, as it is asked.
    """
    further = (Message("assistant", answer), Message("user", question))
    return replace(request, messages=(*(request.messages or ()), *further))


@lru_cache(maxsize=64)
def _labels(space: str, pattern: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """The labels as they are scored: one tuple for all items that have so many options."""
    return tuple(space + write_option(pattern, label) for label in labels)
