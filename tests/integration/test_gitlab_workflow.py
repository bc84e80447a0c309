"""GitLab's job of ``init --ci``: its shell is run, against a loopback server in the place of GitLab's API."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
import yaml

from pytest_haerae.doors.command_line.init.workflows import TEMPLATES
from tests.integration.workflows import MARK, RESULTS, Checkout, gates

pytestmark = pytest.mark.slow


class GitLabApi(HTTPServer):
    """The addresses of GitLab that the job asks: an archive of artifacts, and the notes of a merge request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.archive: Path | None = None
        self.notes: list[dict[str, Any]] = [{"id": 1, "body": f"{MARK} it was me", "author": {"id": 8}}]
        self.asked: list[tuple[str, str, str | None]] = []


class _Answers(BaseHTTPRequestHandler):
    server: GitLabApi

    def do_GET(self) -> None:
        self._note()
        if self.path.startswith("/v4/projects/5/jobs/artifacts/main/download?job=haerae"):
            archive = self.server.archive
            self._answer(200 if archive else 404, archive.read_bytes() if archive else b"")
        elif self.path == "/v4/user":
            self._answer(200, json.dumps({"id": 9}).encode())
        else:
            self._answer(200, json.dumps(self.server.notes).encode())

    def do_POST(self) -> None:
        self._note()
        self.server.notes.append({"id": 2, "body": self._body(), "author": {"id": 9}})
        self._answer(201, b"{}")

    def do_PUT(self) -> None:
        self._note()
        self.server.notes[int(self.path.rpartition("/")[2]) - 1]["body"] = self._body()
        self._answer(200, b"{}")

    def _note(self) -> None:
        token = self.headers["Authorization"] or self.headers["JOB-TOKEN"]
        self.server.asked.append((self.command, self.path.partition("?")[0], token))

    def _body(self) -> str:
        return parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["body"][0]

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def gitlab() -> Iterator[GitLabApi]:
    if not shutil.which("curl"):
        pytest.skip("the job asks with curl, which is not here")
    server = GitLabApi()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def gitlab_job(
    checkout: Checkout, api: GitLabApi, name: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a job as GitLab does: the token is given to those of its environment."""
    job = JOBS[name]
    given = {
        **{name: value for name, value in job.get("variables", {}).items() if "$" not in value},
        "PACKAGE": "pytest-haerae",
        "OPTIONS": "--model=always",
        "CI_API_V4_URL": f"http://127.0.0.1:{api.server_port}/v4",
        "CI_PROJECT_ID": "5",
        "CI_DEFAULT_BRANCH": "main",
        "CI_JOB_TOKEN": "job-token",
        "CI_JOB_URL": f"https://gitlab.invalid/jobs/{name}",
        **environment,
    }
    if job.get("environment", {}).get("name") != SCOPE:
        given.pop("HAERAE_TOKEN", None)
    return checkout.shell("\n".join([*job.get("before_script", ()), *job["script"]]), given, "sh", "-e", "-c")


def pipeline(checkout: Checkout, api: GitLabApi, letter: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the jobs of a branch or of a merge request, in order; what that ended with which evaluates."""
    given = {"LETTER": letter, **environment}
    if "CI_MERGE_REQUEST_IID" not in environment:
        return gitlab_job(checkout, api, "haerae", given)
    shutil.rmtree(checkout.folder / RESULTS, ignore_errors=True)
    before = gitlab_job(checkout, api, "haerae-baseline", given)
    assert before.returncode == 0, before.stderr
    result = gitlab_job(checkout, api, "haerae", given)
    after = gitlab_job(checkout, api, "haerae-comment", given)
    assert after.returncode == 0, after.stderr
    return subprocess.CompletedProcess([], result.returncode, before.stdout + result.stdout, result.stderr)


def junit(checkout: Checkout) -> dict[str, bool]:
    """Whether each test of the job's file failed."""
    found = ElementTree.parse(checkout.folder / RESULTS / "junit.xml").getroot().iter("testcase")  # noqa: S314 - our own
    return {case.get("name") or "": case.find("failure") is not None for case in found}


SCOPE = "haerae"
JOBS = yaml.safe_load((TEMPLATES / "gitlab.yml").read_text(encoding="utf-8"))
OWN_TOKEN = {"HAERAE_TOKEN": "project-token"}
MERGE = {"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "5"}


def on_main(checkout: Checkout, gitlab: GitLabApi) -> None:
    """Measure the baseline, and keep it as GitLab keeps the job's artifacts."""
    main = pipeline(checkout, gitlab, "A")
    assert main.returncode == 0, main.stdout + main.stderr
    gitlab.archive = checkout.programs / "artifacts.zip"
    with ZipFile(gitlab.archive, "w") as archive:
        archive.write(checkout.folder / RESULTS / "baseline.json", f"{RESULTS}/baseline.json")
    gitlab.asked.clear()


def test_gitlab_measures_its_branch_and_compares_a_merge_request_with_it(checkout: Checkout, gitlab: GitLabApi) -> None:
    first = pipeline(checkout, gitlab, "B", **MERGE)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "no pipeline of main has a baseline yet" in first.stdout
    assert gates(checkout) == {}
    on_main(checkout, gitlab)

    for times in (1, 2):
        worse = pipeline(checkout, gitlab, "B", **MERGE, **OWN_TOKEN)
        assert worse.returncode == 1, worse.stdout + worse.stderr
        assert gates(checkout) == {"baseline": "failed"}
        assert len(gitlab.notes) == 2, f"the comment of run {times}"
        assert gitlab.notes[1]["body"].startswith(f"{MARK}\n## pytest-haerae")
        assert gitlab.notes[1]["body"].endswith("(https://gitlab.invalid/jobs/haerae/artifacts/browse)\n")
    assert gitlab.notes[0]["body"] == f"{MARK} it was me", "somebody else's comment stays as it is"
    notes = "/v4/projects/5/merge_requests/7/notes"
    assert [(method, path) for method, path, _ in gitlab.asked if "notes" in path] == [
        ("GET", notes),
        ("POST", notes),
        ("GET", notes),
        ("PUT", f"{notes}/2"),
    ]
    assert {token for *_, token in gitlab.asked} == {"Bearer project-token"}


def test_gitlab_without_a_token_of_ones_own_comments_nothing(checkout: Checkout, gitlab: GitLabApi) -> None:
    assert pipeline(checkout, gitlab, "A", **MERGE).returncode == 0
    assert [(method, token) for method, _, token in gitlab.asked] == [("GET", "job-token")]


def test_gitlab_shows_a_merge_request_the_tests_that_fail_since(checkout: Checkout, gitlab: GitLabApi) -> None:
    """It was shown the wrong items of the branch, which no gate judges, as failures that were mended."""
    on_main(checkout, gitlab)
    before = junit(checkout)
    assert pipeline(checkout, gitlab, "B", **MERGE).returncode == 1
    after = junit(checkout)
    assert before == dict.fromkeys(after, False)
    assert after == dict.fromkeys(before, True)


def test_gitlab_runs_no_code_of_the_repository_with_the_token(
    checkout: Checkout, gitlab: GitLabApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the variable is given to every job."""
    with_token = {name for name, job in JOBS.items() if job.get("environment", {}).get("name") == SCOPE}
    assert with_token == {"haerae-baseline", "haerae-comment"}
    assert all(JOBS[name]["environment"]["action"] == "access" for name in with_token), "nothing is deployed"
    for name in with_token:
        script = "\n".join([*JOBS[name].get("before_script", ()), *JOBS[name]["script"]])
        assert not re.search(r"\bpip install|\bpytest \"|\bpython (?!-I)", script)
    monkeypatch.setitem(JOBS["haerae"], "environment", {"name": SCOPE})
    checkout.program("pip", '#!/bin/sh\necho "token: $HAERAE_TOKEN"\n')
    told = gitlab_job(checkout, gitlab, "haerae", {"LETTER": "A", **OWN_TOKEN})
    assert told.stdout.startswith(
        "HAERAE_TOKEN is given to this job, too: set the environment scope of this variable to haerae\ntoken: \n"
    )
