"""A key reaches the server and nothing else, whichever way it is given and however the server repeats it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import ApiServer, serve
from tests.e2e.test_api import command, evaluate, questions, reply
from tests.helpers import valid_report, write_questions

pytestmark = pytest.mark.server

SECRET = "geheim-7f3a9c1e"  # noqa: S105 - the one that is looked for
"""Of no well-known shape: only who knows it can mask it."""
RECORD = """
import pytest

def pytest_configure(config):
    if hasattr(config, "workerinput"):
        return
    from xdist.workermanage import WorkerController
    receive = WorkerController.process_from_remote

    def record(self, event):
        with open("traffic.txt", "a") as file:
            file.write(repr(event) + chr(10))
        return receive(self, event)

    WorkerController.process_from_remote = record

@pytest.fixture(autouse=True)
def prints(haerae_verdict):
    print(haerae_verdict)
"""


def given(way: str, address: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Model parameters and environment that carry the secret in one way."""
    if way == "parameter":
        return {"api_key": SECRET}, {}
    if way == "environment":
        return {"api_key": None}, {"OPENAI_API_KEY": SECRET}
    if way == "header":
        return {"api_key": "not-needed", "extra_headers": {"Authorization": f"Bearer {SECRET}"}}, {}
    return {"api_key": "not-needed", "api_base": address.replace("http://", f"http://user:{SECRET}@")}, {}


@pytest.mark.parametrize(
    ("way", "refused"),
    [
        ("parameter", "some"),
        ("environment", "some"),
        ("environment", "all"),
        ("header", "some"),
        ("header", "all"),
        ("url", "some"),
    ],
)
def test_no_output_has_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, refused: str) -> None:
    encoded = base64.b64encode(f"user:{SECRET}".encode()).decode()
    words = f"you sent {SECRET} as Bearer {SECRET}, Basic {encoded} and https://user:{SECRET}@host/?key={SECRET}"
    if way == "url":
        words += f", decoded from {encoded}"
    write_questions(tmp_path, questions(12))
    (tmp_path / "conftest.py").write_text(RECORD, encoding="utf-8")
    status = "401" if refused == "all" else "400"

    def fault(number: int, attempt: int) -> str | None:
        return f"{status}: {words}" if refused == "all" or number % 3 == 2 else None

    options = ["-n2", "-vv", "-rA", "--tb=long", "--showlocals", "--full-trace", "--debug", "--junitxml=junit.xml"]
    with serve(ApiServer(reply, fault)) as server:
        parameters, environment = given(way, server.address)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        arguments = command("openai", server, *options, **parameters)
        # pytest and xdist write down and hand on the command line itself: who cares gives parameters in a file.
        place = next(place for place, text in enumerate(arguments) if text.startswith("--model-params="))
        (tmp_path / "parameters.json").write_text(arguments[place].partition("=")[2], encoding="utf-8")
        arguments[place] = "--model-params=@parameters.json"
        result = evaluate(tmp_path, arguments)
    assert server.keys == {f"Basic {encoded}" if way == "url" else f"Bearer {SECRET}"}
    expected = pytest.ExitCode.USAGE_ERROR if refused == "all" else pytest.ExitCode.TESTS_FAILED
    assert result.returncode == expected, result.stdout + result.stderr
    assert "you sent ***" in (result.stderr if refused == "all" else result.stdout)
    assert "workerready" in (tmp_path / "traffic.txt").read_text(encoding="utf-8")
    if refused == "some":
        report = valid_report(tmp_path / ".haerae/report.json")
        assert report["metrics"]["errors"] == 4
        assert "you sent ***" in json.dumps(report)
        assert "you sent ***" in (tmp_path / "junit.xml").read_text(encoding="utf-8")
    outputs = {"stdout": result.stdout.encode(), "stderr": result.stderr.encode()} | {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name not in ("parameters.json", "conftest.py")
    }
    assert ".haerae/responses.sqlite" in outputs
    for name, content in outputs.items():
        for secret in (SECRET, encoded):
            assert secret.encode() not in content, name
