from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.run.validation import STORED, Malformed, masked, response_of, validated, validated_answer
from pytest_haerae.types import Request, Response

TEXT = st.none() | st.text()
COUNT = st.none() | st.integers(0, 1 << 53)
AMOUNT = st.none() | st.floats(0, 1e12)
SOUND = st.builds(
    Response,
    text=TEXT,
    loglikelihoods=st.none() | st.lists(st.floats(max_value=0, allow_infinity=False, allow_nan=False)).map(tuple),
    error=TEXT,
    prompt_tokens=COUNT,
    completion_tokens=COUNT,
    finish_reason=TEXT,
    truncated=st.booleans(),
    latency_seconds=AMOUNT,
    cost_usd=AMOUNT,
    reasoning=TEXT,
    reasoning_tokens=COUNT,
    log_probability=st.none() | st.floats(max_value=0, allow_infinity=False, allow_nan=False),
    log_probability_tokens=COUNT,
    reward=st.none() | st.floats(allow_infinity=False, allow_nan=False),
)


@given(SOUND)
def test_a_sound_response_passes_as_it_is_and_comes_back_from_json(response: Response) -> None:
    assert validated(response) is response
    assert response_of(json.dumps(asdict(response))) == response


class Evil:
    def __iter__(self) -> Any:  # noqa: ANN401 - nothing
        raise RuntimeError("no")

    def __float__(self) -> float:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")


NO_STRING: list[Any] = [5, b"x", ["x"], {"a": 1}, True, Evil()]
NO_COUNT: list[Any] = ["12", [12], -1, 1.0, True, math.nan, {}, 10**5000, Evil()]
NO_AMOUNT: list[Any] = ["0.1", -0.1, math.nan, math.inf, True, [0.1], 1j, 1e300, Evil()]
NO_LOG_PROBABILITY: list[Any] = ["-1", 0.1, math.nan, -math.inf, True, [-1.0], 1j, Evil()]
NO_REWARD: list[Any] = ["1", math.nan, math.inf, -math.inf, True, [1.0], 1j, Evil()]
NO_FLAG: list[Any] = [None, 1, "no", []]
NO_LOGLIKELIHOODS: list[Any] = [
    (-1.0, math.nan),
    (-math.inf, -1.0),
    (math.inf, -1.0),
    (0.5, -1.0),
    ("-1", "-2"),
    "ab",
    {0: -1.0, 1: -2.0},
    (True, False),
    (None, -1.0),
    ((-1.0,), (-2.0,)),
    5,
    Evil(),
]
MALFORMED: list[tuple[str, Any]] = [
    *((name, value) for name in ("text", "error", "finish_reason", "reasoning") for value in NO_STRING),
    *(
        (name, value)
        for name in (
            "prompt_tokens",
            "completion_tokens",
            "reasoning_tokens",
            "cached_tokens",
            "log_probability_tokens",
        )
        for value in NO_COUNT
    ),
    *((name, value) for name in ("latency_seconds", "cost_usd") for value in NO_AMOUNT),
    *(("truncated", value) for value in NO_FLAG),
    *(("log_probability", value) for value in NO_LOG_PROBABILITY),
    *(("reward", value) for value in NO_REWARD),
    *(("loglikelihoods", value) for value in NO_LOGLIKELIHOODS),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED, ids=lambda value: value if isinstance(value, str) else "")
def test_d2_what_is_malformed_is_refused_and_its_field_named(name: str, value: Any) -> None:  # noqa: ANN401
    """D2: `text=5`, `cost_usd=nan`, token counts as strings: they reached the store and the report."""
    words = "log-likelihoods" if name == "loglikelihoods" else name
    with pytest.raises(Malformed, match=f"{words}|loglikelihoods"):
        validated(replace(Response(), **{name: value}))


def test_every_field_has_something_that_is_refused() -> None:
    assert {name for name, _ in MALFORMED} == set(STORED)


