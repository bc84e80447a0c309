"""Several models in one session: each loaded, asked and judged by itself, and never two of them at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.doors.command_line.main import main
from pytest_haerae.testing import Ledger
from tests.helpers import SUITE, valid_report, write_questions
from tests.integration.always import MODES

BACKEND = """
from pytest_haerae.testing import ScriptedBackend

class Parameters(ScriptedBackend.parameters):
    knows: int = 1

class Mine(ScriptedBackend):
    parameters = Parameters
    ledger = "ledger.txt"

    def answer(self, number, request):
        if "수도" in request.context:
            return f"{self.settings.knows}: 서울"
        return f"({'ABCD'[number % self.settings.knows]})"

def pytest_haerae_backends():
    return {"mine": Mine}
"""
PROFILES = """
[tool.pytest-haerae.models]
small = {model = "mine", model_params = {knows = 1}}
large = {model = "mine", model_params = {knows = 4}}
"""
"""Of 40 questions, whose answers go round, the small one knows 10 and the large one all."""
ASKING = """
def test_capital(haerae_model):
    assert "서울" in haerae_model.generate("99번: 수도는?").text
"""
MARKED = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.parametrize("haerae_model", ["small", "large"], indirect=True)
@pytest.mark.haerae(dataset="questions.jsonl")
def test_marked(haerae_model, haerae_verdict):
    assert_correct(haerae_verdict)
    assert haerae_model.generate("99번: 수도는?").text.endswith("서울")
"""
REPORTS = {"small": Path(".haerae/report.small.json"), "large": Path(".haerae/report.large.json")}
LEDGER = Ledger("ledger.txt")


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """A folder with two profiles, their backend and a suite."""
    write_questions(pytester.path)
    pytester.makeconftest(BACKEND)
    (pytester.path / "pyproject.toml").write_text(PROFILES, encoding="utf-8")
    return pytester.path


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    LEDGER.clear()
    return pytester.runpytest_subprocess(*options)


def right() -> dict[str, int]:
    return {name: valid_report(path)["metrics"]["correct"] for name, path in REPORTS.items()}


def nodeids(name: str) -> list[str]:
    return [sample["nodeid"] for sample in valid_report(REPORTS[name])["samples"]]


