from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pytest_haerae.doors import additions
from pytest_haerae.doors.additions import Addition, Source
from pytest_haerae.doors.command_line.main import main

FOUND = [
    Addition("random", "Answers at random."),
    Addition("vllm", "An engine.", install="pip install 'pytest-haerae[vllm]'"),
    Addition("broken", problem="mine:Mine cannot be loaded: \x1b[2J"),
    Addition("wordless"),
]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    def scorers() -> Iterator[Addition]:
        yield Addition("default", "Compares.", method="string_match")

    few = {"backends": Source("--model=NAME", lambda: iter(FOUND)), "scorers": Source("scorer=NAME", scorers)}
    monkeypatch.setattr("pytest_haerae.doors.command_line.list.SOURCES", few)


@pytest.mark.usefixtures("few")
def test_each_has_a_line_that_nothing_steers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "backends (--model=NAME)",
        "  random    Answers at random.",
        "  vllm      An engine.  [pip install 'pytest-haerae[vllm]']",
        r"  broken    not usable: mine:Mine cannot be loaded: \x1b[2J",
        "  wordless",
        "",
        "scorers (scorer=NAME)",
        "  default (string_match)  Compares.",
    ]


@pytest.mark.usefixtures("few")
def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["backends", "scorers"]
    assert found["backends"] == [
        {
            "name": each.name,
            "description": each.description or None,
            "install": each.install or None,
            "problem": each.problem or None,
        }
        for each in FOUND
    ]
    assert found["scorers"][0] == {
        "name": "default",
        "method": "string_match",
        "description": "Compares.",
        "install": None,
        "problem": None,
    }


def test_kinds_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "formats", "prompts", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["prompts", "formats"]
    assert set(additions.SOURCES) == {"backends", "benchmarks", "protocols", "prompts", "scorers", "formats"}


def test_an_unknown_kind_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["list", "backend"])
    assert end.value.code == 4
    assert "unknown kind 'backend': did you mean 'backends'?" in capsys.readouterr().err
