"""Accuracy by the columns of the data, and a suite's own gate: by option, ini file, marker and keyword."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator, UsageError
from pytest_haerae.testing import Ledger, ScriptedBackend
from tests.helpers import valid_report
from tests.integration.always import BOTH, MODES, REPORT, verdicts
from tests.unit.fakes import question, write_rows

pytestmark = pytest.mark.slow

BACKEND = """
from zlib import crc32
from pytest_haerae.testing import ScriptedBackend

class Guessing(ScriptedBackend):
    methods = frozenset({"generate"})
    ledger = "ledger.txt"

    def answer(self, number, request):
        return "ABC?"[crc32(request.context.encode()) % 4]

def pytest_haerae_backends():
    return {"guessing": Guessing}
"""
SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(MARKER)
def test_NAME(haerae_verdict, haerae_item):
    assert haerae_item.metadata["place"] == haerae_item.index
    assert_correct(haerae_verdict)
"""
KINDS = ("지리", "역사", "지리", None, "법")
Run = Callable[..., pytest.RunResult]


def rows(count: int = 20) -> list[dict[str, Any]]:
    """Questions with metadata of all kinds; of some rows the category is missing."""
    kinds = [{} if (kind := KINDS[n % 5]) is None else {"분류": kind} for n in range(count)]
    return [question(n, place=n, year=2018 + n % 3, tags=["a", n % 2], **kinds[n]) for n in range(count)]


