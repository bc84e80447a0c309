"""Whatever names and answers hold, nothing that leaves is obeyed: by a terminal, a CI runner, a browser, a spreadsheet.

A ledger: everything that writes is run over hostile names and answers, and all bytes that come out are searched.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.helpers import SUITE

pytestmark = pytest.mark.slow

MARKS = "\x1b[2J\x1b]0;t\x07\x9b2J\u202e\u200b\u2066"
"""What must not leave for a terminal: sequences that it obeys, and what turns or hides the text around it."""
NAME = f"\n::error::title {MARKS}|`@someone` <img src=x onerror=alert(1)> =1+1, ##[error]"
ANSWERS = (
    f"=HYPERLINK(1) {MARKS}\n::error::정답: A",
    "@SUM(A1) \ud83d 정답: B",
    '</script><script>alert(1)</script> "정답": C',
    "\n::set-output name=a::b\n정답: 모르겠다 \ud83d",
    "-서울 ```\n# @someone [a](http://b.c)\n정답: A",
)
CONFTEST = f"""
from pytest_haerae.testing import ScriptedBackend

ANSWERS = {ANSWERS!r}

class Hostile(ScriptedBackend):
    methods = frozenset({{"generate"}})

    def answer(self, number, request):
        if number == 5:
            raise RuntimeError(ANSWERS[0] + " sent by the server")
        return ANSWERS[number % len(ANSWERS)]

def pytest_haerae_backends():
    return {{"hostile": Hostile}}
"""
FAILS = """
import pytest

@pytest.mark.haerae(dataset="data")
def test_of_ones_own(haerae_verdict):
    explained = haerae_verdict.explanation
    assert haerae_verdict.outcome == "correct", explained
