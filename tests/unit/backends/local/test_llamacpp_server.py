"""What llama.cpp's server is asked; the real one is in tests/e2e."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.llamacpp_server import LISTED, EmbeddedServer, start
from pytest_haerae.errors import BackendFailure, UsageError
from tests.unit.backends.local.llamacpp_engine import Engine, Served
from tests.unit.backends.small_model import VOCABULARY, distribution

TOKENS = st.integers(0, len(VOCABULARY) - 1)


@given(prompt=st.lists(TOKENS, min_size=1, max_size=4), wanted=st.lists(TOKENS, min_size=1, max_size=6, unique=True))
def test_next_tokens_have_the_numbers_of_the_full_softmax_however_few_are_listed(
    prompt: list[int], wanted: list[int]
) -> None:
    expected = distribution(prompt)
    for listed in (0, 2, len(VOCABULARY)):
        engine = Engine()
        engine.listed = listed  # type: ignore[misc]
        found = Served(engine).next_logprobs(tuple(prompt), wanted, 0, fresh=True)
        assert found == {token: pytest.approx(expected[token]) for token in wanted}
        assert [body["n_probs"] for body in engine.bodies] == [
            LISTED if len(wanted) > 1 else 1,
            *[1] * (len(engine.bodies) - 1),
        ]
        assert len(engine.bodies) <= len(wanted)


def test_a_slot_is_evaluated_anew_where_it_is_asked_for_and_never_for_the_next_request() -> None:
    engine = Engine()
    engine.listed = 0  # type: ignore[misc]
    Served(engine).next_logprobs((1, 2), (3, 4), 5, fresh=True)
    assert [(body["id_slot"], body["cache_prompt"]) for body in engine.bodies] == [(5, False), (5, True)]


def test_a_token_that_is_not_in_the_whole_list_is_named() -> None:
    engine = Engine()
    engine.hidden = frozenset({3})  # type: ignore[misc]
    with pytest.raises(BackendFailure, match="no log-probability for token 3 among all"):
        Served(engine).next_logprobs((1, 2), (3, 4), 0, fresh=True)


@pytest.mark.parametrize("error", [{"message": "too long"}, {"code": "too long"}])
def test_what_is_refused_is_in_the_servers_words(error: object) -> None:
    engine = Engine()
    engine.handle_completions = lambda body: {"error": error}  # type: ignore[method-assign]
    with pytest.raises(BackendFailure, match="too long"):
        Served(engine).complete((1,), 0, cache=True)


class Listener(BaseHTTPRequestHandler):
    """Answers with the path and the body that it got."""

    def do_GET(self) -> None:
        self._answer({"data": [{"meta": {"n_vocab": 7}}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert (self.headers["Content-Type"], body.get("add_special", True)) == ("application/json", True)
        self._answer({"tokens": [ord(letter) for letter in body.get("content", "")], "prompt": body.get("messages")})

    def _answer(self, content: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *given: object) -> None:
        """Nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_its_listener_tokenizes_and_applies_the_template(address: str) -> None:
    server = EmbeddedServer(SimpleNamespace(listening_address=address))
    assert server.vocabulary_size == 7
    assert server.tokenize("가A") == (ord("가"), ord("A"))
    assert server.chat([{"role": "user", "content": "가"}]) == "[{'role': 'user', 'content': '가'}]"


class Library:
    """`xllamacpp`, as far as it is used."""

    given: ClassVar[list[Any]] = []

    class CommonParams:
        def __init__(self) -> None:
            self.model, self.cpuparams, self.cpuparams_batch = (SimpleNamespace() for _ in range(3))

    class Server:
        listening_address = ""

        def __init__(self, settings: Any) -> None:  # noqa: ANN401 - the library's own
            Library.given.append(settings)
            raise RuntimeError("bad magic")


def test_a_model_that_cannot_be_loaded_is_named_with_the_librarys_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", Library)
    with pytest.raises(UsageError, match=r"llamacpp cannot load m\.gguf: .*\(bad magic\)"):
        start(Path("m.gguf"), context_size=10, parallel=3, threads=2, gpu_layers=-1)
    (settings,) = Library.given
    assert (settings.n_ctx, settings.n_parallel, settings.hostnames) == (30, 3, ["127.0.0.1"])


def test_a_library_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UsageError, match=r"pip install 'pytest-haerae\[llamacpp\]'"):
        start(Path("m.gguf"), context_size=10, parallel=1, threads=1, gpu_layers=0)