def test_numbers_of_a_library_become_pythons() -> None:
    given = Response(
        loglikelihoods=numpy.array([-0.5, -1.5]),  # type: ignore[arg-type] # as backends give them
        prompt_tokens=numpy.int64(3),  # type: ignore[arg-type]
        cost_usd=Decimal("0.25"),  # type: ignore[arg-type]
        truncated=numpy.bool_(True),  # type: ignore[arg-type]
        finish_reason=numpy.str_("stop"),
    )
    found = validated(given)
    assert found == Response(
        loglikelihoods=(-0.5, -1.5), prompt_tokens=3, cost_usd=0.25, truncated=True, finish_reason="stop"
    )
    assert [type(value) for value in (*(found.loglikelihoods or ()), found.prompt_tokens, found.finish_reason)] == [
        float,
        float,
        int,
        str,
    ]
    assert json.loads(json.dumps(asdict(found)))["truncated"] is True


@pytest.mark.parametrize(
    ("request_", "response", "words"),
    [
        (Request("generate", "q"), Response(), "no text"),
        (Request("generate", "q"), Response(loglikelihoods=(-1.0,)), "no text"),
        (Request("generate", "q", choices=("A", "B")), Response(text="정답: B"), "'정답: B', which is none of A, B"),
        (Request("generate", "q", choices=("A", "B")), Response(text="b"), "'b', which is none of A, B"),
        (Request("generate", "q", choices=("A", "B")), Response(text=""), "'', which is none of A, B"),
        (Request("reward", ""), Response(text="5"), "no reward"),
        (Request("loglikelihood", "q", ("a", "b")), Response(text="a"), "no log-likelihood for some option"),
        (Request("loglikelihood", "q", ("a", "b")), Response(loglikelihoods=(-1.0,)), "no log-likelihood for some"),
        (Request("loglikelihood", "q", ("a",)), Response(loglikelihoods=(-1.0, -2.0)), "no log-likelihood for some"),
    ],
)
def test_what_answers_another_kind_of_request_is_refused(request_: Request, response: Response, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        validated_answer(request_, response)


@pytest.mark.parametrize("stored", ["", "5", "null", '{"text": 5}', '["text"]', "[" * 100_000, '{"truncated": 1}'])
def test_what_is_no_stored_response_is_none(stored: str) -> None:
    assert response_of(stored) is None


def test_a_row_without_newer_fields_and_with_unknown_ones_is_read() -> None:
    assert response_of('{"text": "B", "of_tomorrow": 1}') == Response(text="B")


def test_one_of_the_choices_answers() -> None:
    response = Response(text="B")
    assert validated_answer(Request("generate", "q", choices=("A", "B")), response) is response


def test_a_secret_is_masked_in_all_that_a_model_says() -> None:
    said = Response(text="the key is sk-1234-secret", reasoning="sk-1234-secret?", finish_reason="stop")
    kept = masked(said, ["sk-1234-secret"])
    assert (kept.text, kept.reasoning, kept.finish_reason) == ("the key is ***", "***?", "stop")
    assert masked(said) is said


def test_no_backend_gives_the_earlier_answers_of_a_conversation() -> None:
    given = Response(text="둘", earlier=(Response(text="하나"),))
    assert validated(given) == Response(text="둘")
    assert response_of(json.dumps({"text": "둘", "earlier": [{"text": "하나"}]})) == Response(text="둘")


def test_a_text_without_the_log_probability_that_was_asked_for_is_no_answer() -> None:
    request = Request("generate", "q", log_probability=True)
    whole = Response("a", log_probability=-2.5, log_probability_tokens=3)
    assert validated_answer(request, whole) is whole
    for missing in ("log_probability", "log_probability_tokens"):
        with pytest.raises(Malformed, match="no log-probability of its text"):
            validated_answer(request, replace(whole, **{missing: None}))  # type: ignore[arg-type] # one that may be
    assert validated_answer(Request("generate", "q"), Response("a")) == Response("a")
