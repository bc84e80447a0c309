"""Which of its instructions an answer follows, as it stands and generously."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.instructions.registry import Asked, Check, read_reference
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.types import Response


class Answered(NamedTuple):
    """What an output answers.

    Attributes:
        text: The answer without reasoning, in NFC, its lines ending in a newline alone; empty where there is none.
        cut: Whether it is not all of it: the output reached its limit, or its reasoning never ended.
    """

    text: str
    cut: bool


def answer_of(response: Response) -> Answered:
    """What a response answers: reasoning is no part of it."""
    split = split_reasoning(response.text or "")
    text = unicodedata.normalize("NFC", split.answer.text).replace("\r\n", "\n").replace("\r", "\n")
    return Answered(text.strip(), split.unfinished or limit_reached(response.finish_reason))


def variants(text: str) -> tuple[str, ...]:
    """An answer and what is left of it without its first line, its last line, and asterisks: eight texts in all.

    Source: J. Zhou et al., "Instruction-following evaluation for large language models", arXiv:2311.07911 (2023), 2.2.

    Args:
        text: The answer.
    """
    lines = text.split("\n")
    parts = (lines, lines[1:], lines[:-1], lines[1:-1])
    whole = (text, *("\n".join(part).strip() for part in parts[1:]))
    return (*whole, *(each.replace("*", "") for each in whole))


def check_strictly(text: str, asked: tuple[Asked, ...]) -> tuple[Check, ...]:
    """What an answer does about each instruction, as it stands."""
    return tuple(each.check(text) for each in asked)


class Followed(NamedTuple):
    """Which of an item's instructions are followed, in the item's order.

    Attributes:
        names: Their names.
        strict: Whether the answer follows each as it stands.
        loose: Whether any of the answer's `variants` does.
    """

    names: tuple[str, ...]
    strict: tuple[bool, ...]
    loose: tuple[bool, ...]


def followed_by(reference: str, response: Response | None) -> Followed:
    """Which instructions of a reference a response follows; one that was cut follows none.

    Args:
        reference: The item's reference, as `write_reference` writes it.
        response: The response; None where there is none.

    Raises:
        ValueError: The reference is none of instructions.
    """
    asked = read_reference(reference)
    names = tuple(each.instruction.name for each in asked)
    text, cut = answer_of(response or Response())
    if cut:
        return Followed(names, (False,) * len(asked), (False,) * len(asked))
    texts = variants(text)
    strict = tuple(each.check(text).followed for each in asked)
    loose = (
        known or any(each.check(other).followed for other in texts[1:])
        for known, each in zip(strict, asked, strict=True)
    )
    return Followed(names, strict, tuple(loose))
