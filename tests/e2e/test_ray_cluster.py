"""Replicas on a real Ray cluster of two nodes, both on loopback; a node dies."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.counting import BACKEND, write_thousand
from tests.helpers import valid_report

pytestmark = pytest.mark.server

RAY = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block"]
HEAD, SECOND = "127.0.0.2", "127.0.0.3"
"""Two hosts of the loopback network; Ray replaces 127.0.0.1 by this machine's address in its network."""
RESOURCES = ["--num-cpus=1", "--num-gpus=2", "--object-store-memory=100000000", "--disable-usage-stats"]


WAIT_FOR_BOTH = """
import sys, time, ray
ray.init(address=sys.argv[1], logging_level="error")
while len([node for node in ray.nodes() if node["Alive"]]) < 2:
    time.sleep(0.1)
"""


def start_node(*options: str) -> subprocess.Popen[bytes]:
    """One node: a process group of its own, with one processor and two GPUs that exist for Ray alone."""
    return subprocess.Popen(
        [*RAY, *RESOURCES, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a cluster of two nodes, and the process of the second."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    with socket.socket() as free:
        free.bind((HEAD, 0))
        port = free.getsockname()[1]
    nodes = [start_node("--head", f"--node-ip-address={HEAD}", f"--port={port}", "--include-dashboard=false")]
    try:
        wait_until(lambda: is_listening(port))
        nodes.append(start_node(f"--node-ip-address={SECOND}", f"--address={HEAD}:{port}"))
        subprocess.run([sys.executable, "-c", WAIT_FOR_BOTH, f"{HEAD}:{port}"], check=True, timeout=90)
        yield f"{HEAD}:{port}", nodes[1]
    finally:
        for node in reversed(nodes):
            kill_node(node)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HEAD, port)) == 0


def kill_node(node: subprocess.Popen[bytes]) -> None:
    """Kill a node's processes as a power cut would."""
    if node.poll() is None:
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()


def wait_until(condition: object) -> None:
    deadline = time.monotonic() + 180
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_replicas_get_their_gpus_and_outlive_a_node(
    cluster: tuple[str, subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, second = cluster
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conftest.py").write_text(BACKEND, encoding="utf-8")
    write_thousand(tmp_path)
    pytest_run = [sys.executable, "-m", "pytest", "-q", "--model=counting"]
    subprocess.run([*pytest_run, "--output-file=serial.json"], stdout=subprocess.DEVNULL, check=True)
    ledger = Ledger(tmp_path / "ledger.txt")
    ledger.clear()
    (tmp_path / "environments.txt").unlink()

    replicas = ["--replicas=2", "--gpus-per-replica=2", f"--ray-address={address}", "--store=other.sqlite"]
    process = subprocess.Popen([*pytest_run, *replicas, "--model-params=seconds=0.01"], stdout=subprocess.DEVNULL)

    def askers() -> Counter[int]:
        assert process.poll() is None
        return Counter(entry.process for entry in ledger.entries() if entry.event == "ask")

    try:
        wait_until(lambda: len(askers()) == 2 and min(askers().values()) > 20)
        environments = (tmp_path / "environments.txt").read_text(encoding="utf-8").splitlines()
        # Each has one processor's threads, and both GPUs of its node.
        assert environments == ["1 0,1", "1 0,1"]
        kill_node(second)
        assert process.wait(timeout=180) == 0
    finally:
        process.kill()
        process.wait()
    numbers = [valid_report(tmp_path / path) for path in (".haerae/report.json", "serial.json")]
    assert len({json.dumps([report["metrics"], report["samples"]]) for report in numbers}) == 1
    assert len(set(ledger.asked())) == 1000
