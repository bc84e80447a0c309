"""How a server is told to keep its text to choices, and whether it does: an unknown field is nothing to many."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pytest_haerae.backends.api.failures import stated_status
from pytest_haerae.backends.api.harmless import harmless
from pytest_haerae.backends.local.grammar import grammar_of
from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import shown
from pytest_haerae.types import Request, Response

FORMAT = "response_format"
_ANSWER = "answer"
CONSTRAINING = (FORMAT, "structured_outputs", "guided_choice", "guided_json", "guided_regex", "grammar", "json_schema")
"""Fields that say what a text is to be: none of them is ever left out."""
_PROBED = ("A", "B")
"""The choices of the harmless question: none of them is what anybody answers to it freely."""
_REFUSALS = frozenset({400, 422})
"""Statuses of a server that does not take a field."""


class Way(ABC):
    """One way to say what the text is to be."""

    told: ClassVar[str]
    """The fields that say it."""

    @abstractmethod
    def fields(self, choices: Sequence[str]) -> dict[str, Any]:
        """What a body says of choices."""

    @abstractmethod
    def read(self, text: str) -> object:
        """The choice that a text gives; None where it is not what was asked for."""


class ByName(Way):
    """The choices as they are: vLLM knows the first field, llama.cpp the second, and each ignores the other's."""

    told = "structured_outputs or grammar"

    def fields(self, choices: Sequence[str]) -> dict[str, Any]:
        """Beside those of OpenAI's protocol."""
        return {"extra_body": {"structured_outputs": {"choice": list(choices)}, "grammar": grammar_of(choices)}}

    def read(self, text: str) -> object:
        """The text itself."""
        return text


class BySchema(Way):
    """A JSON object by a schema, in OpenAI's protocol: hosted APIs follow it, and so do vLLM, SGLang and llama.cpp.

    Weak models, held to JSON, may write spaces without end.
    """

    told = FORMAT

    def fields(self, choices: Sequence[str]) -> dict[str, Any]:
        """An object of one field, which is one of the choices."""
        schema = {
            "type": "object",
            "properties": {_ANSWER: {"type": "string", "enum": list(choices)}},
            "required": [_ANSWER],
            "additionalProperties": False,
        }
        return {FORMAT: {"type": "json_schema", "json_schema": {"name": _ANSWER, "strict": True, "schema": schema}}}

    def read(self, text: str) -> object:
        """What the object has as its answer."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return found.get(_ANSWER) if isinstance(found, dict) else None


class Choosing:
    """Keeps a server to choices, in the first way that it follows.

    Args:
        name: The backend's name.
        chat: Whether it is asked in chats; of text completions OpenAI's protocol has no schema.
        own: Whether it is a server of one's own, which may know the choices as they are.
    """

    def __init__(self, name: str, *, chat: bool, own: bool) -> None:
        self._name = name
        self._ways: list[Way] = [*([ByName()] if own or not chat else []), *([BySchema()] if chat else [])]
        self._found = False
        self._seeking = asyncio.Lock()

    def fields(self, choices: Sequence[str], extra_body: Mapping[str, Any]) -> dict[str, Any]:
        """What a body says of choices; empty where there are none.

        Args:
            choices: The texts.
            extra_body: What the user adds to each body.

        Raises:
            UsageError: The user's own fields say otherwise what the text is to be.
        """
        if choices and (other := next((name for name in CONSTRAINING if name in extra_body), None)):
            raise UsageError(f"extra_body: {other} says otherwise than the choices what is answered; leave one out")
        return self._ways[0].fields(choices) if choices else {}

    async def seek(self, request: Request, ask: Callable[[Request], Awaitable[Response]]) -> None:
        """Find a way that the server follows, by a harmless question; once.

        Args:
            request: What is to be asked.
            ask: Asks the server, in the first of the ways.

        Raises:
            UsageError: It follows none.
            Exception: What came of the last way.
        """
        if self._found:
            return
        probe = replace(harmless(request), choices=_PROBED)
        async with self._seeking:
            while not self._found:
                last = len(self._ways) == 1
                try:
                    problem = self.settled(probe, await ask(probe)).error
                except Exception as error:
                    if last or stated_status(error) not in _REFUSALS:
                        raise
                    problem = str(error)
                if problem is not None and last:
                    raise UsageError(f"--model={problem}: it does not keep its answers to choices")
                self._found = problem is None
                self._ways = self._ways if self._found else self._ways[1:]

    def settled(self, request: Request, response: Response) -> Response:
        """The answer as one of the request's choices, or an error."""
        if response.error is not None:
            return response
        way, said = self._ways[0], response.text or ""
        text = way.read(said)
        if isinstance(text, str) and text in request.choices:
            return replace(response, text=text)
        ended = "" if response.finish_reason in (None, "stop") else f" (finish_reason {response.finish_reason})"
        words = f"{shown(said)}{ended}, and not one of {', '.join(request.choices)} as {way.told} says"
        return Response(error=f"{self._name}: the server gave {words}")
