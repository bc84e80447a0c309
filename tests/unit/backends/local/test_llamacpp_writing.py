"""A thought that is closed at its budget, on a model that writes what it is told, a byte a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_haerae.backends.local.llamacpp_server import EmbeddedServer
from pytest_haerae.backends.local.llamacpp_writing import Asked, Written, write, write_within
from pytest_haerae.backends.local.reasoning import Thinking
from pytest_haerae.backends.local.trie import Tokens

PROMPT = "수도는?"
LONGEST = 60
SETTINGS: dict[str, Any] = {"stop": [], "seed": (1 << 31) - 1}


class Scripted(EmbeddedServer):
    """Writes `said`; where its thought was closed for it, `answer` behind the mark."""

    def __init__(self, said: str, answer: str = "서울") -> None:
        self._said, self._answer = said.encode(), answer.encode()
        self.bodies: list[dict[str, Any]] = []

    def complete(self, prompt: Tokens, slot: int, *, cache: bool, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
        self.bodies.append({"prompt": prompt, "slot": slot, "cache": cache, **settings})
        written = bytes(prompt).removeprefix(PROMPT.encode())
        own = self._said[len(written) :] if self._said.startswith(written) else self._answer
        tokens, text = own[: settings["n_predict"]], ""
        reason = "length" if len(own) > settings["n_predict"] else "stop"
        for end in range(len(tokens) + 1):
            text = tokens[:end].decode(errors="replace")
            if stop := next((stop for stop in settings["stop"] if stop in text), None):
                tokens, text, reason = tokens[:end], text[: text.find(stop)], "stop"
                break
        return {"choices": [{"text": text, "finish_reason": reason}], "__verbose": {"tokens": list(tokens)}}

    def tokenize(self, text: str, *, special: bool = True) -> Tokens:
        assert not special
        return tuple(text.encode())

    def detokenize(self, tokens: Sequence[int]) -> str:
        return bytes(tokens).decode(errors="replace")


def within(server: Scripted, budget: int, *, opened: bool = True, longest: int = LONGEST, **own: Any) -> Written:  # noqa: ANN401 - any setting
    asked = Asked(server, tuple(PROMPT.encode()), 3, longest, {**SETTINGS, **own})
    return write_within(asked, Thinking(budget=budget, closing="</think>"), opened=opened)


def test_a_thought_is_closed_at_its_budget_and_the_answer_follows() -> None:
    server = Scripted("abcdefghij")
    written = within(server, 4)
    assert (written.text, written.finish_reason) == ("abcd</think>서울", "stop")
    assert bytes(written.tokens) == "abcd</think>서울".encode()
    first, second = server.bodies
    assert (first["n_predict"], first["cache"], first["slot"]) == (4, False, 3)
    assert (second["n_predict"], second["cache"], second["slot"]) == (LONGEST - 4 - len("</think>"), True, 3)
    # Drawn with numbers of its own, and a seed that the engine takes.
    assert (first["seed"], second["seed"]) == ((1 << 31) - 1, 0)


def test_a_thought_that_the_model_opens_itself_is_closed() -> None:
    assert within(Scripted("<think>abcdefghij"), 9, opened=False).text == "<think>ab</think>서울"


@pytest.mark.parametrize("budget", range(1, LONGEST))
@pytest.mark.parametrize(
    ("said", "opened"), [("짧은 생각</think>대한민국의 수도는 서울", True), ("생각 없이 답은 서울🙂", False)]
)
def test_who_is_not_interrupted_says_what_he_says_without_a_budget(said: str, budget: int, opened: bool) -> None:
    """No character is lost where the budget ends in its middle."""
    thought, mark, _ = (part.encode() for part in said.partition("</think>"))
    free = write(Asked(Scripted(said), tuple(PROMPT.encode()), 0, LONGEST, SETTINGS))
    written = within(Scripted(said), budget, opened=opened)
    # A mark that is set where the model would have set it changes nothing.
    if opened and budget < len(thought + mark) and budget != len(thought):
        assert written.text.endswith("</think>서울")
    else:
        assert written == free


@pytest.mark.parametrize(
    ("longest", "text"),
    [(5, "abcd<"), (11, "abcd</think"), (12, "abcd</think>"), (13, "abcd</think>�"), (15, "abcd</think>서")],
)
def test_the_whole_is_no_longer_than_the_longest(longest: int, text: str) -> None:
    written = within(Scripted("abcdefghij"), 4, longest=longest)
    assert (written.text, len(written.tokens), written.finish_reason) == (text, longest, "length")


@pytest.mark.parametrize(
    ("stop", "text", "opened"),
    [
        ("c", "ab", True),
        ("울", "abcd</think>서", True),
        # Half of it in each part.
        ("de", "abc", False),
        ("하나", "abcdefghij", False),
    ],
)
def test_a_text_ends_at_a_stop_text_wherever_that_stands(stop: str, text: str, opened: bool) -> None:
    written = within(Scripted("abcdefghij"), 4, opened=opened, stop=[stop])
    assert (written.text, written.finish_reason) == (text, "stop")


def test_what_is_no_text_is_left_as_it_is() -> None:
    server = Scripted("")
    server._said = b"\xff" * 20
    written = within(server, 8, opened=False)
    assert bytes(written.tokens) == b"\xff" * 20
