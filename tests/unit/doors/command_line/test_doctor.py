from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_haerae.doors import examination
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.doors.examination import Finding


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither torch nor the network is asked."""

    def nothing() -> Iterator[Finding]:
        yield Finding("gpu", "note", "\x1b[2J none")

    monkeypatch.setattr(examination, "gpus", nothing)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


def test_a_machine_that_can_evaluate_is_usable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1234567890abcdefghij")
    assert main(["doctor", "--model=random"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "usable"
    assert r"gpu                  note: \x1b[2J none" in out
    assert "OPENAI_API_KEY" in out
    assert "1234567890" not in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", ["--store=/proc/none/answers.sqlite", "--haerae-store=."])
def test_what_is_broken_is_named_and_is_exit_code_1(capsys: pytest.CaptureFixture[str], asked: str) -> None:
    assert main(["doctor", asked]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "not usable: store"
    assert next(line for line in lines if line.startswith("store ")).split()[1] == "broken:"


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--store=/proc/none/answers.sqlite"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["usable"] is False
    assert {each["name"]: each["state"] for each in found["findings"]}["store"] == "broken"
    assert all(set(each) == {"name", "state", "words"} for each in found["findings"])


def test_a_backend_that_nobody_has_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--model=vlm"]) == 4
    assert "unknown backend 'vlm'" in capsys.readouterr().err
