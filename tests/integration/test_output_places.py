"""What is written never takes the place of what is read, of the store, or of what is no file."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

OPTIONS = ("--output-file", "--report-html", "--report-md", "--baseline-write", "--junitxml", "--store")


@pytest.fixture
def base(evaluate: Evaluate, pytester: pytest.Pytester) -> bytes:
    """The default report of a run whose answers are the same each time."""
    assert evaluate("--min-accuracy=0").ret == 0
    return (pytester.path / ".haerae/report.json").read_bytes()


@pytest.mark.parametrize(
    ("option", "workers"),
    [(option, []) for option in OPTIONS] + [pytest.param("--output-file", ["-n2"], marks=pytest.mark.server)],
)
def test_the_questions_are_not_written_over(
    evaluate: Evaluate, pytester: pytest.Pytester, option: str, workers: list[str]
) -> None:
    """F4: the suite names its own questions, which are known once they are collected."""
    before = (pytester.path / "questions.jsonl").read_bytes()
    (pytester.path / "link.jsonl").symlink_to("questions.jsonl")
    for name in ("questions.jsonl", "link.jsonl"):
        result = evaluate(f"{option}={name}", *workers, inprocess=not workers)
        assert result.ret == 4
        (line,) = [line for line in result.errlines if line.strip()]
        assert line.startswith(f"ERROR: {option} "), line
        assert (pytester.path / "questions.jsonl").read_bytes() == before
    assert (pytester.path / "link.jsonl").is_symlink()
    assert not (pytester.path / ".haerae/report.json").exists()
    assert [path.name for path in pytester.path.glob("*.damaged*")] == []


def test_a_failed_report_does_not_replace_the_baseline_it_was_held_to(
    evaluate: Evaluate, pytester: pytest.Pytester, base: bytes
) -> None:
    """A5: the same command would pass the second time, against its own failure."""
    path = pytester.path / ".haerae/report.json"
    for named in (".haerae/report.json", str(path), ".haerae/../.haerae/report.json"):
        result = evaluate(f"--baseline={named}", "--model-params=seed=5", inprocess=True)
        assert result.ret == 4
        result.stderr.fnmatch_lines(["ERROR: --output-file *: would write over what is read (--baseline); keep the *"])
        assert path.read_bytes() == base
    assert evaluate("--baseline=.haerae/report.json", "--output-file=new.json", "--max-drop=1").ret == 0
    assert path.read_bytes() == base


def test_an_earlier_report_page_and_summary_are_written_over(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    files = [
        "--output-file=r.json",
        "--report-html=r.html",
        "--report-md=r.md",
        "--junitxml=j.xml",
        "--baseline-write=b.json",
    ]
    for _ in range(2):
        assert evaluate(*files).ret == 0
    assert json.loads((pytester.path / "r.json").read_text(encoding="utf-8"))["info"]["complete"]


@pytest.mark.parametrize("name", ["test_mine.py", "pytest.ini", "notes.txt"])
def test_a_file_of_another_kind_is_not_written_over(evaluate: Evaluate, pytester: pytest.Pytester, name: str) -> None:
    path = pytester.path / name
    if not path.exists():
        path.write_text("[pytest]\n", encoding="utf-8")
    before = path.read_bytes()
    for option in OPTIONS[:4]:
        result = evaluate(f"{option}={name}", inprocess=True)
        assert result.ret == 4
        assert path.read_bytes() == before


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_the_store_is_not_written_over(evaluate: Evaluate, pytester: pytest.Pytester, base: bytes, suffix: str) -> None:
    before = (pytester.path / ".haerae/responses.sqlite").read_bytes()
    for option in OPTIONS[:5]:
        result = evaluate(f"{option}=.haerae/responses.sqlite{suffix}", inprocess=True)
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"ERROR: {option} *: is where responses are stored (--store); name another file"])
    assert (pytester.path / ".haerae/responses.sqlite").read_bytes() == before


def test_a_pipe_stays_and_is_written_to(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pipe = pytester.path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert evaluate(f"--report-md={pipe}").ret == 0
        assert os.read(reading, 20).startswith(b"## pytest-haerae")
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_devices_stay(evaluate: Evaluate) -> None:
    null = Path("/dev/null")
    before = null.stat()
    assert evaluate("--report-html=/dev/null", "--output-file=r.json").ret == 0
    assert (null.stat().st_ino, null.stat().st_mode) == (before.st_ino, before.st_mode)
    result = evaluate("--output-file=/dev/full")
    assert result.ret != 0
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
