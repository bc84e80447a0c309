from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import HaeraeError, StoreError, UsageError
from pytest_haerae.plugin import channel
from pytest_haerae.plugin.channel import Client, Server
from pytest_haerae.types import Request, Response
from tests.helpers import time_limit

Serve = Callable[..., Server]


def echo(model: str, requests: Sequence[Request]) -> list[Response]:
    return [Response(text=f"{model}{request.context}") for request in requests]


@pytest.fixture(params=["a Unix socket", "loopback"])
def serve(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    if request.param == "loopback":
        monkeypatch.setattr(channel, "_LONGEST_PATH", 0)
    started: list[Server] = []

    def start(ask: channel.Ask = echo) -> Server:
        (folder := tmp_path / str(len(started))).mkdir()
        started.append(Server(folder, ask))
        return started[-1]

    yield start
    for server in started:
        server.close()
    for thread in threading.enumerate():
        if thread.name.startswith("haerae-call"):
            thread.join(5)
            assert not thread.is_alive()


def test_calls_of_several_workers_get_their_own_answers(serve: Serve) -> None:
    server = serve()

    def worker(number: int) -> list[str | None]:
        client = Client(server.address)
        try:
            return [client.ask("", [Request("generate", f"{number}.{turn}")])[0].text for turn in range(5)]
        finally:
            client.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(worker, range(4)))
    assert found == [[f"{number}.{turn}" for turn in range(5)] for number in range(4)]


def test_what_is_declared_arrives(serve: Serve) -> None:
    server = serve()
    client = Client(server.address)
    client.declare("", [Request("generate", "수도는?")])
    client.declare("small", [Request("generate", "강은?")])
    client.close()
    assert server.declared == {"": [Request("generate", "수도는?")], "small": [Request("generate", "강은?")]}


def test_a_question_reaches_the_model_that_it_is_for(serve: Serve) -> None:
    client = Client(serve().address)
    assert [client.ask(model, [Request("generate", "?")])[0].text for model in ("small", "", "large")] == [
        "small?",
        "?",
        "large?",
    ]
    client.close()


@pytest.mark.parametrize("kind", [UsageError, StoreError])
def test_what_is_raised_on_purpose_is_raised_in_the_worker(serve: Serve, kind: type[HaeraeError]) -> None:
    def refuse(model: str, requests: Sequence[Request]) -> list[Response]:
        raise kind("not for you")

    client = Client(serve(refuse).address)
    with pytest.raises(kind, match=r"^not for you$"):
        client.ask("", [Request("generate", "x")])
    client.close()


def test_any_other_exception_is_told_too(serve: Serve) -> None:
    def fail(model: str, requests: Sequence[Request]) -> list[Response]:
        raise ZeroDivisionError("by zero")

    client = Client(serve(fail).address)
    with pytest.raises(UsageError, match=r"^the controller raised ZeroDivisionError: by zero$"):
        client.ask("", [Request("generate", "x")])
    client.close()


def test_without_the_token_nobody_is_answered(serve: Serve) -> None:
    asked: list[Request] = []

    def note(model: str, requests: Sequence[Request]) -> list[Response]:
        asked.extend(requests)
        return echo(model, requests)

    server = serve(note)
    *place, token = json.loads(server.address)
    stranger = Client(json.dumps([*place, "0" * len(token)]))
    with pytest.raises(UsageError, match="controller cannot be asked"):
        stranger.ask("", [Request("generate", "x")])
    stranger.close()
    assert asked == []


def test_a_controller_that_ended_is_said(serve: Serve, tmp_path: Path) -> None:
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    address = json.dumps([*closed.getsockname(), "token"])
    closed.close()
    with pytest.raises(UsageError, match="controller cannot be asked"):
        Client(address).ask("", [Request("generate", "x")])


def test_on_another_machine_nothing_can_be_asked() -> None:
    with pytest.raises(UsageError, match="another machine"):
        Client(None)


@pytest.mark.parametrize("raised", [pytest.fail.Exception("time"), TimeoutError("time")], ids=repr)
def test_a_tests_own_time_limit_is_no_error_of_the_controllers(serve: Serve, raised: BaseException) -> None:
    """A `TimeoutError` is an `OSError`, as that of a broken connection."""
    release = threading.Event()

    def wait(model: str, requests: Sequence[Request]) -> list[Response]:
        release.wait(60)
        return echo(model, requests)

    client = Client(serve(wait).address)
    with pytest.raises(type(raised)) as caught, time_limit(raised):
        client.ask("", [Request("generate", "x")])
    release.set()
    client.close()
    assert caught.value is raised


def test_an_answer_that_nobody_waited_for_is_not_the_next_questions(serve: Serve) -> None:
    """A test's time limit rang while it waited: each later call of that worker was given the answer before."""

    class Interrupted:
        def __init__(self, stream: Any) -> None:  # noqa: ANN401 - a socket's
            self.write, self.flush, self.close = stream.write, stream.flush, stream.close

        def readline(self) -> bytes:
            raise KeyboardInterrupt

    client = Client(serve().address)
    assert client.ask("", [Request("generate", "first")])[0].text == "first"
    client._stream = Interrupted(client._stream)
    with pytest.raises(KeyboardInterrupt):
        client.ask("", [Request("generate", "second")])
    assert client.ask("", [Request("generate", "third")])[0].text == "third"
    client.close()
