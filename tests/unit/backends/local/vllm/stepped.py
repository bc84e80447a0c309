"""vLLM's offline engine as far as it is stepped, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any


class SteppedEngine:
    """Runs `seats` requests at a time; each ends after as many steps as `steps` says of its prompt.

    Args:
        answer: Makes an output's fields of a prompt and its settings.
        seats: How many requests run side by side.
        steps: How many steps a prompt takes.

    Attributes:
        asked: The prompts, as token ids.
        chats: The chats among them, and how each was to be rendered.
        lost: How many answers are to be lost.
    """

    def __init__(
        self,
        answer: Callable[[list[int], Any], dict[str, Any]],
        seats: int = 4,
        steps: Callable[[list[int]], int] = lambda prompt: 1,
    ) -> None:
        self._answer, self._seats, self._steps = answer, seats, steps
        self._open: dict[str, list[Any]] = {}
        self._named = 0
        self.lost = 0
        self.asked: list[list[int]] = []
        self.chats: list[tuple[list[dict[str, Any]], dict[str, object]]] = []
        self.llm_engine = SimpleNamespace(
            has_unfinished_requests=lambda: bool(self._open), step=self._step, abort_request=self._abort
        )

    @property
    def in_flight(self) -> int:
        """Requests in the engine."""
        return len(self._open)

    def enqueue(self, prompts: Sequence[dict[str, Any]], settings: Sequence[Any], use_tqdm: bool) -> list[str]:
        """Names as the engine gives them: its own have random characters, an output's have none."""
        names = []
        for prompt, setting in zip(prompts, settings, strict=True):
            name, self._named = str(self._named), self._named + 1
            tokens = prompt["prompt_token_ids"]
            self._open[name] = [tokens, setting, self._steps(tokens)]
            self.asked.append(tokens)
            names.append(f"{name}-0a1b2c3d")
        return names

    def enqueue_chat(
        self,
        chats: Sequence[list[dict[str, Any]]],
        settings: Sequence[Any],
        use_tqdm: bool,
        **rendering: object,
    ) -> list[str]:
        """A chat is a prompt of as many tokens as it has parts; one that says so is refused."""
        names = []
        for chat in chats:
            parts = [part for message in chat for part in message["content"]]
            if any("?!" in part.get("text", "") for part in parts if isinstance(part, dict)):
                raise ValueError("The decoder prompt is longer\nthan the model's window")
            self.chats.append((chat, rendering))
            names += self.enqueue([{"prompt_token_ids": [len(parts)] * len(parts)}], settings, use_tqdm)
        return names

    def _step(self) -> list[Any]:
        outputs = []
        for name, entry in list(self._open.items())[: self._seats]:
            entry[2] -= 1
            if entry[2] <= 0:
                del self._open[name]
            fields = {"outputs": []} if entry[2] > 0 else self._answer(entry[0], entry[1])
            fields["prompt_token_ids"] = entry[0]
            outputs.append(SimpleNamespace(request_id=name, finished=entry[2] <= 0, **fields))
        ended = [output for output in outputs if output.finished]
        while self.lost and ended:
            outputs.remove(ended.pop())
            self.lost -= 1
        return outputs

    def _abort(self, names: list[str]) -> None:
        for name in names:
            self._open.pop(name, None)
