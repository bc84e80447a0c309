from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_haerae.run.turns import turn

HOLD = """
import sys, time
from pathlib import Path
from pytest_haerae.run.turns import turn
with turn(Path(sys.argv[1]), "f" * 64, print):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the turn."""
    command = [sys.executable, "-c", HOLD, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_whoever_comes_alone_waits_for_nobody(tmp_path: Path) -> None:
    for _ in range(2):
        with turn(tmp_path / "s.sqlite", "f" * 64, pytest.fail) as waited:
            assert not waited
            assert [path.name for path in tmp_path.iterdir()] == [f"s.sqlite.{'f' * 16}.lock"]
        assert not list(tmp_path.iterdir())


def test_other_runs_and_other_stores_are_not_waited_for(tmp_path: Path) -> None:
    with held(tmp_path / "s.sqlite"):
        for store, fingerprint in (("s.sqlite", "e" * 64), ("t.sqlite", "f" * 64)):
            with turn(tmp_path / store, fingerprint, pytest.fail) as waited:
                assert not waited


def test_d8_the_second_says_once_that_it_waits_and_a_killed_first_frees_it(tmp_path: Path) -> None:
    """D8: two identical runs at once paid twice without a word."""
    lines: list[str] = []
    with held(tmp_path / "s.sqlite") as first:

        def tell(line: str) -> None:
            lines.append(line)
            # Long enough for some looks at the lock.
            threading.Timer(0.5, first.kill).start()

        with turn(tmp_path / "s.sqlite", "f" * 64, tell) as waited:
            assert waited
            assert first.wait() == -signal.SIGKILL
    store = tmp_path / "s.sqlite"
    assert lines == [f"haerae: another process ({first.pid}) asks the same with the store {store}; waiting for its end"]


def test_d8_threads_of_one_process_take_turns_and_a_freed_turn_is_had_by_one(tmp_path: Path) -> None:
    inside, most, waits = 0, 0, []

    def work() -> None:
        nonlocal inside, most
        with turn(tmp_path / "s.sqlite", "f" * 64, lambda line: None) as waited:
            inside += 1
            most = max(most, inside)
            waits.append(waited)
            time.sleep(0.05)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(waits), waits.count(False)) == (1, 5, 1)
    assert not list(tmp_path.iterdir())


def test_d8_an_engines_process_that_outlives_a_killed_run_does_not_hold_its_turn(tmp_path: Path) -> None:
    script = HOLD.replace("import sys, time", "import os, sys, time").replace(
        'print("held", flush=True)', "os.fork() or print(os.getpid(), flush=True)"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, str(tmp_path / "s.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
        try:
            with turn(tmp_path / "s.sqlite", "f" * 64, pytest.fail) as waited:
                assert not waited
            os.kill(child, 0)
        finally:
            os.kill(child, signal.SIGKILL)


def test_where_files_cannot_be_locked_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with turn(tmp_path / "s.sqlite", "f" * 64, pytest.fail) as waited:
        assert not waited
