from __future__ import annotations

import json

import pytest

from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.doors.protocol_words import protocol_entry, protocol_lines

NEMO = "kmmlu/nemo-skills@1"


def test_settings_and_published_numbers_are_told() -> None:
    lines = protocol_lines(NEMO)
    assert lines[0].startswith(f"{NEMO}: KMMLU as the Korean part of NeMo Skills")
    assert "  --prompt cot" in lines
    assert "  --apply-chat-template true" in lines
    assert "  --model-params temperature=1.0,top_p=0.95,max_tokens=16384" in lines
    assert "  set for each model: temperature, top_k, reasoning" in lines
    assert [line for line in lines if line.startswith("  published: Nemotron-Cascade-2-30B-A3B 0.6852 (symbolic_corr")]


def test_what_only_others_quote_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = find_protocol(NEMO)
    quoted = protocol.published[0].model_copy(update={"read": False, "accuracy": None, "subsets": {"Law": 0.5}})
    changed = protocol.model_copy(update={"published": (quoted,)})
    monkeypatch.setattr("pytest_haerae.doors.protocol_words.find_protocol", lambda name: changed)
    (line,) = [line for line in protocol_lines(NEMO) if "Nemotron" in line]
    assert line.startswith("  quoted by others, not read in its source: Nemotron-Cascade-2-30B-A3B by subset alone")
    assert line.endswith(": Law 0.5000")


def test_the_command_shows_one_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "protocols", NEMO]) == 0
    assert capsys.readouterr().out.splitlines() == protocol_lines(NEMO)
    assert main(["list", "protocols", NEMO, "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["protocols"]
    assert entry == json.loads(json.dumps(protocol_entry(NEMO)))
    assert entry["fingerprint"] == find_protocol(NEMO).fingerprint


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["protocols", "kmmlu/nemo-skill@1"], "did you mean 'kmmlu/nemo-skills@1'?"),
        ([NEMO], f"write list protocols {NEMO}"),
        (["prompts", NEMO], f"write list protocols {NEMO}"),
    ],
)
def test_what_cannot_be_shown_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main(["list", *arguments]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
