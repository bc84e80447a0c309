"""The same items by several prompts: asked once each, paired with the run's own, in no other number."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.integration.test_dry_run import to_send

pytestmark = pytest.mark.slow

ITEMS = 40
READING = """
from zlib import crc32

from pytest_haerae.testing import ScriptedBackend

class Reading(ScriptedBackend):
    '''Right where it is asked for a letter alone; else it says A.'''

    ledger = "ledger.txt"

    def number(self, index, request):
        return crc32(repr((request.context, request.continuations, request.messages)).encode())

    def answer(self, number, request):
        text = request.context or request.messages[-1].content
        right = "ABCD"[int(text.rpartition("번 문제")[0].split()[-1]) % 4]
        letter = right if "알파벳 한 글자만" in text else "A"
        if request.kind == "generate":
            return f"정답: ({letter})"
        return [0.0 if letter in each else -1.0 for each in request.continuations]

def pytest_haerae_backends():
    return {"reading": Reading}
"""


@pytest.fixture
def reading(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over 40 questions with a model that one prompt makes right."""
    pytester.makeconftest(READING)
    return lambda *options, model="reading", **settings: evaluate(*options, model=model, **settings)


def asked() -> Counter[int]:
    return Counter(Ledger("ledger.txt").asked())


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


def parts(path: str) -> str:
    return json.dumps([report(path)["metrics"], report(path)["samples"]])


@pytest.mark.parametrize(
    "options",
    [
        ("--method=string_match",),
        ("--method=log_likelihood", "--num-few-shot=2"),
        ("--method=string_match", "--apply-chat-template", "--system-prompt=짧게 답하라."),
    ],
    ids=["text", "few-shot", "chat"],
)
def test_prompts_stand_beside_the_runs_own(reading: Evaluate, options: tuple[str, ...]) -> None:
    reading(*options, "--prompt=answer_letter", "--output-file=alone.json", "--store=other.sqlite")
    Ledger("ledger.txt").clear()
    result = reading(*options, "--prompts=answer_letter,letter,letter_en", "--report-md=r.md")
    assert result.ret == 0
    both = report()
    probe = both["metrics"].pop("probes")["prompts"]
    assert json.dumps([both["metrics"], both["samples"]]) == parts("alone.json")
    assert (both["info"]["prompt"], asked().total(), set(asked().values())) == ("answer_letter", 3 * ITEMS, {1})
    assert [each["prompt"] for each in probe["prompts"]] == ["answer_letter", "letter", "letter_en"]
    assert [each["accuracy"]["value"] for each in probe["prompts"]] == [0.25, 1, 0.25]
    _, letter, english = (each.get("difference") for each in probe["prompts"])
    assert (letter["value"], letter["lost"], letter["gained"], letter["p_value"]) == (0.75, 0, 30, 2 * 0.5**30)
    assert (english["value"], english["p_value"]) == (0, 1)
    assert (probe["spread"]["n"], probe["spread"]["range"]) == (ITEMS, 0.75)
    assert "by prompt 75.0 points apart" in Path("r.md").read_text(encoding="utf-8")
    result.stdout.fnmatch_lines(["prompt letter: accuracy 1.0000 [[]0.912, 1.000[]] (40 items), +75.0 points*"])


def test_a_further_prompt_asks_for_itself_alone(reading: Evaluate) -> None:
    assert reading("--prompt=letter").ret == 0
    for names, more in (("letter,cot", 1), ("letter,cot,hret", 1)):
        Ledger("ledger.txt").clear()
        assert to_send(reading("--dry-run", f"--prompts={names}")) == ITEMS * more
        assert reading(f"--prompts={names}").ret == 0
        assert asked().total() == ITEMS * more
    # Named beside them, the run's own is another.
    Ledger("ledger.txt").clear()
    assert reading("--prompt=hret", "--prompts=letter,cot", "--reuse", "--output-file=other.json").ret == 0
    assert asked().total() == 0
    assert report("other.json")["info"]["prompt"] == "hret"
    assert [each["prompt"] for each in report("other.json")["metrics"]["probes"]["prompts"]["prompts"]] == [
        *("hret", "letter", "cot")
    ]


def test_workers_and_a_serial_run_give_the_same(reading: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_prompts = answer_letter,letter\nhaerae_shuffle_options = 3\n")
    assert reading("--output-file=serial.json").ret == 0
    Ledger("ledger.txt").clear()
    assert reading("-n2", "--store=other.sqlite", "--output-file=workers.json").ret == 0
    assert parts("workers.json") == parts("serial.json")
    assert (len(Ledger("ledger.txt").loads()), asked().total()) == (1, 4 * ITEMS)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--prompts=letter"], "--prompts=letter: there is no other prompt to compare it with*"),
        (["--prompts=letter,lettre"], "unknown prompt 'lettre'*"),
        (["--prompts=letter,option_text"], "--prompt=option_text is for --method=log_likelihood only*"),
        (["--prompts=letter,own.toml"], "*own.toml*has no option E*"),
        (["--prompts=letter,short.toml"], "--prompts: short.toml does not show option (C) of questions-0000*"),
    ],
)
def test_a_prompt_that_does_not_suit_is_refused_before_a_model_is_loaded(
    reading: Evaluate, options: list[str], words: str
) -> None:
    Path("own.toml").write_text('template = "{stem} {A} {E}"', encoding="utf-8")
    Path("short.toml").write_text('template = "{stem} (A) {A} (B) {B}"', encoding="utf-8")
    result = reading(*options)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*{words}"])
    assert not Path("ledger.txt").exists()
