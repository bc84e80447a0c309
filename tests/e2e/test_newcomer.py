"""A newcomer's first ten minutes: from the README to a gated run on a file of twenty questions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_haerae.testing import ApiServer, serve
from tests.helpers import valid_report
from tests.integration.markdown import blocks, commands

pytestmark = pytest.mark.server

LETTERS = "ABCD"
ITEMS = 20


class Newcomer:
    """Types commands of the README in a folder, and looks at what they print."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        programs = {
            "pytest": [sys.executable, "-m", "pytest"],
            "pytest-haerae": [str(Path(sys.executable).with_name("pytest-haerae"))],
        }
        return subprocess.run(
            [*programs[words[0]], *words[1:]],
            cwd=self._folder,
            env={**os.environ, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=False,
        )


def saved(name: str) -> str:
    """A file that the README shows."""
    return next(block.text for block in blocks("README.md") if block.mark == "file" and block.word == name)


def of_the_readme(*having: str) -> list[str]:
    """The README's command that has these words."""
    typed = [
        list(command.arguments)
        for block in blocks("README.md")
        if block.language == "console"
        for command in commands(block)
    ]
    return next(words for words in typed if all(any(each in word for word in words) for each in having))


def on_my_suite(words: list[str], address: str) -> list[str]:
    """The command as the newcomer changes it: the own suite, the own server."""
    return [word.replace("suites/", "test_mine.py").replace("http://localhost:8000/v1", address) for word in words]


def write_questions(folder: Path) -> None:
    """Twenty rows with the keys of the README's two."""
    keys = list(json.loads(saved("questions.jsonl").splitlines()[0]))
    rows = [
        dict(zip(keys, (f"{number}번 문제: 옳은 것은?", list("가나다라"), LETTERS[number % 4]), strict=True))
        for number in range(ITEMS)
    ]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "test_mine.py").write_text(saved("test_mine.py"), encoding="utf-8")


def test_a_newcomer_gets_to_a_gated_run(tmp_path: Path) -> None:
    write_questions(tmp_path)
    newcomer, report = Newcomer(tmp_path), tmp_path / ".haerae/report.json"
    known = ITEMS - 2

    def reply(number: int, body: object) -> str:
        return f"정답: ({LETTERS[number % 4 if number < known else (number + 1) % 4]})"

    # The suite is read, and chance answers it.
    chance = newcomer.types(*of_the_readme("test_mine.py", "--model=random"))
    assert chance.returncode == 0, chance.stdout
    assert "collected 20 items" in chance.stdout
    assert "report: .haerae/report.json" in chance.stdout
    assert valid_report(report)["metrics"]["n"] == ITEMS

    with serve(ApiServer(reply)) as server:
        asked = on_my_suite(of_the_readme("--model=openai"), server.address)

        # A server of one's own; what is wrong is shown, and does not fail the run.
        first = newcomer.types(*asked)
        assert first.returncode == 0, first.stdout
        assert "openai my-model, string_match" in first.stdout
        assert re.search(r"^questions +20 +18 0\.9000  0\.699-0\.972 +0\.\d{3}$", first.stdout, re.MULTILINE)
        assert "  questions-0018 wrong: predicted (D), reference (C), read by stated verdict" in first.stdout
        assert "18 passed, 2 wrong" in first.stdout

        # The baseline, and the gate that holds.
        kept = newcomer.types(*asked, *of_the_readme("--baseline-write")[3:])
        assert kept.returncode == 0, kept.stdout
        gate = of_the_readme("--baseline", "--max-drop")[3:]
        assert gate == ["--baseline", "base.json", "--max-drop", "0.01"]
        held = newcomer.types(*asked, *gate)
        assert held.returncode == 0, held.stdout
        assert "gate baseline: PASSED - change +0.0000 on 20 paired items (0 lost, 0 gained)" in held.stdout

        # The model gets worse: ten answers are lost.
        known = ITEMS - 12
        worse = newcomer.types(*asked, *gate)
        assert worse.returncode == 1, worse.stdout
        told = " ".join(worse.stdout.split())
        assert "gate baseline: FAILED - all items: accuracy fell by 0.5000 (10 lost, 0 gained)" in told
        assert "8 passed, 12 wrong" in worse.stdout
        assert valid_report(report)["metrics"]["correct"] == 8

        # What was lost, and why.
        compared = newcomer.types(*of_the_readme("pytest-haerae", "compare"))
        assert compared.returncode == 0, compared.stderr
        assert "lost: questions-0008, questions-0009" in compared.stdout
        assert "-0.5000" in compared.stdout
        viewed = newcomer.types(*of_the_readme("pytest-haerae", "view", "--no-open"))
        assert viewed.stdout.splitlines()[-1] == str(tmp_path / ".haerae/report.html")
        assert "questions-0008" in (tmp_path / ".haerae/report.html").read_text(encoding="utf-8")

        # The wrong ones again; a part chosen by hand is no gate's business.
        before = sum(server.answered.values())
        again = newcomer.types(*asked, *gate, "--lf")
        assert again.returncode == 0, again.stdout
        assert sum(server.answered.values()) - before == 12
        assert "12 wrong" in again.stdout
        assert "gate baseline: NOT EVALUATED - items were selected by hand" in again.stdout