def write_suite(name: str, marker: str) -> None:
    Path(f"test_{name}.py").write_text(SUITE.replace("MARKER", marker).replace("NAME", name), encoding="utf-8")


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run the suites of a folder with a backend whose answers depend on the question alone."""
    pytester.makeconftest(BACKEND)
    write_rows(pytester.path / "q.jsonl", rows())
    write_suite("mine", 'dataset="q.jsonl"')

    def start(*options: str, inprocess: bool = False) -> pytest.RunResult:
        Ledger(pytester.path / "ledger.txt").clear()
        run_pytest = pytester.runpytest_inprocess if inprocess else pytester.runpytest_subprocess
        return run_pytest("--model=guessing", *options)

    return start


def report(name: str = str(REPORT)) -> dict[str, Any]:
    return valid_report(Path(name))


def numbers(found: Any, *, nodeids: bool = True) -> str:  # noqa: ANN401 - a report
    """What has to be equal, byte for byte; node ids are those of the suites that ask."""
    samples = [{name: value for name, value in row.items() if nodeids or name != "nodeid"} for row in found["samples"]]
    return json.dumps([found["metrics"], samples], ensure_ascii=False)


def test_serial_run_workers_and_python_give_the_same_bytes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--by", "분류", "--by", "year"]
    assert run(*options).ret == 0
    serial = report()
    assert run(*options, "-n2", "--output-file=workers.json").ret == 0
    assert numbers(report("workers.json")) == numbers(serial)
    result = Evaluator(progress=False, backends={"guessing": guessing()}).run(
        "guessing", dataset="q.jsonl", by=["분류", "year"], output_file="python.json", store="other.sqlite"
    )
    assert numbers(report("python.json"), nodeids=False) == numbers(serial, nodeids=False)
    assert list(result.metrics["by"]["분류"]) == ["법", "역사", "지리", ""]
    assert {value: entry["n"] for value, entry in serial["metrics"]["by"]["year"].items()} == {
        "2018": 7,
        "2019": 7,
        "2020": 6,
    }
    for by in serial["metrics"]["by"].values():
        assert sum(entry["n"] for entry in by.values()) == serial["metrics"]["n"] == 20
        assert sum(entry["correct"] for entry in by.values()) == serial["metrics"]["correct"]
    assert 0 < serial["metrics"]["correct"] < 20
    assert [row["metadata"] for row in serial["samples"]] == [
        {name: value for name, value in row.items() if name not in ("question", "options", "answer")} for row in rows()
    ]
    monkeypatch.setenv("COLUMNS", "100")
    assert any(line.split()[:3] == ["by", "분류", "n"] for line in str(result).splitlines())


def guessing() -> type[ScriptedBackend]:
    namespace: dict[str, Any] = {}
    exec(BACKEND, namespace)  # noqa: S102 - the text of the conftest.py above
    found: type[ScriptedBackend] = namespace["Guessing"]
    return found


def test_what_is_not_asked_for_leaves_the_numbers_as_they_are(run: Run) -> None:
    made = Evaluator(progress=False, dataset="q.jsonl")
    plain, with_by = made.run("random"), made.run("random", by="분류")
    assert "by" not in plain.metrics
    del with_by.metrics["by"]
    assert numbers(with_by.report) == numbers(plain.report)


@MODES
def test_the_terminal_markdown_and_the_page_show_the_values(run: Run, workers: tuple[str, ...]) -> None:
    result = run("--by=분류", "--report-md=r.md", "--report-html=r.html", *workers)
    result.stdout.fnmatch_lines(["by 분류 *n correct *", "법 *4 *", "역사 *4 *", "지리 *8 *", "(no value) *4 *"])
    assert "| by 분류 | n |" in Path("r.md").read_text(encoding="utf-8")
    assert '<bdi class="data">역사</bdi>' in Path("r.html").read_text(encoding="utf-8")


def test_the_ini_file_has_it_too(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_by =\n    분류\n    year\n")
    assert run().ret == 0
    assert list(report()["metrics"]["by"]) == ["분류", "year"]


@MODES
def test_an_unknown_column_ends_the_run_before_anything_is_loaded(run: Run, workers: tuple[str, ...]) -> None:
    result = run("--by=yaer", *workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --by: unknown column 'yaer': did you mean 'year'? Valid: place, tags, year, 분류"]
    )
    write_suite("mine", 'dataset="q.jsonl", by=["year", "분"]')
    result = run(*workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: test_mine.py::test_mine: @pytest.mark.haerae: by=: unknown column '분': did you mean '분류'? Valid: *"]
    )
    assert Ledger(Path("ledger.txt")).entries() == []
    with pytest.raises(UsageError, match="--by: unknown column 'question'"):
        Evaluator(progress=False).run("random", dataset="q.jsonl", by="question")


def test_a_column_that_tells_items_apart_is_refused(run: Run) -> None:
    write_rows(Path("q.jsonl"), rows(31))
    result = run("--by=place", "--limit=5", inprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --by: the column 'place' has 31 values in 31 items: it tells single items *"])


@BOTH
def test_a_marker_is_about_the_items_of_its_suite(run: Run, workers: tuple[str, ...]) -> None:
    write_rows(Path("other.jsonl"), [{**row, "분류": "다른 것"} for row in rows(6)])
    write_suite("mine", 'dataset="q.jsonl", by="분류", min_accuracy=1')
    write_suite("other", 'dataset="other.jsonl", min_accuracy=0')
    result = run("--baseline-write=base.json", *workers)
    assert not Path("base.json").exists(), "a gate failed"
    found = report()
    assert found["metrics"]["n"] == 26
    assert {value: entry["n"] for value, entry in found["metrics"]["by"]["분류"].items()} == {
        "법": 4,
        "역사": 4,
        "지리": 8,
        "": 4,
    }
    right = sum(row["outcome"] == "correct" for row in found["samples"] if row["dataset"] == "q.jsonl")
    gate = next(gate for gate in found["info"]["gates"] if gate["name"] == "min-accuracy test_mine.py::test_mine")
    assert (gate["verdict"], gate["value"], gate["threshold"]) == ("failed", right / 20, 1.0)
    assert verdicts()["min-accuracy test_other.py::test_other"] == "passed"
    assert result.ret == 1
    result.stdout.fnmatch_lines(["gate min-accuracy test_mine.py::test_mine: FAILED - accuracy * is below 1"])
    assert run("--by=분류", *workers).ret == 1
    assert sum(entry["n"] for entry in report()["metrics"]["by"]["분류"].values()) == 26, (
        "the option is about all items"
    )


@MODES
@pytest.mark.parametrize(
    ("options", "verdict", "code"),
    [
        (["--limit=3"], "failed", 1),
        pytest.param(["--subset=q"], "failed", 1, marks=pytest.mark.server),
        (["-k", "000"], "not evaluated", 0),
        pytest.param(["test_mine.py::test_mine[q-0001]"], "not evaluated", 0, marks=pytest.mark.server),
        pytest.param(["test_mine.py"], "failed", 1, marks=pytest.mark.server),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_suites_gate_holds_on_a_declared_scope_and_on_no_other(
    run: Run, options: list[str], verdict: str, code: int, workers: tuple[str, ...]
) -> None:
    write_suite("mine", 'dataset="q.jsonl", min_accuracy=1.0')
    assert run(*options, *workers).ret == code
    assert verdicts() == {"min-accuracy test_mine.py::test_mine": verdict}


def test_a_suites_gate_that_holds_lets_the_run_pass(run: Run) -> None:
    made = Evaluator(progress=False, backends={"guessing": guessing()})
    share = made.run("guessing", dataset="q.jsonl").metrics["accuracy"]
    write_suite("mine", f'dataset="q.jsonl", min_accuracy={share!r}')
    assert run("--reuse").ret == 0
    assert verdicts() == {"min-accuracy test_mine.py::test_mine": "passed"}


@BOTH
@pytest.mark.parametrize("by", ["a mark", "the test"])
def test_a_suites_gate_is_not_evaluated_where_the_suite_is_skipped(run: Run, by: str, workers: tuple[str, ...]) -> None:
    """It made the run unmeasurable, whose exit code is that of a failed gate."""
    write_suite("mine", 'dataset="q.jsonl", min_accuracy=1.0')
    path, marker = Path("test_mine.py"), "@pytest.mark.haerae"
    text = path.read_text(encoding="utf-8")
    if by == "a mark":
        text = text.replace(marker, f"@pytest.mark.skip(reason='no key')\n{marker}")
    else:
        text = text.replace("    assert haerae_item", "    pytest.skip('no key')\n    assert haerae_item")
    path.write_text(text, encoding="utf-8")
    write_rows(Path("other.jsonl"), rows(6))
    write_suite("other", 'dataset="other.jsonl", min_accuracy=0')
    result = run(*workers)
    assert result.ret == 0
    assert verdicts() == {
        "min-accuracy test_mine.py::test_mine": "not evaluated",
        "min-accuracy test_other.py::test_other": "passed",
    }
    result.stdout.fnmatch_lines(
        ["gate min-accuracy test_mine.py::test_mine: NOT EVALUATED - all of its items were", "  skipped: no key"]
    )


def test_two_suites_over_the_same_items_have_a_gate_each(run: Run) -> None:
    """The items are asked and counted once; each suite's gate is about those that it asks."""
    write_rows(Path("f/a.jsonl"), rows(4))
    write_rows(Path("f/b.jsonl"), rows(9))
    Path("test_mine.py").unlink()
    write_suite("all", 'dataset="f", min_accuracy=1')
    write_suite("one", 'dataset="f", subset="b", min_accuracy=1')
    assert run("-n2").ret == 1
    samples, found = report()["samples"], {gate["name"]: gate["value"] for gate in report()["info"]["gates"]}
    assert len(samples) == 13
    right = {name: sum(row["outcome"] == "correct" for row in samples if row["subset"] in name) for name in ("ab", "b")}
    assert found == {
        "min-accuracy test_all.py::test_all": right["ab"] / 13,
        "min-accuracy test_one.py::test_one": right["b"] / 9,
    }


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            "min_acuracy=0.5",
            "unknown keyword 'min_acuracy': did you mean 'min_accuracy'? Valid: by, columns, dataset, min_accuracy*",
        ),
        ("min_accuracy=60", "min_accuracy=: 60 is not between 0 and 1; for 60 percent write 0.6"),
        ("by=5", "by= is a name or a list of names, not 5"),
    ],
)
def test_a_typo_in_a_marker_is_refused(run: Run, marker: str, message: str) -> None:
    write_suite("mine", f'dataset="q.jsonl", {marker}')
    result = run(inprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: test_mine.py::test_mine: @pytest.mark.haerae: {message}"])