"""
OWN_COMMANDS = re.compile(r"::(?:error|warning) title=pytest-haerae [^:]*::")


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": "-p no:hypothesispytest", **environment},
        capture_output=True,
        check=False,
    )


def assert_harmless(name: str, output: bytes) -> None:
    text = output.decode("utf-8")
    found = re.findall("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert not found, (name, found)
    assert not re.search(r"\x1b(?!\[[0-9;]*m)", text), name
    for line in text.splitlines():
        assert not line.lstrip().startswith("::") or OWN_COMMANDS.match(line), (name, line)
        assert "##[" not in line, (name, line)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with hostile questions, and an evaluation of them."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [
        {"question": f"{number} {MARKS}{NAME}", "options": [f"가 {NAME}", "나", "=1+1"], "answer": "ABC"[number % 3]}
        for number in range(10)
    ]
    (folder / "data").mkdir()
    for name, part in ((NAME.replace("/", "")[:80], rows[:5]), ("plain", rows[5:])):
        text = "".join(json.dumps(row) + "\n" for row in part)
        (folder / "data" / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "test_mine.py").write_text(SUITE.replace("questions.jsonl", "data"), encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("workers", [[], pytest.param(["-n2"], marks=pytest.mark.server)])
def test_no_output_of_a_run_is_obeyed(folder: Path, workers: list[str]) -> None:
    """F2 and D6: names of files and subsets, a server's words, halves of pairs; through every output of a run."""
    files = ["--report-html=r.html", "--report-md=r.md", "--junitxml=j.xml", "--output-file=r.json"]
    gates = ["--min-accuracy=0.9", "--max-error-rate=0.5", "--junit-prefix=p"]
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    result = run(folder, "pytest", "--model=hostile", "-v", "-rA", "--no-resume", *files, *gates, *workers, **github)
    assert result.returncode == 1, result.stdout.decode() + result.stderr.decode()
    assert b"INTERNALERROR" not in result.stdout
    outputs = {"stdout": result.stdout, "stderr": result.stderr}
    outputs |= {name: (folder / name).read_bytes() for name in ("r.md", "summary.md", "j.xml")}
    for name, output in outputs.items():
        assert_harmless(name, output)
    names = {part.get("name") for part in ElementTree.parse(folder / "j.xml").iter("property")}  # noqa: S314 - our own
    assert any(r"\x1b[2J" in str(name) for name in names)
    assert rb"\x1b[2J" in result.stdout
    markdown = (folder / "r.md").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\\)<img|@someone|\]\(http:|(?<!\\)`", markdown)
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "\x1b" not in page
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert {sample["raw_output"] for sample in report["samples"]} >= {ANSWERS[0]}, "the report has what was said"


@pytest.mark.parametrize(
    "environment", [{}, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}]
)
def test_no_command_over_a_report_is_obeyed_or_ends_in_a_traceback(folder: Path, environment: dict[str, str]) -> None:
    """D6: half of a surrogate pair ends no export and no command, in no encoding of the terminal."""
    if not (folder / "r.json").exists():
        run(folder, "pytest", "--model=hostile", "--output-file=r.json", "--max-error-rate=0.5")
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    for sample in report["samples"]:
        sample["outcome"] = "wrong" if sample["outcome"] == "correct" else sample["outcome"]
    report["info"]["model"] = NAME
    (folder / "later.json").write_text(json.dumps(report), encoding="utf-8")
    command = "pytest_haerae.doors.command_line.main"
    script = f"import sys; from {command} import main; sys.exit(main(sys.argv[1:]))"
    for arguments in (
        ["compare", "r.json", "later.json"],
        ["same", "r.json", "later.json"],
        ["gate", "later.json", "--min-accuracy=0.99"],
        ["gate", "later.json", f"--min-accuracy={NAME}=0.99"],
        ["view", "later.json", "--no-open", "--output=later.html"],
        ["export", "later.json", "--csv=later.csv", "--parquet=later.parquet"],
        ["rank", "r.json", "later.json", "--html=ranks.html"],
        ["rank", "r.json", f"{NAME}.json"],
        ["gate", f"{NAME}.json", "--min-accuracy=0.5"],
        [f"{NAME}"],
    ):
        result = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in result.stderr, result.stderr.decode()
        assert result.returncode in (0, 1, 4), arguments
        assert_harmless(str(arguments), result.stdout)
        assert_harmless(str(arguments), result.stderr)
    with (folder / "later.csv").open(encoding="utf-8", newline="") as file:
        cells = [value for row in csv.reader(file) for value in row]
    assert not [value for value in cells if re.match(r"[=@\t\r]|[+-](?![\d.]+$)", value) or "\x1b" in value]
    compared = subprocess.run(
        [sys.executable, "-c", script, "compare", "r.json", "later.json", "--json"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert json.loads(compared.stdout.decode("utf-8"))["after"]["model"] == NAME


@pytest.mark.parametrize(
    "row", [{"question": "", "options": ["a"]}, {"question": "q", "options": ["a"], "answer": f"z{NAME}"}]
)
def test_no_mistake_in_a_file_of_any_name_is_obeyed(tmp_path: Path, row: dict[str, Any]) -> None:
    name = NAME.replace("/", "")[:80]
    (tmp_path / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(SUITE.replace('"questions.jsonl"', repr(f"{name}.jsonl")), encoding="utf-8")
    result = run(tmp_path, "pytest", "--model=random")
    assert result.returncode == 4, result.stdout
    assert_harmless("stderr", result.stderr)
    assert_harmless("stdout", result.stdout)
    assert next(line for line in result.stderr.decode().splitlines() if line.strip()).startswith("ERROR: ")


def test_a_failing_assertion_of_ones_own_is_not_obeyed(folder: Path) -> None:
    path = folder / "test_own.py"
    path.write_text(FAILS, encoding="utf-8")
    try:
        result = run(folder, "pytest", "--model=hostile", "--showlocals", "--output-file=own.json", "test_own.py")
    finally:
        path.unlink()
    assert result.returncode == 1
    assert_harmless("stdout", result.stdout)
