"""What kill -9, a full disk and a damaged file leave of a paid run, by the ledger of the server that was asked."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import ApiServer, serve
from tests.e2e.test_api import BACKENDS, command, evaluate, letter, questions, wait_until
from tests.helpers import copy_of_store, valid_report, write_questions

pytestmark = pytest.mark.server

SEED = 20261124
CONCURRENCY = 8


def reply(number: int, body: dict[str, Any]) -> str:
    """Names its question, so that the store's content can be held against the ledger."""
    return f"{number}번 문제의 답입니다. 정답: ({letter(number)})"


def stored(store: Path, scratch: Path) -> dict[int, str]:
    """Numbers and texts of the answers in a store; none where it was not made yet."""
    with copy_of_store(store, scratch) as connection:
        try:
            texts = [json.loads(row[0])["text"] for row in connection.execute("SELECT answer FROM responses")]
        except sqlite3.OperationalError:  # killed before the tables were made
            return {}
    return {int(text.partition("번")[0]): text for text in texts}


def undisturbed(folder: Path, arguments: list[str]) -> list[str]:
    """Metrics and samples of the same run with a store of its own, as JSON."""
    result = evaluate(folder, [*arguments, "--store=undisturbed.sqlite", "--output-file=undisturbed.json"])
    assert result.returncode == 0, result.stdout + result.stderr
    return parts(folder / "undisturbed.json")


def parts(report: Path) -> list[str]:
    return [json.dumps(valid_report(report)[part]) for part in ("metrics", "samples")]


def quiet(server: ApiServer) -> None:
    """Wait until nothing is in flight: what was sent before a kill may be answered after it."""
    wait_until(lambda: server.in_flight == 0)
    time.sleep(0.05)
    wait_until(lambda: server.in_flight == 0)


@BACKENDS
def test_ten_kills_lose_only_what_was_in_flight(tmp_path: Path, backend: str) -> None:
    """What the store holds after a kill is never asked again; a kill costs at most the requests in flight."""
    count = 330
    chance = random.Random(SEED)  # noqa: S311 - when, no secret
    write_questions(tmp_path, questions(count))
    store = tmp_path / ".haerae/responses.sqlite"
    moments, lost = [], 0
    with serve(ApiServer(reply, latency=0.02)) as server:
        arguments = command(backend, server, "-q", max_concurrency=CONCURRENCY)
        kept: dict[int, str] = {}
        for kill in range(10):
            before, answered = server.attempts.copy(), server.answered.copy()
            # One comes before any answer, while the model is loaded; the others anywhere in the batch.
            asks, delay = (0, chance.random()) if kill == 0 else (chance.randrange(1, 45), chance.random() * 0.05)
            moments.append(f"{asks} requests + {delay:.3f} s")
            with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as run:
                wait_until(lambda: server.attempts.total() - before.total() >= asks)  # noqa: B023 - waited for here
                time.sleep(delay)
                assert run.poll() is None, moments
                run.kill()
            quiet(server)
            assert not [number for number in kept if server.attempts[number] > before[number]], moments
            kept = stored(store, tmp_path / "copy")
            assert all(server.answered[number] for number in kept), moments
            unstored = (server.answered - answered).keys() - kept.keys()
            assert len(unstored) <= CONCURRENCY, moments
            lost += len(unstored)
        print(f"seed {SEED}: killed after {', '.join(moments)}; {lost} answers lost, {len(kept)} stored")
        assert 0 < len(kept) < count
        before = server.attempts.copy()
        result = evaluate(tmp_path, arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        assert not [number for number in kept if server.attempts[number] > before[number]], moments
        assert len(server.answered) == count
        assert server.answered.total() == count + lost
        assert lost <= 10 * CONCURRENCY
        responses = valid_report(tmp_path / ".haerae/report.json")["info"]["responses"]
        assert responses == {"computed": count - len(kept), "reused": len(kept)}
        assert parts(tmp_path / ".haerae/report.json") == undisturbed(tmp_path, arguments)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)],  # noqa: S607 - the system's own mount
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607 - the system's own umount


