from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.plugin.call_json import (
    requests_from_json,
    requests_to_json,
    responses_from_json,
    responses_to_json,
)
from pytest_haerae.types import Message, Request, Response

NUMBERS = st.integers() | st.floats(allow_nan=False)
TEXTS = st.text(max_size=8)
MESSAGES = st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXTS), min_size=1)
REQUESTS = st.builds(
    Request,
    st.sampled_from(["generate", "loglikelihood"]),
    TEXTS,
    st.lists(TEXTS).map(tuple),
    st.none() | MESSAGES.map(tuple),
    st.lists(TEXTS).map(tuple),
    st.dictionaries(TEXTS, NUMBERS | st.lists(st.tuples(st.integers(0), NUMBERS)).map(tuple)).map(
        lambda found: tuple(found.items())
    ),
    st.integers(0),
    st.lists(TEXTS).map(tuple),
    st.booleans(),
)
RESPONSES = st.builds(
    Response,
    st.none() | TEXTS,
    st.none() | st.lists(st.floats(max_value=0, allow_nan=False), min_size=1).map(tuple),
    st.none() | TEXTS,
    st.none() | st.integers(0),
    truncated=st.booleans(),
    latency_seconds=st.none() | st.floats(0, allow_nan=False),
    reasoning=st.none() | TEXTS,
    log_probability=st.none() | st.floats(max_value=0, allow_nan=False),
)


@given(st.lists(REQUESTS))
def test_requests_arrive_as_they_were(requests: list[Request]) -> None:
    arrived = requests_from_json(json.loads(json.dumps(requests_to_json(requests))))
    assert (arrived, list(map(hash, arrived))) == (requests, list(map(hash, requests)))


@given(st.lists(RESPONSES))
def test_responses_arrive_as_they_were(responses: list[Response]) -> None:
    assert responses_from_json(json.loads(json.dumps(responses_to_json(responses)))) == responses
