"""Where a generation ends."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_haerae.types import Request


def stop_texts(own: Iterable[str], request: Request) -> list[str]:
    """The strings at which a generation ends, each once: those of the model's parameters, then the request's.

    There are none where the text is one of the request's choices: it ends with that.
    """
    return [] if request.choices else list(dict.fromkeys((*own, *request.stop)))
