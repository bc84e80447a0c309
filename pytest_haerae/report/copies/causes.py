"""Why two copies of a model may answer differently, as far as their reports hold it.

What is seen in the items, such as one token less before every question, stands before what merely differs in the
settings and may be why.
"""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import TypedDict

from pytest_haerae.report.copies import seen, settings
from pytest_haerae.report.copies.side_by_side import Copies

Finder = Callable[[Copies], str | None]

SEEN: dict[str, Finder] = {
    "chat": seen.chat,
    "texts": seen.texts,
    "bos": seen.bos,
    "template": seen.template,
    "cut": seen.cut,
    "tokenizer": seen.tokenizer,
    "unlisted": seen.unlisted,
    "before_label": seen.before_label,
}
SET: dict[str, Finder] = {
    "precision": settings.precision,
    "model": settings.model,
    "measurement": settings.measurement,
    "parameters": settings.parameters,
    "generation": settings.generation,
    "engine": settings.engine,
}


class Cause(TypedDict):
    """What may be why."""

    name: str
    """One word for programs."""
    seen: bool
    """Whether it shows in the items; else the settings differ in it."""
    detail: str
    """A sentence for people."""


def find_causes(copies: Copies) -> list[Cause]:
    """What the reports hold of why they differ, what is seen in the items first."""
    finders = [(name, shows, finder) for shows, found in ((True, SEEN), (False, SET)) for name, finder in found.items()]
    return [
        {"name": name, "seen": shows, "detail": detail}
        for name, shows, finder in finders
        if (detail := finder(copies)) is not None
    ]
