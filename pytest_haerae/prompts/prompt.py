"""What a prompt is, whether it comes from a template file or from a function of the user's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item, Method

_PART = re.compile(r"\{(?:letter|number|text)?\}")

LABEL, TARGET, FREE_TEXT_TARGET = "({})", "{label}", "{text}"
"""How an option's letter is written, and how a few-shot example answers, where a prompt does not say."""

Continuation = Literal["label", "text"]
"""What is scored after a prompt: each option's letter as the prompt writes it, or each option's own text."""


def write_option(pattern: str, letter: str, text: str = "") -> str:
    """Write an option as a pattern says: ``{letter}`` (or ``{}``), ``{number}`` and ``{text}`` are filled in."""
    number = str(ord(letter) - ord("A") + 1)
    parts = {"{}": letter, "{letter}": letter, "{number}": number, "{text}": text}
    return _PART.sub(lambda match: parts[match[0]], pattern)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A way to ask an item.

    Attributes:
        name: The name or path users type.
        render: An item's prompt text, without few-shot examples.
        stop: Strings at which a generation ends.
        label: How an option's letter is written where it is scored or shown as an answer; ``{}`` stands for it,
            ``{number}`` for its number.
        target: How a few-shot example answers a lettered item; ``{label}`` stands for the written letter.
        free_text_target: How a few-shot example answers an item without options; ``{text}`` stands for the answer.
        methods: The methods it is for; empty for all.
        continuation: What of an option is scored, and what a few-shot example answers with.
        content: What a user's file says; the fingerprint of a prompt without it follows what it makes of probes.
        description: What it asks for, in a line for people.
    """

    name: str
    render: Callable[[Item], str]
    stop: tuple[str, ...] = ()
    label: str = LABEL
    target: str = TARGET
    free_text_target: str = FREE_TEXT_TARGET
    methods: tuple[Method, ...] = ()
    continuation: Continuation = "label"
    content: str = ""
    description: str = ""

    def write_label(self, letter: str) -> str:
        """An option's letter as it is scored."""
        return write_option(self.label, letter)

    def write_continuation(self, item: Item, letter: str) -> str:
        """What of an option is scored: its written letter, or its text."""
        if self.continuation == "text" and item.options and item.labels:
            return item.options[item.labels.index(letter)]
        return self.write_label(letter)

    def write_target(self, item: Item) -> str:
        """What follows an item's prompt when it is answered right: ``(B)``, or the free text."""
        if item.options is None:
            return self.free_text_target.replace("{text}", item.reference)
        return self.target.replace("{label}", self.write_continuation(item, item.reference))

    @property
    def fingerprint(self) -> str:
        """Hash of what the prompt makes of a lettered and of a free-text probe item, or of its file's content."""
        lettered = Item("probe-0000", "probe", 0, "질문\n\n### 정답:", ("가", "나"), ("A", "B"), "A")
        free = Item("probe-0001", "probe", 1, "질문\n\n### 정답:", None, None, "가")
        texts = [self.content] if self.content else [self._of_probe(lettered), self._of_probe(free)]
        settings: list[tuple[str, str]] = [
            (self.label, LABEL),
            (self.target, TARGET),
            (self.continuation, "label"),
            (self.free_text_target, FREE_TEXT_TARGET),
        ]
        own = [value for value, default in settings if value != default]
        return hashlib.sha256("\x00".join((*texts, *self.stop, *own)).encode()).hexdigest()[:16]

    def _of_probe(self, item: Item) -> str:
        try:
            return self.render(item)
        except UsageError:
            # A function may be for items with options alone, or for those without.
            return ""
