"""What is wrong with a server as a whole, and what it sends that is no answer: said soon, in words, and bounded."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import resource
import shutil
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from pytest_haerae.backends.api.harmless import HARMLESS
from pytest_haerae.backends.registry import find_backend, validate_parameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import ApiServer, completion, serve
from pytest_haerae.types import Message, Request, Response
from tests.e2e.test_api import BACKENDS, KEY, command, evaluate, questions, reply
from tests.helpers import valid_report, write_questions

pytestmark = pytest.mark.server

SECONDS = 20
"""What a whole process may take on a busy machine, its imports included."""
SOON = 3.0
"""What may pass until it is said that a server is of no use."""
Make = Callable[[web.Request, str], Any]


class Faulty(ApiServer):
    """Answers what a function makes of a request and its last message; of what that leaves out, as ever."""

    def __init__(self, make: Make) -> None:
        super().__init__(reply)
        self.make = make
        self.count = 0
        self.headers: list[dict[str, str]] = []

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.count += 1
        self.headers.append(dict(request.headers))
        asked = body["messages"][-1]["content"] if "messages" in body else body["prompt"]
        made = self.make(request, asked)
        if asyncio.iscoroutine(made):
            made = await made
        if isinstance(made, web.StreamResponse):
            return made
        if isinstance(made, dict):
            return web.json_response(made)
        return await super()._serve(request)


def error(status: int, message: str, **more: str) -> web.Response:
    return web.json_response({"error": {"message": message, **more}}, status=status)


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The words of a run that ended as a usage error does."""
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    (line,) = result.stderr.strip().splitlines()
    assert KEY not in line
    return line


QUOTA = "You exceeded your current quota, please check your plan and billing details."


def ask(name: str, address: str, count: int = 4, **more: Any) -> list[Response]:  # noqa: ANN401 - any parameter
    """Ask in this process: importing litellm takes seconds.

    Raises:
        UsageError: The server is of no use.
    """
    kind = find_backend(name)
    model = "openai/m" if name == "litellm" else "m"
    values = {"model_name": model, "api_key": KEY, "api_base": address, "timeout": 5, "max_retries": 2, **more}
    with closing(kind(validate_parameters(name, kind, values))) as backend:
        requests = [Request("generate", "", messages=(Message("user", f"{number}번 문제"),)) for number in range(count)]
        return [response for _, response in sorted(backend.run(requests), key=lambda pair: pair[0])]


def refusal(name: str, address: str, **more: Any) -> str:  # noqa: ANN401 - any parameter
    """The words in which a run ends, soon, without the key."""
    # What is imported at the first request is no part of it.
    with serve(ApiServer(reply)) as sound:
        ask(name, sound.address, 1)
    began = time.monotonic()
    with pytest.raises(UsageError) as caught:
        ask(name, address, **{"max_retries": 5, **more})
    took = time.monotonic() - began
    print(f"{name}: {took:.2f} s: {caught.value}")
    assert took < SOON
    assert KEY not in str(caught.value)
    assert str(caught.value).startswith(f"--model={name}: ")
    assert address in str(caught.value)
    return str(caught.value)


def number_in(text: str) -> int:
    """The number of a question, -1 for the harmless one."""
    found = re.search(r"(\d+)번", text)
    return int(found[1]) if found else -1


NO_APIS: dict[str, tuple[Make, str]] = {
    "quota": (
        lambda request, asked: error(429, QUOTA, type="insufficient_quota", code="insufficient_quota"),
        "the quota is used up",
    ),
    "an error that came with 200": (
        lambda request, asked: {"error": {"message": "no such deployment"}},
        "200 with an error: no such deployment",
    ),
    "a page": (
        lambda request, asked: web.Response(text="<html>Sign in</html>", content_type="text/html"),
        "a page of HTML",
    ),
    "a page called JSON": (
        lambda request, asked: web.Response(text="<html>Sign in</html>", content_type="application/json"),
        "a page of HTML",
    ),
    "a stream of events": (
        lambda request, asked: web.Response(text='data: {"choices": []}\n\n', content_type="text/event-stream"),
        "a stream of events",
    ),
    "not found": (lambda request, asked: error(404, "nothing here"), "nothing here"),
    "a wait of years": (
        lambda request, asked: web.json_response({}, status=429, headers={"Retry-After": "1000000000"}),
        "asks to wait 1000000000 s",
    ),
}


