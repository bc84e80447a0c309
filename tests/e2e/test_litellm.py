"""litellm at full concurrency, and what it does not do at its start."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_haerae.testing import ApiServer, serve
from tests.e2e.test_api import command, questions, reply
from tests.helpers import valid_report, write_questions

pytestmark = pytest.mark.server


@contextmanager
def proxy_ledger() -> Iterator[tuple[str, list[str]]]:
    """A proxy on loopback that refuses everyone; its address, and whom it was asked to reach."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(200).decode(errors="replace").partition("\r\n")[0])

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("prices", [None, "False"], ids=["as it is", "where the user asks for new prices"])
def test_two_hundred_at_once_return_and_no_price_table_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prices: str | None
) -> None:
    """The second case shows that a download would be seen."""
    count = 200 if prices is None else 4
    write_questions(tmp_path, questions(count))
    monkeypatch.delenv("LITELLM_LOCAL_MODEL_COST_MAP", raising=False)
    if prices:
        monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", prices)
    with proxy_ledger() as (address, asked), serve(ApiServer(reply, latency=0.05)) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.lower(), address)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        arguments = command("litellm", server, max_concurrency=32, timeout=30)
        result = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert valid_report(tmp_path / ".haerae/report.json")["metrics"]["n"] == count
    assert set(server.answered.values()) == {1}
    assert len(server.answered) == count
    if prices is None:
        assert 16 < server.most_at_once <= 32
        assert asked == []
    else:
        assert any("CONNECT" in line for line in asked)


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_a14_no_socket_is_left_open_where_warnings_are_errors(tmp_path: Path, endpoint: str) -> None:
    """litellm makes a client for each text completion, and closes none of them."""
    count = 40
    write_questions(tmp_path, questions(count))
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    with serve(ApiServer(reply)) as server:
        arguments = command("litellm", server, endpoint=endpoint, timeout=30)
        result = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert "Traceback" not in result.stdout + result.stderr
    assert "unclosed" not in (result.stdout + result.stderr).lower()
    assert valid_report(tmp_path / ".haerae/report.json")["metrics"]["n"] == count
    assert set(server.answered.values()) == {1}
