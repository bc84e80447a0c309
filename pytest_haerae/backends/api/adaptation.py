"""What a server refuses of a request, learnt from its own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pytest_haerae.backends.api.retrying import is_permanent

_DROPPABLE = ("temperature", "top_p", "seed", "stop")
_REFUSED = re.compile(
    r"unsupported|not supported|not support|unknown|unrecognized|unexpected|not permitted|not allowed|invalid", re.I
)


class Adaptation:
    """What a server does not take, learnt from its own words: reasoning models refuse max_tokens and temperature."""

    def __init__(self) -> None:
        self._renamed = False
        self._dropped: set[str] = set()

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what was refused."""
        adapted = {name: value for name, value in body.items() if name not in self._dropped}
        if self._renamed and "max_tokens" in adapted:
            adapted["max_completion_tokens"] = adapted.pop("max_tokens")
        return adapted

    def learn(self, body: Mapping[str, Any], error: BaseException) -> bool:
        """Read a refusal; True where the same request is worth asking again without what was refused.

        Args:
            body: What was sent, as `apply` made it.
            error: What came of it.
        """
        message = str(error)
        if not is_permanent(error) or not _REFUSED.search(message):
            return False
        if "max_tokens" in body and "max_completion_tokens" in message:
            self._renamed = True
            return True
        for name in _DROPPABLE:
            if name in body and re.search(rf"\b{name}\b", message):
                self._dropped.add(name)
                return True
        return False

    def describe(self) -> str | None:
        """One line for the report; None where nothing was changed."""
        changes = ["max_tokens was sent as max_completion_tokens"] if self._renamed else []
        changes += [f"{name} was left out" for name in _DROPPABLE if name in self._dropped]
        return f"the server refused parameters: {', '.join(changes)}" if changes else None
