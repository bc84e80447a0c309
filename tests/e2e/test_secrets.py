"""A key reaches the server and nothing else, whichever way it is given and however the server repeats it."""

from __future__ import annotations

import base64
import html
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

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


def forms(secret: str) -> dict[str, str]:
    """A secret in the ways in which it may come back."""
    octets = secret.encode()
    return {
        "raw": secret,
        **{f"base64 after {place}": base64.b64encode(bytes(place) + octets).decode() for place in range(3)},
        "basic": base64.b64encode(f"user:{secret}".encode()).decode(),
        "url-safe base64": base64.urlsafe_b64encode(f"?>{secret}".encode()).decode(),
        "percent": quote(secret, safe=""),
        "every octet": "".join(f"%{octet:02X}" for octet in octets),
        "JSON": json.dumps(secret)[1:-1],
        "JSON in JSON": json.dumps(json.dumps(secret))[1:-1],
        "HTML": html.escape(secret),
        "hexadecimal": octets.hex(),
        "query": f"https://host/v1?q={quote_plus(secret)}&a=b",
    }


ODD = 'geheim/7f "3a+9c&1e'
"""A secret that every way of writing writes in another way."""


@pytest.mark.parametrize("way", ["key", "unusual header", "query"])
def test_no_output_has_a_key_that_the_model_or_the_server_repeats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """F1: in an answer, in an error, in headers of any name, in a query; in every form, in every file."""
    secret = SECRET if way == "key" else ODD
    repeated = forms(secret)
    words = " and ".join(repeated.values())
    write_questions(tmp_path, questions(9))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    def echo(number: int, body: dict[str, Any]) -> str:
        return f"{words}\n정답: ({'ABCD'[number % 2]})"

    def fault(number: int, attempt: int) -> str | None:
        return f"400: {words}" if number == 2 else None

    with serve(ApiServer(echo, fault)) as server:
        ways: dict[str, dict[str, Any]] = {
            "key": {"api_key": secret},
            "unusual header": {"api_key": "not-needed", "extra_headers": {"X-Corp-Tenant": secret}},
            "query": {"api_key": "not-needed", "extra_body": {"proxy": f"http://p/?tenant={quote_plus(secret)}"}},
        }
        outputs = ["--report-html=r.html", "--report-md=r.md", "--junitxml=j.xml", "--max-error-rate=0.5"]
        options = ["-vv", "-rA", "--showlocals", "--min-accuracy=0.9", "--baseline-write=b.json", *outputs]
        arguments = command("openai", server, *options, **ways[way])
        place = next(place for place, text in enumerate(arguments) if text.startswith("--model-params="))
        monkeypatch.setenv("HAERAE_MODEL_PARAMS", arguments.pop(place).partition("=")[2])
        result = evaluate(tmp_path, arguments)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout + result.stderr
    report = valid_report(tmp_path / ".haerae/report.json")
    assert (report["metrics"]["errors"], report["metrics"]["n"]) == (1, 8)
    assert report["samples"][0]["prediction"] == "A", "what was masked is not what was read"
    export = [sys.executable, "-c", EXPORT, "export", ".haerae/report.json", "--csv=r.csv", "--parquet=r.parquet"]
    subprocess.run(export, cwd=tmp_path, check=True, capture_output=True)
    found = {"stdout": result.stdout.encode(), "stderr": result.stderr.encode()}
    found |= {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"responses.sqlite", "report.json", "r.html", "r.md", "j.xml", "summary.md", "r.csv", "r.parquet"} <= {
        *found
    }
    for name, content in found.items():
        for form, text in repeated.items():
            core = text.removeprefix("https://host/v1?q=").removesuffix("&a=b").rstrip("=")
            assert core.encode() not in content, (name, form)
            assert json.dumps(core)[1:-1].encode() not in content, (name, form)


EXPORT = "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main(sys.argv[1:]))"
BREAKS = """
import json, os

def pytest_runtest_logfinish(nodeid):
    parameters = json.loads(os.environ["HAERAE_MODEL_PARAMS"])
    padded = {"long": "x" * 200, **parameters}
    raise RuntimeError("the server said: " + parameters["api_key"])
"""


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_no_traceback_of_an_internal_error_has_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: list[str]
) -> None:
    """F1: --showlocals shows the variables of every function on the way."""
    write_questions(tmp_path, questions(2))
    (tmp_path / "conftest.py").write_text(BREAKS, encoding="utf-8")
    monkeypatch.setenv("HAERAE_MODEL_PARAMS", json.dumps({"api_key": SECRET, "model_name": "m"}))
    arguments = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", "--showlocals", *workers]
    with serve(ApiServer(reply)) as server:
        parameters = {"model_name": "m", "api_base": server.address, "api_key": SECRET}
        monkeypatch.setenv("HAERAE_MODEL_PARAMS", json.dumps(parameters))
        result = evaluate(tmp_path, [*arguments, "--model=openai"])
    shown = result.stdout + result.stderr
    assert "INTERNALERROR" in shown
    assert "***" in shown
    for part in (SECRET, SECRET[:7], SECRET[-7:]):
        assert part not in shown


@pytest.mark.parametrize("where", ["environment", "command line"])
@pytest.mark.parametrize("text", ['{{"api_key": "{}" "a": 1}}', "api_key={},half-of-{}", "{}", '["{}"]', '{{"a": "{}'])
def test_no_mistake_in_parameters_prints_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, text: str
) -> None:
    """F1: what cannot be parsed may be a key."""
    write_questions(tmp_path, questions(2))
    text = text.replace("{}", SECRET).replace("{{", "{").replace("}}", "}")
    arguments = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", "--model=openai"]
    if where == "environment":
        monkeypatch.setenv("HAERAE_MODEL_PARAMS", text)
    else:
        arguments.append(f"--model-params={text}")
    result = evaluate(tmp_path, arguments)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert SECRET not in result.stdout + result.stderr
    assert len([line for line in result.stderr.splitlines() if line.strip()]) == 1
