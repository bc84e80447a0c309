from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

import pytest

from pytest_haerae import UsageError
from pytest_haerae.testing import TRANSIENT_FAULTS, ApiServer, serve


def ask(server: ApiServer, number: int, endpoint: str = "chat/completions") -> Any:  # noqa: ANN401 - JSON
    content = f"{number}번 문제: 옳은 것은?"
    body = {"prompt": content} if endpoint == "completions" else {"messages": [{"role": "user", "content": content}]}
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{server.address}/{endpoint}", json.dumps(body).encode(), {"Authorization": "Bearer x"}
    )
    with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def test_it_answers_by_number_and_counts() -> None:
    with serve(ApiServer(lambda number, body: f"{number * 2}")) as server:
        assert ask(server, 4)["choices"][0]["message"]["content"] == "8"
        assert ask(server, 4, "completions")["choices"][0]["text"] == "8"
    assert (server.attempts, server.answered) == ({4: 2}, {4: 2})
    assert server.bodies[1] == {"prompt": "4번 문제: 옳은 것은?"}
    assert server.keys == {"Bearer x"}
    assert (server.in_flight, server.most_at_once) == (0, 1)


@pytest.mark.parametrize("fault", [each for each in TRANSIENT_FAULTS if each not in ("hang", "slow")])
def test_each_fault_is_no_answer_and_the_next_attempt_is_one(fault: str) -> None:
    with serve(ApiServer(lambda number, body: "x", lambda number, attempt: fault if attempt == 1 else None)) as server:
        try:
            wrong = ask(server, 1)
        except (urllib.error.HTTPError, HTTPException, ValueError, OSError):
            pass
        else:
            assert not wrong.get("choices")
        assert ask(server, 1)["choices"][0]["text"] == "x"
    assert (server.attempts, server.answered) == ({1: 2}, {1: 1})


def test_a_refusal_has_the_words_it_is_given() -> None:
    with (
        serve(ApiServer(lambda number, body: "x", lambda number, attempt: "401: invalid key")) as server,
        pytest.raises(urllib.error.HTTPError) as caught,
    ):
        ask(server, 1)
    with caught.value as refused:
        assert (refused.code, json.load(refused)["error"]["message"]) == (401, "invalid key")


def test_it_says_which_extra_brings_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with (
        pytest.raises(UsageError, match=r"needs aiohttp: pip install 'pytest-haerae\[openai\]'"),
        serve(ApiServer(lambda number, body: "x")),
    ):
        pass


@pytest.mark.parametrize("endpoint", ["chat/completions", "completions"])
def test_it_tells_log_probabilities_where_it_is_to_and_is_asked(endpoint: str) -> None:
    asked = {"messages": [{"content": "1번 문제"}]} if endpoint.startswith("chat") else {"prompt": "1번 문제"}
    for told, wanted in ((None, 1), (lambda character: -1.0, 0), (lambda character: -1.0, 1)):
        with serve(ApiServer(lambda number, body: "가나", log_probability=told)) as server:
            data = json.dumps({**asked, "logprobs": wanted}).encode()
            call = urllib.request.Request(f"{server.address}/{endpoint}", data, {"Content-Type": "application/json"})  # noqa: S310 - our own
            with urllib.request.urlopen(call, timeout=2) as answer:  # noqa: S310 - our own server
                found = json.load(answer)["choices"][0].get("logprobs")
        if told is None or not wanted:
            assert found is None
        elif endpoint == "completions":
            assert found == {"tokens": ["가", "나"], "token_logprobs": [-1.0, -1.0]}
        else:
            assert found == {"content": [{"token": each, "logprob": -1.0} for each in "가나"]}
