"""Answers with status 200 whose values are of kinds that they cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.hostile.attack import NASTY, Attack, Result
from tests.e2e.hostile.server import Behaviour, Exchange
from tests.e2e.hostile.servers import asked

ODD = 2
"""The question whose answer is odd; those before and after it are answered soundly."""


def odd(change: Callable[[dict[str, Any]], object]) -> Behaviour:
    """A sound answer to each question but one, whose answer is changed."""

    async def behave(exchange: Exchange) -> None:
        answer = exchange.sound()
        if exchange.number == ODD:
            change(answer)
        await exchange.json(answer)

    return behave


def text(make: Callable[[str], bytes]) -> Behaviour:
    """A sound answer to each question but one, whose bytes are made of the sound ones."""

    async def behave(exchange: Exchange) -> None:
        body = json.dumps(exchange.sound(), ensure_ascii=False)
        await exchange.send(make(body) if exchange.number == ODD else body.encode())

    return behave


def message(content: object, **more: object) -> Callable[[dict[str, Any]], object]:
    return lambda answer: answer["choices"][0].update(message={"role": "assistant", "content": content}, **more)


def all_right(result: Result) -> None:
    assert result.outcomes() == "cccccc"


def one_error(result: Result) -> None:
    assert result.outcomes() == "cceccc"


def one_wrong(result: Result) -> None:
    assert result.outcomes()[ODD] in "iwc"
    assert result.outcomes().replace("i", "c").replace("w", "c") == "cccccc"


def right(name: str, server: Behaviour) -> Attack:
    """The odd value is left out, and the answer counts."""
    return asked(name, server, "6 passed", "-q", code=0, requests=6, expect=all_right)


def error(name: str, server: Behaviour, says: str = "questions-0002", **fields: object) -> Attack:
    """The item ends in an error of its own."""
    return asked(name, server, says, code=1, requests=9, expect=one_error, **fields)


CHOICE_ERROR = {"code": 502, "message": f"upstream died{NASTY}"}
CHUNKS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "정답: (A)"}]},
    {"type": "text", "text": "정답: (C)"},
]
REPLIES = (
    right("a text for a count of tokens", odd(lambda answer: answer["usage"].update(prompt_tokens="12"))),
    right(
        "a list for a count, NaN for another",
        odd(lambda answer: answer.update(usage={"prompt_tokens": [1], "completion_tokens": float("nan")})),
    ),
    right("a negative count of tokens", odd(lambda answer: answer["usage"].update(completion_tokens=-4))),
    right("a list for the usage", odd(lambda answer: answer.update(usage=[1, 2]))),
    right("an object for the finish reason", odd(lambda answer: answer["choices"][0].update(finish_reason={"a": [1]}))),
    right("chunks of thinking and of text", odd(message(CHUNKS))),
    right("a byte-order mark before the JSON", text(lambda body: b"\xef\xbb\xbf" + body.encode())),
    error(
        "an error inside a choice",
        odd(lambda answer: answer["choices"][0].update(finish_reason="error", error=CHOICE_ERROR)),
        "upstream died",
    ),
    error("a number for the text", odd(message(5))),
    error("null for the choices", odd(lambda answer: answer.update(choices=None))),
    error("a text for the message", odd(lambda answer: answer["choices"][0].update(message="(C)"))),
    error("an array for the answer", text(lambda body: b"[1, 2]")),
    error("bytes that are no UTF-8", text(lambda body: body.encode("utf-16"))),
    error("brackets a hundred thousand deep", text(lambda body: b"[" * 100_000)),
    error("JSON that ends early", text(lambda body: body.encode()[:50])),
    asked(
        "an integer of five thousand digits",
        text(lambda body: body.replace('"prompt_tokens": 10', f'"prompt_tokens": {"9" * 5000}').encode()),
        "",
        code=1,
        requests=9,
        expect=one_error,
    ),
    asked(
        "half of a surrogate pair, and what clears a terminal",
        odd(message(f"\ud83d {NASTY} <img src=x onerror=alert(1)> | `")),
        "",
        "-rA",
        "-vv",
        "--report-html=r.html",
        "--report-md=r.md",
        code=0,
        requests=6,
        expect=one_wrong,
        environment={"OPENAI_API_KEY": "x", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"},
    ),
    asked("a text of a megabyte", odd(message("(" * 1_000_000)), "", code=0, requests=6, expect=one_wrong),
    asked(
        "log-probabilities that are NaN",
        lambda exchange: exchange.json(
            {
                "choices": [
                    {
                        "index": 0,
                        "text": "",
                        "finish_reason": "length",
                        "logprobs": {
                            "tokens": ["A"],
                            "token_logprobs": [float("nan")],
                            "top_logprobs": [{"A": float("nan"), "B": 1.0}],
                            "text_offset": [0],
                        },
                    }
                ],
                "usage": None,
            }
        ),
        "log_likelihood|logprob",
        "--method=log_likelihood",
        requests=20,
    ),
)
