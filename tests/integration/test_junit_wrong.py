"""``--junit-wrong``: how wrong items stand in JUnit's XML, and that nothing else sees a difference."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.helpers import valid_report
from tests.integration.always import BOTH, HEAD, ITEMS, MODES, WRONG, write
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

RIGHT = ITEMS - WRONG
FILE = "--junitxml=junit.xml"
ELEMENTS = {"failures": "failure", "skipped": "skipped", "properties": None}
FAMILIES = pytest.mark.parametrize("family", ["xunit2", pytest.param("legacy", marks=pytest.mark.server)])


def suite() -> ElementTree.Element:
    found = ElementTree.parse("junit.xml").getroot().find("testsuite")  # noqa: S314 - our own file
    assert found is not None
    return found


def counts() -> dict[str, int]:
    """What the suite says of its cases; the cases themselves have to say the same."""
    element = suite()
    said = {name: int(element.get(name) or 0) for name in ("tests", "failures", "skipped", "errors")}
    cases = list(element.iter("testcase"))
    tags = Counter(child.tag for case in cases for child in case if child.tag in ("failure", "skipped", "error"))
    assert said == {
        "tests": len(cases),
        "failures": tags["failure"],
        "skipped": tags["skipped"],
        "errors": tags["error"],
    }
    return said


def properties(case: ElementTree.Element) -> dict[str, str]:
    return {each.get("name") or "": each.get("value") or "" for each in case.iter("property")}


@MODES
@FAMILIES
@pytest.mark.parametrize("how", ELEMENTS)
def test_a_wrong_item_stands_there_as_it_is_asked_to(
    always: Evaluate, how: str, family: str, workers: tuple[str, ...]
) -> None:
    result = always(FILE, f"--junit-wrong={how}", "-o", f"junit_family={family}", *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"*{RIGHT} passed, {WRONG} wrong*"])
    tag = ELEMENTS[how]
    expected = {"tests": ITEMS, "failures": 0, "skipped": 0, "errors": 0}
    assert counts() == expected | ({"failures": WRONG} if how == "failures" else {how: WRONG} if tag else {})
    outcomes: Counter[str] = Counter()
    for case in suite().iter("testcase"):
        outcome = properties(case)["haerae_outcome"]
        outcomes[outcome] += 1
        assert properties(case)["haerae_reference"] in "ABCD"
        found = None if tag is None else case.find(tag)
        assert (found is not None) == (outcome == "wrong" and tag is not None)
        if found is not None:
            assert "predicted (A), reference (" in (found.get("message") or "")
    assert outcomes == {"correct": RIGHT, "wrong": WRONG}


@pytest.mark.parametrize(
    ("options", "failures"),
    [
        ([], WRONG),
        (["--min-accuracy=0.1"], 0),
        (["--min-accuracy=0.1", "--junit-wrong=failures"], WRONG),
        (["--max-error-rate=0.5"], WRONG),
    ],
)
def test_where_a_gate_decides_wrong_items_are_no_failures(always: Evaluate, options: list[str], failures: int) -> None:
    assert always(FILE, *options).ret == 0
    assert counts()["failures"] == failures


def test_a_baseline_is_a_gate(always: Evaluate) -> None:
    assert always("--baseline-write=base.json").ret == 0
    assert always("--baseline=base.json", FILE).ret == 0
    assert counts()["failures"] == 0


@BOTH
def test_a_markers_gate_is_one(always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    path = pytester.path / "test_mine.py"
    marker = '(dataset="questions.jsonl"'
    text = path.read_text(encoding="utf-8").replace(marker, f"{marker}, min_accuracy=0.1")
    path.write_text(text, encoding="utf-8")
    assert always(FILE, *workers).ret == 0
    assert counts()["failures"] == 0


@MODES
def test_nothing_else_sees_a_difference(always: Evaluate, workers: tuple[str, ...]) -> None:
    """The exit code, --lf, -x and the report are those of a run without it."""
    found = []
    for how in ("failures", "properties"):
        option = f"--junit-wrong={how}"
        runs = [
            always(FILE, option, "--min-accuracy=0.9", *workers),
            always(FILE, option, "--lf", *workers),
            always(FILE, option, "-x"),
        ]
        metrics = valid_report(Path(".haerae/report.json"))["metrics"]
        found.append(([(run.ret, run.parseoutcomes().get("wrong")) for run in runs], metrics))
    assert found[0][0] == [(1, WRONG), (0, WRONG), (1, 1)]
    assert found[1] == found[0]


OWN = "def test_mine(haerae_verdict):\n    assert haerae_verdict.prediction == 'B'\n"
IN_A_FIXTURE = """@pytest.fixture
def right(haerae_verdict):
    assert_correct(haerae_verdict)

"""


def test_a_failure_of_ones_own_stays_one(always: Evaluate, pytester: pytest.Pytester) -> None:
    write(pytester, OWN)
    pytester.makepyfile(test_other="def test_other():\n    assert False\n")
    assert always(FILE, "--junit-wrong=properties").ret == 1
    assert counts() == {"tests": ITEMS + 1, "failures": ITEMS + 1, "skipped": 0, "errors": 0}


def test_an_item_that_a_fixture_found_wrong_is_counted(always: Evaluate, pytester: pytest.Pytester) -> None:
    text = '@pytest.mark.haerae(dataset="questions.jsonl")\ndef test_mine(right, haerae_item):\n    pass\n'
    pytester.makepyfile(test_mine=HEAD + IN_A_FIXTURE + text)
    assert always(FILE, "--junit-wrong=properties").ret == 0
    assert counts() == {"tests": ITEMS, "failures": 0, "skipped": 0, "errors": 0}


def test_another_word_is_refused_before_anything_is_asked(always: Evaluate) -> None:
    result = always("--junit-wrong=skip")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --junit-wrong: unknown choice 'skip': did you mean 'skipped'?*"])
    assert not Path("ledger.txt").exists()


def test_the_ini_file_may_say_it(always: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_junit_wrong = skipped\n")
    assert always(FILE).ret == 0
    assert counts()["skipped"] == WRONG
