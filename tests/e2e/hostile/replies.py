"""Answers with status 200 whose values are of kinds that they cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.e2e.hostile.attack import NASTY, Attack, Result, questions
from tests.e2e.hostile.server import Behaviour, Exchange
from tests.e2e.hostile.servers import asked

Change = Callable[[dict[str, Any]], object]
Rewrite = Callable[[str], bytes]


def answering(odd: Mapping[str, Change | Rewrite], *, rewritten: bool = False) -> Behaviour:
    """A sound answer to question 0, and to each other question the one that is odd in its way.

    Args:
        odd: The ways, in the order of the questions from 1: what is changed in the sound answer, or in its text.
        rewritten: Whether they change the text.
    """

    async def behave(exchange: Exchange) -> None:
        answer = exchange.sound()
        change: Any = list(odd.values())[exchange.number - 1] if exchange.number else None
        if change is None:
            await exchange.json(answer)
        elif rewritten:
            await exchange.send(change(json.dumps(answer, ensure_ascii=False)))
        else:
            change(answer)
            await exchange.json(answer)

    return behave


def outcomes(odd: Mapping[str, Any], allowed: str) -> Callable[[Result], None]:
    def check(result: Result) -> None:
        found = result.outcomes()
        assert found[0] == "c"
        ways = zip(odd, found[1:], strict=True)
        assert not [(way, outcome) for way, outcome in ways if outcome not in allowed]

    return check


def message(content: object, **more: object) -> Change:
    return lambda answer: answer["choices"][0].update(message={"role": "assistant", "content": content}, **more)


def choice(**more: object) -> Change:
    return lambda answer: answer["choices"][0].update(more)


def usage(**more: object) -> Change:
    return lambda answer: answer["usage"].update(more)


def thinking(content: str | None, reasoning: str, reason: str) -> Change:
    whole = {"role": "assistant", "content": content, "reasoning_content": reasoning}
    return lambda answer: answer["choices"][0].update(message=whole, finish_reason=reason)


CHUNKS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "정답: (A)"}]},
    {"type": "text", "text": "정답: (D)"},
]
RIGHT: Mapping[str, Change] = {
    "a text for a count of tokens": usage(prompt_tokens="12"),
    "a list for a count, NaN for another": usage(prompt_tokens=[1], completion_tokens=float("nan")),
    "chunks of thinking and of text": message(CHUNKS),
    "a negative count of tokens": usage(completion_tokens=-4),
    "a list for the usage": lambda answer: answer.update(usage=[1, 2]),
    "an object for the finish reason": choice(finish_reason={"a": [1]}),
    "a number for the finish reason": choice(finish_reason=7),
    "a text for the usage": lambda answer: answer.update(usage="12"),
    "a name of the model that is a list": lambda answer: answer.update(model=["m"], id=5, created="now"),
    "true for a count of tokens": usage(total_tokens=True, prompt_tokens=True),
    "an infinite count of tokens": usage(prompt_tokens=float("inf")),
}
CHOICE_ERROR = {"code": 502, "message": f"upstream died{NASTY}"}
ERRORS: Mapping[str, Change] = {
    "an error inside a choice": choice(finish_reason="error", error=CHOICE_ERROR),
    "a number for the text": message(5),
    "an object for the text": message({"a": 1}),
    "null for the choices": lambda answer: answer.update(choices=None),
    "a text for the choices": lambda answer: answer.update(choices="(C)"),
    "an empty list of choices": lambda answer: answer.update(choices=[]),
    "null for a choice": lambda answer: answer.update(choices=[None]),
    "a text for the message": choice(message="(C)"),
    "a list of numbers for the text": message([1, 2, 3]),
}
TEXTS: Mapping[str, Rewrite] = {
    "an array": lambda body: b"[1, 2]",
    "bytes that are no UTF-8": lambda body: body.encode().replace(b"(", b"\xff\xfe"),
    "brackets a hundred thousand deep": lambda body: b"[" * 100_000,
    "JSON that ends early": lambda body: body.encode()[:50],
    "a number": lambda body: b"5",
    "nothing": lambda body: b"",
}
WRONG: Mapping[str, Change] = {
    "half of a surrogate pair, and what clears a terminal": message(f"\ud83d {NASTY} <img src=x onerror=1> | `"),
    "a text of a megabyte": message("(" * 1_000_000),
    "what a spreadsheet would obey": message(f"=HYPERLINK(1){NASTY}"),
    "zero bytes": message("\0\0\0"),
    "nothing, after thinking that was cut": thinking(None, f"정답: (A){NASTY}", "length"),
    "a refusal": thinking("", "", "content_filter"),
}
EVERY = ("-rA", "-vv", "--report-html=r.html", "--report-md=r.md")
GITHUB = {"OPENAI_API_KEY": "not-needed", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"}


def group(
    name: str,
    odd: Mapping[str, Any],
    allowed: str,
    code: int,
    says: str = "",
    *more: str,
    **fields: Any,  # noqa: ANN401 - those of an attack
) -> Attack:
    """Several odd answers in one run, each to a question of its own."""
    behave = answering(odd, rewritten=fields.pop("rewritten", False))
    values: dict[str, Any] = {"code": code, "requests": 3 * len(odd) + 2, "expect": outcomes(odd, allowed), **fields}
    return asked(name, behave, says, *more, prepare=lambda folder: questions(folder, len(odd) + 1), **values)


def huge(body: str) -> bytes:
    return body.replace('"prompt_tokens": 10', f'"prompt_tokens": {"9" * 5000}').encode()


def not_a_number(exchange: Exchange) -> Any:  # noqa: ANN401 - what is awaited
    listed = {"tokens": ["A"], "token_logprobs": [float("nan")], "top_logprobs": [{"A": float("nan"), "B": 1.0}]}
    choices = [{"index": 0, "text": "", "finish_reason": "length", "logprobs": {**listed, "text_offset": [0]}}]
    return exchange.json({"choices": choices, "usage": None})


REPLIES = (
    group("counts and reasons of other kinds", RIGHT, "c", 0),
    group(
        "counts and reasons of other kinds, through litellm",
        RIGHT,
        "ce",
        0,
        backend="litellm",
        parameters={"max_retries": 0},
    ),
    group("texts, messages and choices of other kinds", ERRORS, "e", 1, "upstream died"),
    group("bodies that are no answer", TEXTS, "ei", 1, rewritten=True),
    group("an integer of five thousand digits for a count", {"it": huge}, "e", 1, rewritten=True),
    group("answers that a terminal or a spreadsheet would obey", WRONG, "iw-", 0, "", *EVERY, environment=GITHUB),
    asked(
        "log-probabilities that are NaN", not_a_number, "log_likelihood|logprob", "--method=log_likelihood", requests=20
    ),
)