def fill(disk: Path, leave: int) -> Path:
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free
    ballast.write_bytes(bytes(max(0, free - leave)))
    return ballast


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The error of a run that ended as a usage error does."""
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    (line,) = result.stderr.strip().splitlines()
    return line


def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_room(tmp_path: Path, small_disk: Path) -> None:
    count = 300
    write_questions(tmp_path, questions(count))
    store, report = small_disk / "responses.sqlite", small_disk / "report.json"
    with serve(ApiServer(reply)) as server:
        arguments = command("openai", server, max_concurrency=CONCURRENCY)
        expected = undisturbed(tmp_path, arguments)
        server.answered.clear()
        arguments += [f"--store={store}", f"--output-file={report}"]
        ballast = fill(small_disk, leave=200_000)
        line = one_line(evaluate(tmp_path, [*arguments, "-n2"]))
        assert re.match(
            rf"ERROR: the response store {store} cannot be written \(.*full\); answers so far are kept", line
        )
        kept = stored(store, tmp_path / "copy")
        assert 0 < len(kept) < count
        assert len(server.answered.keys() - kept.keys()) <= CONCURRENCY
        # Not even the store can be opened: it is not set aside for that.
        ballast.write_bytes(ballast.read_bytes() + bytes(shutil.disk_usage(small_disk).free))
        before = server.answered.copy()
        assert "full" in one_line(evaluate(tmp_path, arguments))
        assert server.answered.total() - before.total() <= CONCURRENCY
        assert not report.exists()
        assert not list(small_disk.glob("*.damaged"))
        ballast.unlink()
        result = evaluate(tmp_path, arguments)
        assert result.returncode == 0, result.stdout + result.stderr
    assert all(server.answered[number] == 1 for number in kept)
    assert len(server.answered) == count
    assert parts(report) == expected


def test_a_disk_too_full_for_the_report_costs_no_answer(tmp_path: Path, small_disk: Path) -> None:
    write_questions(tmp_path, questions(300))
    report = small_disk / "report.json"
    with serve(ApiServer(reply)) as server:
        arguments = [*command("openai", server), f"--output-file={report}"]
        ballast = fill(small_disk, leave=20_000)
        line = one_line(evaluate(tmp_path, arguments))
        assert line == (
            f"ERROR: {report}: cannot be written (No space left on device); the answers are stored: make"
            " room and run the same command again, nothing is asked twice"
        )
        assert list(small_disk.iterdir()) == [ballast]
        ballast.unlink()
        result = evaluate(tmp_path, arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        assert set(server.answered.values()) == {1}
        assert parts(report) == undisturbed(tmp_path, arguments)


def damaged(content: bytes, damage: str) -> bytes:
    changed = bytearray(content)
    if damage == "a byte of an answer":
        changed[content.index(json.dumps("번 문제의 답입니다").strip('"').encode())] ^= 1
    elif damage == "half the file":
        del changed[len(content) // 2 :]
    else:
        changed[:16] = bytes(16)
    return bytes(changed)


def test_a_run_on_a_damaged_store_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    write_questions(tmp_path, questions(120))
    store = tmp_path / "responses.sqlite"
    with serve(ApiServer(reply, lambda number, attempt: "400: no" if number >= 100 else None)) as server:
        arguments = [*command("openai", server), f"--store={store}", "--output-file=report.json"]
        assert evaluate(tmp_path, arguments).returncode == pytest.ExitCode.TESTS_FAILED
        content = store.read_bytes()
        server._fault = lambda number, attempt: None
        expected = undisturbed(tmp_path, arguments)
        for damage in ("a byte of an answer", "half the file", "the header"):
            store.write_bytes(damaged(content, damage))
            before = server.answered.total()
            result = evaluate(tmp_path, arguments)
            assert result.returncode == 0, result.stdout + result.stderr
            assert "Traceback" not in result.stdout + result.stderr
            assert ("is set aside as" in result.stderr) == (damage != "a byte of an answer"), result.stderr
            reused = valid_report(tmp_path / "report.json")["info"]["responses"]["reused"]
            print(f"{damage}: {reused} of 100 answers were whole")
            # Of half a tree there is left what does not hang from a lost page: a third, or nothing.
            assert reused == {"a byte of an answer": 99, "the header": 0}.get(damage, reused) < 100
            assert server.answered.total() - before == 120 - reused
            assert parts(tmp_path / "report.json") == expected