@MODES
def test_each_is_loaded_once_after_the_other_and_has_a_report_of_its_own(
    folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = run(pytester, "--model=small", "--model=large", *workers)
    assert result.ret == 0, result.stdout.str()
    assert right() == {"small": 10, "large": 40}
    assert [entry.event for entry in LEDGER.entries() if entry.event != "ask"] == ["load", "close"] * 2
    assert len(LEDGER.asked()) == 80
    assert nodeids("small")[0] == "test_mine.py::test_mine[small-questions-0000]"
    assert valid_report(REPORTS["large"])["info"]["model_name"] == "large"
    text = result.stdout.str()
    assert "haerae: small (mine), string_match" in text
    assert "haerae: large (mine), string_match" in text
    assert not Path(".haerae/report.json").exists()
    # It ends in their ranks, as the command makes them of the reports.
    result.stdout.fnmatch_lines(
        [
            "=* haerae: ranks =*",
            "1 large * 1 * 1.0000 * a * 40",
            "2 small * 2 * 0.2500 * b * 40",
            "as a page: pytest-haerae rank .haerae/report.small.json .haerae/report.large.json --html ranks.html",
        ]
    )


@MODES
def test_gates_hold_for_each(folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = run(pytester, "--model=large,small", "--min-accuracy=0.9", "--junitxml=junit.xml", *workers)
    assert result.ret == 1
    verdicts = {
        name: [gate["verdict"] for gate in valid_report(path)["info"]["gates"]] for name, path in REPORTS.items()
    }
    assert verdicts == {"small": ["failed"], "large": ["passed"]}
    junit = Path("junit.xml").read_text(encoding="utf-8")
    assert 'name="haerae.small.accuracy" value="0.25"' in junit
    assert 'name="haerae.large.accuracy" value="1.0"' in junit


def test_baselines_are_of_each(folder: Path, pytester: pytest.Pytester) -> None:
    models = "--model=small,large"
    assert run(pytester, models, "--baseline-write=base.json").ret == 0
    assert {path.name for path in folder.glob("base*.json")} == {"base.small.json", "base.large.json"}
    result = run(pytester, models, "--baseline=base.json", "--report-md=r.md", "--report-html=page.html")
    assert result.ret == 0
    assert valid_report(REPORTS["small"])["info"]["changes"]["subsets"]["questions"]["n"] == 40
    assert "small (mine)" in Path("r.small.md").read_text(encoding="utf-8")
    assert Path("page.large.html").exists()
    (folder / "base.large.json").unlink()
    result = run(pytester, models, "--baseline=base.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert LEDGER.asked() == []
    result.stderr.fnmatch_lines(["*base.large.json*"])


@MODES
def test_what_a_killed_session_asked_is_not_asked_again(
    folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    (folder / "pyproject.toml").write_text(PROFILES.replace("knows = 4", "knows = 4, deadly = 20"), encoding="utf-8")
    assert run(pytester, "--model=small,large", *workers).ret != 0
    assert len(LEDGER.asked()) == 61
    (folder / "pyproject.toml").write_text(PROFILES, encoding="utf-8")
    assert run(pytester, "--model=small,large", *workers).ret == 0
    assert right() == {"small": 10, "large": 40}
    assert len(LEDGER.asked()) == 40, "of another model: what it answers may be something else"


@MODES
def test_tests_of_ones_own_ask_each(folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(test_own=ASKING)
    result = run(pytester, "--model=small,large", "-v", *workers)
    assert result.ret == 0, result.stdout.str()
    for name in ("small", "large"):
        result.stdout.fnmatch_lines([f"*test_capital?{name}?*PASSED*" if not workers else f"*test_capital?{name}?*"])
        result.stdout.fnmatch_lines([f"haerae_model ({name}): 1 asked, 0 from the store"])
    assert sorted(LEDGER.asked()).count(99) == 2
    # No two at once: each load but the first comes behind a closing.
    events = [entry.event for entry in LEDGER.entries() if entry.event != "ask"]
    assert events == ["load", "close"] * (len(events) // 2)


@MODES
@pytest.mark.parametrize(
    "model",
    [(), ("--max-error-rate=0",), ("--model=mine",), ("--model=small",)],
    ids=["none", "none_but_an_option", "another", "one_of_them"],
)
def test_a_mark_names_models(
    folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...], model: tuple[str, ...]
) -> None:
    (folder / "test_mine.py").write_text(MARKED, encoding="utf-8")
    result = run(pytester, *model, *workers)
    assert result.ret == 0, result.stdout.str()
    own = {**REPORTS, "small": Path(".haerae/report.json")} if model == ("--model=small",) else REPORTS
    assert {name: valid_report(path)["metrics"]["correct"] for name, path in own.items()} == {"small": 10, "large": 40}
    first = valid_report(own["large"])["samples"][0]["nodeid"]
    assert first == "test_mine.py::test_marked[large-questions-0000]"
    assert sorted(LEDGER.asked()) == sorted([*range(40), 99] * 2)


@MODES
@pytest.mark.parametrize("further", [SUITE, ASKING], ids=["items", "own"])
def test_a_mark_names_no_model_of_other_tests(
    folder: Path, pytester: pytest.Pytester, workers: tuple[str, ...], further: str
) -> None:
    (folder / "test_mine.py").write_text(MARKED, encoding="utf-8")
    (folder / "test_then.py").write_text(further, encoding="utf-8")
    result = run(pytester, "--limit=2", *workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "none is named" in result.stderr.str() + result.stdout.str()
    assert LEDGER.asked() == []
    # Without any option these are the placeholders of a repository whose other tests are run.
    result = run(pytester, *workers)
    assert result.ret == 0
    assert sorted(LEDGER.asked()) == sorted([*range(40), 99] * 2)
    assert result.parseoutcomes()["skipped"] == 1


def test_a_selection_by_hand_is_one_of_each(folder: Path, pytester: pytest.Pytester) -> None:
    assert run(pytester, "--model=small,large", "-k", "large").ret == 0
    assert len(LEDGER.asked()) == 40
    assert not REPORTS["small"].exists()
    assert run(pytester, "--model=small,large", "test_mine.py::test_mine[small-questions-0003]").ret == 0
    assert LEDGER.asked() == [3]


def test_what_is_listed_is_what_is_run(folder: Path, pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest_inprocess("--model=small,large", "--collect-only", "-q", "-p", "no:randomly")
    assert listed.ret == 0
    (folder / "pytest.ini").write_text("[pytest]\nhaerae_model = small,large\n", encoding="utf-8")
    by_file = pytester.runpytest_inprocess("--collect-only", "-q")
    names = [line for line in listed.outlines if "::" in line]
    assert names == [line for line in by_file.outlines if "::" in line]
    assert len(names) == 80
    assert "test_mine.py::test_mine[large-questions-0039]" in names


@pytest.mark.parametrize(
    ("profiles", "options", "words"),
    [
        (PROFILES, "--model=smal", "did you mean 'small'"),
        (PROFILES, "--model=small,larg", "did you mean 'large'"),
        ("small = 3", "--model=small", "small is no table"),
        ("small = {model_params = {}}", "--model=small", "names no backend"),
        ('small = {model = "mine", subset = "a"}', "--model=small", "unknown option 'subset'"),
        ('small = {model = "mine", method = "likely"}', "--model=small", "models.small]: unknown method"),
        ('"a b" = {model = "mine"}', "--model=mine", "'a b': a name has letters"),
        ("small = {", "--model=small", "malformed TOML"),
        (PROFILES, "--model=small,../up", "'../up': of several models"),
        (PROFILES, "--model=,", "names no model"),
    ],
)
def test_what_cannot_be_is_one_line(
    folder: Path, pytester: pytest.Pytester, profiles: str, options: str, words: str
) -> None:
    head = "" if profiles == PROFILES else "[tool.pytest-haerae.models]\n"
    # pytest reads the file of its own folder itself, and would stop at it first.
    inner = folder / "inner"
    inner.mkdir()
    for name in ("conftest.py", "test_mine.py", "questions.jsonl"):
        (folder / name).rename(inner / name)
    (inner / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(head + profiles, encoding="utf-8")
    result = pytester.runpytest_inprocess(f"--rootdir={inner}", str(inner), options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR, result.stdout.str()
    assert words in result.stderr.str()
    assert len(result.errlines) <= 2


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ('"haerae_model", ["small", "large"]', "add indirect=True"),
        ('"haerae_model", [3], indirect=True', "3 is no model's name"),
        ('"haerae_model", iter(["small"]), indirect=True', "as a list"),
        ('"haerae_model", ["smal"], indirect=True', "did you mean 'small'"),
    ],
)
def test_a_mark_that_cannot_be_is_one_line(folder: Path, pytester: pytest.Pytester, mark: str, words: str) -> None:
    suite = SUITE.replace("(haerae_verdict)", "(haerae_model, haerae_verdict)", 1)
    suite = suite.replace("@pytest.mark.haerae", f"@pytest.mark.parametrize({mark})\n@pytest.mark.haerae")
    (folder / "test_mine.py").write_text(suite, encoding="utf-8")
    result = pytester.runpytest_inprocess("--model=mine")
    assert result.ret == pytest.ExitCode.USAGE_ERROR, result.stdout.str()
    assert words in result.stderr.str()


def test_a_model_that_is_looked_up_by_its_fixture_s_name_has_to_be_named(
    folder: Path, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_own="def test_own(request):\n    request.getfixturevalue('haerae_model')\n")
    result = run(pytester, "--model=small,large", "test_own.py")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*this session is about several models*"])


def test_python_and_the_command_line_evaluate_several(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    (folder / "pyproject.toml").write_text(
        '[tool.pytest-haerae.models]\nleft = {model = "random", model_params = {seed = 1}}\n'
        'right = {model = "random", model_params = {seed = 2}}\n',
        encoding="utf-8",
    )
    results = Evaluator(progress=False).run(model=["left", "right"], dataset="questions.jsonl", output_file="r.json")
    assert list(results) == ["left", "right"]
    assert [result.info["model_name"] for result in results.values()] == ["left", "right"]
    assert (
        main(["run", "--model", "left", "--model", "right", "--dataset=questions.jsonl", "--output-file=c.json"]) == 0
    )
    said = capsys.readouterr().out
    for name, result in results.items():
        written = json.loads(Path(f"r.{name}.json").read_text(encoding="utf-8"))
        assert written["metrics"] == valid_report(Path(f"c.{name}.json"))["metrics"] == result.metrics
        assert f"{name} (random" in said
    assert "\nranks\n" in said
    assert said.splitlines()[-1] == "as a page: pytest-haerae rank c.left.json c.right.json --html ranks.html"
    alone = Evaluator(progress=False).run(model=["left"], dataset="questions.jsonl")
    assert alone["left"].metrics == results["left"].metrics
    assert main(["run", "--model=left,right", "--dataset=questions.jsonl", "--output-file=-"]) == 4
    assert "a report each" in capsys.readouterr().err
