"""What kill -9 leaves of a run through a batch endpoint, at every moment: the ledger has nothing paid twice.

A run is a fork of this process, which has imported all that it needs. It is killed before each statement of its store,
before each of its requests is done, and before each of its answers is sent. Some of the runs that go on are killed,
too, as they attach again.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pytest_haerae import Evaluator
from tests.batch_server import PROCESS, batch_server_process
from tests.helpers import QUESTIONS, valid_report, write_questions

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a run is a fork of this process"),
    # pytest-xdist has a thread of its own, which no fork needs.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

SEED = 20261127
COUNT = len(QUESTIONS)
LATER_KILLS = 4
"""One of so many runs is killed again as it goes on."""
SECONDS = 60


@dataclass(frozen=True)
class Provider:
    """The server's process."""

    address: str

    def control(self, **told: object) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.address.removesuffix("/v1") + "/control", json.dumps(told).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - loopback
            found: dict[str, Any] = json.load(answer)
        return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that is no disk where there is one: hundreds of stores are closed here, and each close waits for it."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(dir=shared_memory if os.access(shared_memory, os.W_OK) else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with batch_server_process() as address:
        yield Provider(address)


def parameters(provider: Provider) -> dict[str, Any]:
    """The run's own process is named in each of its requests."""
    return {
        "model_name": "m",
        "api_key": "not-needed",
        "api_base": provider.address,
        "batch_requests": 6,
        "batch_poll": 0.005,
        "extra_headers": {PROCESS: str(os.getpid())},
    }


def count_statements(kill_before: int | None) -> list[int]:
    """Count the statements of every store in this process, and kill it before one of them."""
    counted = [0]
    connect = sqlite3.connect

    def trace(statement: str) -> None:
        counted[0] += 1
        if counted[0] == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting(*arguments: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 - as of `connect`
        connection: sqlite3.Connection = connect(*arguments, **named)
        connection.set_trace_callback(trace)
        return connection

    sqlite3.connect = counting  # type: ignore[assignment] # in a process of its own
    return counted


def evaluate(provider: Provider) -> None:
    Evaluator(progress=False).run("openai", parameters(provider), "questions.jsonl", batch_api=True)


def run(folder: Path, provider: Provider, kill_before: int | None) -> NoReturn:
    """One run, in a process of its own."""
    code = 1
    try:
        signal.alarm(SECONDS)
        os.chdir(folder)
        output = os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        counted = count_statements(kill_before)
        evaluate(provider)
        Path("statements").write_text(str(counted[0]), encoding="utf-8")
        code = 0
    finally:
        os._exit(code)


def forked(folder: Path, provider: Provider, *, statement: int | None = None, point: int | None = None) -> int | None:
    """Run to the end, or to a kill; the number of the signal that ended it, None where none did."""
    provider.control(kill_at=point)
    process = os.fork()
    if not process:
        run(folder, provider, statement)
    _, status = os.waitpid(process, 0)
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    assert killed in (None, signal.SIGKILL), (folder / "output.txt").read_text(encoding="utf-8")
    assert killed or not os.WEXITSTATUS(status), (folder / "output.txt").read_text(encoding="utf-8")
    return killed


def interrupted(folder: Path, provider: Provider, moments: Sequence[dict[str, int]]) -> int:
    """Run until it is done, killed at one moment after the other; how often it was killed."""
    for kills, moment in enumerate(moments):
        if forked(folder, provider, **moment) is None:
            return kills
    assert forked(folder, provider) is None
    return len(moments)


def parts(folder: Path) -> list[str]:
    report = valid_report(folder / ".haerae/report.json")
    return [json.dumps(report[part]) for part in ("metrics", "samples")]


def made(folder: Path) -> Path:
    folder.mkdir()
    write_questions(folder)
    return folder


def test_a_run_that_is_killed_anywhere_pays_for_nothing_twice(
    folder: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody speaks TLS here, and to read all certificates takes a third of a run's time.
    monkeypatch.setattr("ssl.SSLContext.load_verify_locations", lambda *arguments, **named: None)
    monkeypatch.setattr("pytest_haerae.run.provider.LOOKS", (0.0, 0.01))
    # The forks then have what a run imports.
    monkeypatch.chdir(made(folder / "here"))
    evaluate(provider)
    provider.control(reset=True)
    undisturbed = made(folder / "undisturbed")
    assert forked(undisturbed, provider) is None
    told = provider.control()
    assert sorted(told["paid"].values()) == [1] * COUNT
    expected = parts(undisturbed)
    statements = int((undisturbed / "statements").read_text(encoding="utf-8"))
    moments: list[dict[str, int]] = [{"statement": number} for number in range(1, statements + 1)]
    moments += [{"point": number} for number in range(1, told["points"] + 1)]
    chance = random.Random(SEED)  # noqa: S311 - when, no secret
    kills = 0
    for number, moment in enumerate(moments):
        own, later = made(folder / str(number)), {"statement": chance.randrange(20, 60)}
        provider.control(reset=True)
        kills += interrupted(own, provider, [moment, *([later] if number % LATER_KILLS == 0 else [])])
        told = provider.control()
        where = (moment, (own / "output.txt").read_text(encoding="utf-8"))
        assert set(told["paid"].values()) == {1}, where
        assert len(told["paid"]) == COUNT, where
        assert parts(own) == expected, where
    print(
        f"seed {SEED}: {kills} kills at {len(moments)} moments ({statements} statements, {told['points']} in requests)"
    )
    assert kills >= 200