@BACKENDS
@pytest.mark.parametrize("kind", NO_APIS)
def test_e2_what_is_no_api_is_asked_once(backend: str, kind: str) -> None:
    make, words = NO_APIS[kind]
    server = Faulty(make)
    with serve(server):
        assert words in refusal(backend, server.address)
    assert server.count == 1


@contextmanager
def with_certificate(folder: Path) -> Iterator[str]:
    """A server with a certificate that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)  # noqa: S607 - the system's own
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    loop = asyncio.new_event_loop()

    async def start() -> Any:  # noqa: ANN401 - asyncio's server
        return await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listener = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"https://localhost:{listener.sockets[0].getsockname()[1]}/v1"
    finally:
        loop.call_soon_threadsafe(listener.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@BACKENDS
@pytest.mark.parametrize("kind", ["connection refused", "unknown host", "certificate", "no TLS"])
def test_e1_nothing_usable_at_the_address_is_said_in_words(tmp_path: Path, backend: str, kind: str) -> None:
    addresses = {"connection refused": "http://127.0.0.1:9/v1", "unknown host": "http://no-such-host.invalid/v1"}
    with serve(ApiServer(reply)) as server, with_certificate(tmp_path) as untrusted:
        addresses |= {"certificate": untrusted, "no TLS": server.address.replace("http:", "https:")}
        assert kind in refusal(backend, addresses[kind])


def test_e1_nothing_listens_and_319_questions_wait(tmp_path: Path) -> None:
    write_questions(tmp_path, questions(319))
    with serve(ApiServer(reply)) as server:
        arguments = command("openai", server, api_base="http://127.0.0.1:9/v1", max_retries=5)
    began = time.monotonic()
    line = one_line(evaluate(tmp_path, arguments))
    took = time.monotonic() - began
    assert line == "ERROR: --model=openai: connection refused (http://127.0.0.1:9/v1)"
    print(f"the whole process: {took:.1f} s")
    assert took < SECONDS


def test_e1_a_server_without_models_is_an_api_and_one_that_is_away_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    write_questions(tmp_path, questions(40))
    with serve(ApiServer(reply, lambda number, attempt: "reset" if number and attempt < 3 else None)) as server:
        result = evaluate(tmp_path, command("openai", server))
    assert result.returncode == 0, result.stdout + result.stderr
    assert set(server.answered.values()) == {1}


@BACKENDS
def test_a12_a_refusal_of_the_first_question_is_the_error_of_its_item(tmp_path: Path, backend: str) -> None:
    write_questions(tmp_path, questions(20))
    asked: list[str] = []

    def make(request: web.Request, text: str) -> Any:  # noqa: ANN401 - as Make
        asked.append(text)
        return error(400, "filtered", code="content_filter") if number_in(text) == 0 else None

    with serve(Faulty(make)) as server:
        arguments = command(backend, server, "--max-error-rate=0.1")
        result = evaluate(tmp_path, arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    metrics = valid_report(tmp_path / ".haerae/report.json")["metrics"]
    assert (metrics["n"], metrics["errors"]) == (19, 1)
    assert asked.count(HARMLESS) == 1
    assert len(asked) == 21


def test_a12_a_run_whose_only_missing_question_is_refused_for_good_is_finished(tmp_path: Path) -> None:
    count = 20
    write_questions(tmp_path, questions(count))
    refused = count - 1
    with serve(ApiServer(reply, lambda number, attempt: "hang" if number == refused else None)) as server:
        arguments = command("openai", server, "--max-error-rate=0.1", timeout=60)
        with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.DEVNULL) as run:
            deadline = time.monotonic() + 60
            while len(server.answered) < refused and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)
            run.kill()
        assert len(server.answered) == refused
        server._fault = lambda number, attempt: "400: filtered"
        result = evaluate(tmp_path, arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / ".haerae/report.json")
    assert (report["metrics"]["n"], report["metrics"]["errors"]) == (refused, 1)
    assert set(server.answered.values()) == {1}


@BACKENDS
def test_a13_an_error_inside_a_choice_is_an_error_of_its_item(backend: str) -> None:
    def make(request: web.Request, text: str) -> Any:  # noqa: ANN401 - as Make
        code = {3: 502, 4: 400}.get(number_in(text))
        if code is None:
            return None
        broken = completion("")
        broken["choices"][0] |= {"finish_reason": "error", "error": {"code": code, "message": "upstream died"}}
        return broken

    server = Faulty(make)
    with serve(server):
        answers = ask(backend, server.address, 20)
    failed = {number: response.error for number, response in enumerate(answers) if response.error}
    assert set(failed) == {3, 4}
    assert all("upstream died" in (words or "") for words in failed.values())
    assert server.count == 18 + 3 + 1


ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "text for a count": lambda made: made["usage"].update(prompt_tokens="12"),
    "a list for a count": lambda made: made["usage"].update(completion_tokens=[2]),
    "NaN for a count": lambda made: made["usage"].update(prompt_tokens=float("nan")),
    "a negative count": lambda made: made["usage"].update(prompt_tokens=-1),
    "a list for the usage": lambda made: made.update(usage=[1]),
    "an object for the finish reason": lambda made: made["choices"][0].update(finish_reason={"a": 1}),
    "a number for the text": lambda made: made["choices"][0]["message"].update(content=5),
    "an object for the text": lambda made: made["choices"][0]["message"].update(content={"a": 1}),
    "text for the message": lambda made: made["choices"][0].update(message="(A)"),
}


@BACKENDS
def test_d2_values_of_the_wrong_kind_reach_neither_the_store_nor_the_report(tmp_path: Path, backend: str) -> None:
    """Each kind for one question, and after them sound answers."""
    write_questions(tmp_path, questions(len(ODD) + 2))

    def make(request: web.Request, text: str) -> Any:  # noqa: ANN401 - as Make
        number = number_in(text)
        made = completion("정답: (A)")
        if 0 < number <= len(ODD):
            list(ODD.values())[number - 1](made)
        return web.Response(text=json.dumps(made), content_type="application/json")

    with serve(Faulty(make)) as server:
        arguments = [*command(backend, server, max_retries=0), "--max-error-rate=1"]
        for _ in range(2):
            result = evaluate(tmp_path, [*arguments, "--reuse"])
            assert result.returncode == 0, result.stdout + result.stderr
            assert "INTERNALERROR" not in result.stdout + result.stderr
    samples = valid_report(tmp_path / ".haerae/report.json")["samples"]
    outcomes = {number: sample["outcome"] for number, sample in enumerate(samples)}
    texts = [number for number, kind in enumerate(ODD, 1) if "text" in kind.split(" for ")[-1] or "message" in kind]
    assert [number for number, outcome in outcomes.items() if outcome == "error"] == texts


@BACKENDS
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_d1_what_a_model_thought_is_no_answer_and_is_kept(backend: str, field: str) -> None:
    made = completion("")
    made["choices"][0] |= {"finish_reason": "length"}
    made["choices"][0]["message"] = {"role": "assistant", "content": None, field: "정답은 (A)인 것 같은데"}
    with serve(Faulty(lambda request, text: made)) as server:
        for response in ask(backend, server.address):
            assert (response.text, response.finish_reason) == ("", "length")
            assert response.reasoning == "정답은 (A)인 것 같은데"
            assert response.completion_tokens == 2


@BACKENDS
def test_c7_a_content_of_thinking_and_text_is_its_text(backend: str) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "정답은 (A)인 것 같은데"}]}
    made = completion("")
    made["choices"][0]["message"]["content"] = [thought, {"type": "text", "text": "정답: (B)"}]
    with serve(Faulty(lambda request, text: made)) as server:
        for response in ask(backend, server.address):
            assert (response.text, response.reasoning) == ("정답: (B)", "정답은 (A)인 것 같은데")


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(200):
        await response.write(b" ")
        await asyncio.sleep(0.5)
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": "')
    while True:
        await response.write(bytes(2**16))


def bomb() -> bytes:
    """Some megabytes that unpack to some thousands: after a full flush the same bytes unpack to the same again."""
    packer = zlib.compressobj(9, wbits=31)
    begin = packer.compress(b'{"a": "') + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(b"0" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + piece * 4000


@BACKENDS
def test_e4_a_byte_now_and_then_does_not_outlive_the_time_limit(backend: str) -> None:
    with serve(Faulty(lambda request, asked: drip(request))) as server:
        began = time.monotonic()
        (response,) = ask(backend, server.address, 1, timeout=1.5, max_retries=0)
        assert time.monotonic() - began < SECONDS
    assert response.error == f"{backend}: no whole answer within 1.5 s (timeout)"


@BACKENDS
@pytest.mark.parametrize("kind", ["endless", "bomb"])
def test_e4_a_body_without_end_is_left_before_the_memory_is(backend: str, kind: str) -> None:
    packed = bomb()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    def make(request: web.Request, text: str) -> Any:  # noqa: ANN401 - as Make
        return endless(request) if kind == "endless" else web.Response(body=packed, headers=headers)

    server = Faulty(make)
    with serve(server):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert "longer than 64 MB" in refusal(backend, server.address)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert server.count == 1
    assert grown < 400_000, f"{grown} kB"


@BACKENDS
def test_a_packed_answer_is_read(backend: str) -> None:
    packed = gzip.compress(json.dumps(completion("정답: (A)")).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    with serve(Faulty(lambda request, asked: web.Response(body=packed, headers=headers))) as server:
        assert {response.text for response in ask(backend, server.address)} == {"정답: (A)"}


def test_e5_a_wait_that_a_server_asks_for_is_shown(tmp_path: Path) -> None:
    write_questions(tmp_path, questions(2))
    waited: list[str] = []

    def make(request: web.Request, text: str) -> Any:  # noqa: ANN401 - as Make
        if waited:
            return None
        waited.append(text)
        return web.json_response({}, status=429, headers={"Retry-After": "6"})

    with serve(Faulty(make)) as server:
        result = evaluate(tmp_path, command("openai", server))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "haerae: the server asks to wait 6 s (Retry-After); waiting" in result.stderr
    assert "the server asked to wait once (Retry-After), 6 s at most" in result.stdout


@pytest.mark.parametrize("model", ["openai", "litellm", "litellm, another provider"])
def test_f1_keys_are_never_sent_on_to_another_host(model: str) -> None:
    # Another provider has another client in litellm, and another header for its key.
    more = {"model_name": "anthropic/claude-3-haiku-20240307"} if "another" in model else {}
    asked: list[str] = []

    async def steal(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("X-API-Key", ""))
        return web.json_response(completion("(A)"))

    with served(steal) as other:

        async def redirect(request: web.Request) -> web.StreamResponse:
            raise web.HTTPTemporaryRedirect(f"{other}/chat/completions")

        with served(redirect) as address:
            line = refusal(model.partition(",")[0], address, extra_headers={"X-API-Key": KEY}, **more)
    assert "redirects to another host" in line
    assert asked == []


@contextmanager
def served(handle: Callable[[web.Request], Any]) -> Iterator[str]:
    """Serve one handler for every path of the loopback network's own port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> web.AppRunner:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@BACKENDS
@pytest.mark.parametrize("given", [{"api_base": "127.0.0.1:8000/v1"}, {"api_key": f"{KEY}\n"}])
def test_e3_what_cannot_be_sent_is_refused_before_anything_is(
    tmp_path: Path, backend: str, given: dict[str, str]
) -> None:
    write_questions(tmp_path, questions(4))
    with serve(Faulty(lambda request, asked: None)) as server:
        line = one_line(evaluate(tmp_path, command(backend, server, **given)))
    (name,) = given
    assert f"--model-params of {backend}: {name}: " in line
    assert isinstance(server, Faulty)
    assert server.count == 0


def test_e3_a_key_of_the_environment_with_a_line_break_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_questions(tmp_path, questions(4))
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    with serve(Faulty(lambda request, asked: None)) as server:
        line = one_line(evaluate(tmp_path, command("openai", server, api_key=None)))
    assert "the API key cannot be sent: it has a line break" in line
    assert isinstance(server, Faulty)
    assert server.count == 0
