"""A real judge in the loop: the 270M model behind llama.cpp's server answers, and grades what it answered."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.e2e.server_process import LLAMA_CPP, serving
from tests.helpers import ROOT, valid_report

pytestmark = [pytest.mark.server, pytest.mark.engine]

TEMPLATE = """
kind = "choice"
text = "질문: {question}\\n답: {answer}\\n이 답이 정답 {reference}와 같은지 예 또는 아니오로 쓰십시오.\\n판정:"
again = "예 또는 아니오로만 쓰십시오. 판정:"

[verdicts]
"예" = "correct"
"아니오" = "wrong"
"""


class Relay:
    """Hands requests on to a server, and keeps a ledger of those that it answered."""

    def __init__(self, target: str) -> None:
        self.target = target.removesuffix("/v1")
        self.answered: Counter[str] = Counter()
        self.address = ""

    @contextmanager
    def serve(self) -> Iterator[Relay]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.hand_on(None)

            def do_POST(self) -> None:
                self.hand_on(self.rfile.read(int(self.headers["Content-Length"])))

            def hand_on(self, body: bytes | None) -> None:
                headers = {"Content-Type": "application/json"}
                request = urllib.request.Request(relay.target + self.path, data=body, headers=headers)  # noqa: S310 - loopback
                with urllib.request.urlopen(request, timeout=120) as found:  # noqa: S310 - loopback
                    content = found.read()
                if body is not None:
                    asked = json.loads(body)
                    relay.answered[json.dumps(asked.get("messages", asked.get("prompt")), ensure_ascii=False)] += 1
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: a killed client breaks its connection."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda request, address: None  # type: ignore[assignment, method-assign] # as above
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("xllamacpp")
    with serving(["-c", LLAMA_CPP, "PORT"], tmp_path_factory.mktemp("server") / "log") as found:
        yield found


def command(folder: Path, relay: Relay, name: str) -> list[str]:
    reached = {"model_name": "gemma", "api_base": relay.address, "api_key": "not-needed", "max_concurrency": 1}
    scorer = {"scorer": "judge", "template": str(folder / "mine.toml")}
    return [
        *(sys.executable, "-m", "pytest", str(ROOT / "suites"), f"--rootdir={folder}", "-p", "no:cacheprovider"),
        *("--dataset=sample", "--subset=csat_socio,history,loan_words,rare_words", "--limit=1"),
        *("--model=openai", f"--model-params={json.dumps({**reached, 'max_tokens': 12})}"),
        *("--judge=openai", f"--judge-params={json.dumps({**reached, 'max_tokens': 4})}"),
        *(f"--evaluator-params={json.dumps(scorer)}", "--max-unjudged=1"),
        *(f"--store={folder}/{name}.sqlite", f"--output-file={folder}/{name}.json"),
    ]


def parts(report: Path) -> str:
    """Metrics and samples, but for what the server had in its cache when it was asked."""
    found = valid_report(report)
    for row in found["samples"]:
        row["tokens"].pop("cached", None)
    return json.dumps([found["metrics"], found["samples"]])


def test_a_kill_in_either_batch_costs_what_was_in_flight(address: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TEMPLATE, encoding="utf-8")
    relay = Relay(address)
    with relay.serve():
        finish(tmp_path, relay, "undisturbed")
        undisturbed = valid_report(tmp_path / "undisturbed.json")
        items = len(undisturbed["samples"])
        assert undisturbed["info"]["judging"]["responses"]["computed"] >= items - undisturbed["metrics"]["invalid"]
        assert undisturbed["info"]["judging"]["tokens"]["completion"]
        for name, place in (("first", 2), ("second", items + 2)):
            relay.answered.clear()
            with subprocess.Popen(command(tmp_path, relay, name), cwd=tmp_path, stdout=subprocess.DEVNULL) as run:
                deadline = time.monotonic() + 120
                while relay.answered.total() < place:
                    assert run.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.002)
                run.kill()
            time.sleep(2)
            finish(tmp_path, relay, name)
            assert sum(count - 1 for count in relay.answered.values()) <= 1, "what was in flight at the kill"
            assert parts(tmp_path / f"{name}.json") == parts(tmp_path / "undisturbed.json")


def finish(folder: Path, relay: Relay, name: str) -> None:
    """Run to the end, with a store and a report of this name."""
    result = subprocess.run(command(folder, relay, name), cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
