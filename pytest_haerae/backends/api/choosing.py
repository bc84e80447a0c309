"""How a server is told to keep its text to choices, and whether it does: an unknown field is nothing to many."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pytest_haerae.backends.api.harmless import harmless
from pytest_haerae.backends.local.grammar import grammar_of
from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import shown
from pytest_haerae.types import Request, Response

FORMAT = "response_format"
_ANSWER = "answer"
_CONSTRAINING = (FORMAT, "structured_outputs", "guided_choice", "guided_json", "guided_regex", "grammar", "json_schema")


def choice_fields(choices: Sequence[str], extra_body: Mapping[str, Any], *, chat: bool) -> dict[str, Any]:
    """What a body says of choices; empty where there are none.

    A chat is answered with a JSON object by the schema in ``response_format``: OpenAI, the hosted APIs that follow it,
    vLLM, SGLang and llama.cpp take that. Text completions have no field in common: vLLM knows the first of these, and
    llama.cpp the second, and each ignores the other's.

    Args:
        choices: The texts.
        extra_body: What the user adds to each body.
        chat: Whether it is a chat's body.

    Raises:
        UsageError: The user's own fields say otherwise what the text is to be.
    """
    if not choices:
        return {}
    if other := next((name for name in _CONSTRAINING if name in extra_body), None):
        raise UsageError(f"extra_body: {other} says otherwise than the choices what is answered; leave one of them out")
    if not chat:
        return {"extra_body": {"structured_outputs": {"choice": list(choices)}, "grammar": grammar_of(choices)}}
    schema = {
        "type": "object",
        "properties": {_ANSWER: {"type": "string", "enum": list(choices)}},
        "required": [_ANSWER],
        "additionalProperties": False,
    }
    return {FORMAT: {"type": "json_schema", "json_schema": {"name": _ANSWER, "strict": True, "schema": schema}}}


class Choosing:
    """Sees to it that a server keeps to choices.

    Until it did so once, an answer that is none of them may be that of a server that does not know the field. A
    harmless question tells: where that is not kept to them, either, the run ends, before all others are paid for.

    Args:
        name: The backend's name.
        chat: Whether it is asked in chats.
    """

    def __init__(self, name: str, *, chat: bool) -> None:
        self._name, self._chat = name, chat
        self._kept = False
        self._asking = asyncio.Lock()

    async def settled(
        self, request: Request, response: Response, ask: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """The answer as one of the request's choices, or an error.

        Args:
            request: What was asked.
            response: What the server answered.
            ask: Asks the server.

        Raises:
            UsageError: It does not keep to choices.
        """
        settled = self._read(request, response)
        if settled.error is not None:
            async with self._asking:
                if not self._kept and self._read(request, await ask(harmless(request))).error is not None:
                    raise UsageError(f"--model={settled.error}; it does not keep its answers to choices")
        self._kept = True
        return settled

    def _read(self, request: Request, response: Response) -> Response:
        said = response.text or ""
        text = _in_json(said) if self._chat else said
        if text in request.choices:
            return replace(response, text=text)
        told = FORMAT if self._chat else "structured_outputs or grammar"
        ended = "" if response.finish_reason in (None, "stop") else f" (finish_reason {response.finish_reason})"
        words = f"{shown(said)}{ended}, and not one of {', '.join(request.choices)} as {told} says"
        return Response(error=f"{self._name}: the server gave {words}")


def _in_json(text: str) -> object:
    """What the object that was asked for gives as the answer; None where the text is no such object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found.get(_ANSWER) if isinstance(found, dict) else None
