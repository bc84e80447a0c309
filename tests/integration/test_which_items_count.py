"""Which items count, and how often: what vanishes, repeats, skips, is rerun or is cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import valid_report
from tests.integration.always import (
    BACKEND,
    HEAD,
    ITEMS,
    MODES,
    PLAIN,
    REPORT,
    SUITE,
    WRONG,
    asked,
    metrics,
    outcomes,
    verdicts,
    write,
)
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

VANISHING = """
import pytest

@pytest.hookimpl({order})
def pytest_collection_modifyitems(config, items):
    items[:] = {left}
"""


@MODES
@pytest.mark.parametrize(
    ("order", "left"),
    [
        ("", "items[:7]"),
        pytest.param("tryfirst=True", "items[:7]", marks=pytest.mark.server),
        ("trylast=True", "[item for item in items if 'other' in item.nodeid]"),
    ],
    ids=["seven", "first", "none"],
)
def test_items_that_vanish_without_a_word_are_missing(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], order: str, left: str
) -> None:
    """Gates judged the rest as the whole, and --baseline-write kept it."""
    pytester.makepyfile(test_other="def test_other(): ...")
    pytester.makeconftest(BACKEND + VANISHING.format(order=order, left=left))
    result = always("--min-accuracy=0", "--baseline-write=base.json", *workers)
    assert result.ret == 1
    assert set(verdicts().values()) == {"unmeasurable"}
    assert not Path("base.json").exists()
    left_over = 0 if "other" in left else 7
    assert asked() == left_over
    assert valid_report(REPORT)["info"]["selection"] == {"items": ITEMS, "by_hand": False}
    result.stdout.fnmatch_lines([f"{ITEMS - left_over} items are missing: *did not tell pytest"])


def test_items_that_a_plugin_drops_as_they_are_made_are_missing(always: Evaluate, pytester: pytest.Pytester) -> None:
    hook = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem():
    made = yield
    return made[:7] if isinstance(made, list) else made
"""
    pytester.makeconftest(BACKEND + hook)
    assert always("--min-accuracy=0").ret == 1
    assert (metrics()["n"], set(verdicts().values())) == (7, {"unmeasurable"})


DESELECTING = """
class Strange:
    def __init__(self, config):
        self.config = config

def pytest_collection_modifyitems(config, items):
    config.hook.pytest_deselected(items=[Strange(config)] * 33)
    del items[7:]
"""


def test_items_that_are_reported_as_something_else_are_missing(always: Evaluate, pytester: pytest.Pytester) -> None:
    """A plugin that skips unchanged tests reports as many things as it dropped, which are no items."""
    pytester.makeconftest(BACKEND + DESELECTING)
    assert always("--min-accuracy=0").ret == 1
    assert set(verdicts().values()) == {"unmeasurable"}
    pytester.makeconftest(BACKEND + DESELECTING.replace("[Strange(config)] * 33", "items[7:]"))
    assert always("--min-accuracy=0").ret == 0
    assert verdicts() == {"min-accuracy": "not evaluated"}


IGNORING = """
def pytest_ignore_collect(collection_path, config):
    return True if collection_path.name == "test_known.py" else None
"""


def test_a_file_that_another_plugin_ignores_is_missing(always: Evaluate, pytester: pytest.Pytester) -> None:
    """Where it was the only one, the exit code was that plugin's, which may be 0."""
    pytester.makepyfile(ignoring=IGNORING + "\ndef pytest_sessionfinish(session):\n    session.exitstatus = 0\n")
    pytester.makepyfile(test_known=HEAD + SUITE + PLAIN)
    pytester.syspathinsert()
    assert always("-p", "ignoring", "--min-accuracy=0").ret == 1
    assert set(verdicts().values()) == {"unmeasurable"}
    Path("test_mine.py").unlink()
    assert always("-p", "ignoring", "--min-accuracy=0").ret == 1
    assert always("-p", "ignoring", "--collect-only").ret == 0
    assert always("--ignore=test_known.py").ret == pytest.ExitCode.NO_TESTS_COLLECTED


REPEATED = (
    "def test_first(haerae_verdict):\n    assert_correct(haerae_verdict)\n",
    "@pytest.mark.parametrize('more', ['z', 'a'])\n"
    "def test_second(more, haerae_verdict):\n    assert_correct(haerae_verdict)\n",
)


COUNT = """
def pytest_generate_tests(metafunc):
    metafunc.fixturenames.append("_count")
    metafunc.parametrize("_count", range(5), indirect=True)

import pytest

@pytest.fixture
def _count(request):
    return request.param
"""


@MODES
@pytest.mark.parametrize("how", ["functions", "count", pytest.param("each", marks=pytest.mark.server)])
def test_an_item_counts_once_whatever_number_of_tests_asks_it(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], how: str
) -> None:
    """With --count=50, stacked parametrization and two tests over one subset the interval was too narrow."""
    always()
    once = metrics()
    if how == "functions":
        write(pytester, *REPEATED, PLAIN.replace("test_mine", "test_third"))
        suite = pytester.path / "test_mine.py"
        text = suite.read_text(encoding="utf-8")
        suite.write_text(text.replace("questions.jsonl", "./questions.jsonl", 1), encoding="utf-8")
    elif how == "count":
        pytester.makeconftest(BACKEND + COUNT)
    elif not workers:
        pytest.skip("--dist=each is of workers")
    result = always("--min-accuracy=0", *workers, *(("--dist=each",) if how == "each" else ()))
    assert (result.ret, verdicts()) == (0, {"min-accuracy": "passed"})
    assert metrics() == once
    assert asked() == ITEMS
    assert f"{WRONG * {'functions': 4, 'count': 5, 'each': 2}[how]} wrong" in result.stdout.str()
    first = valid_report(REPORT)["samples"][0]["nodeid"]
    assert first.startswith(
        {"functions": "test_mine.py::test_first[", "count": "test_mine.py::test_mine["}.get(how, "")
    )


def test_an_items_first_test_is_the_first_that_was_collected(always: Evaluate, pytester: pytest.Pytester) -> None:
    """Whatever order another plugin runs the tests in."""
    write(pytester, *REPEATED, conftest="def pytest_collection_modifyitems(items):\n    items.reverse()\n")
    always()
    assert {sample["nodeid"].partition("[")[0] for sample in valid_report(REPORT)["samples"]} == {
        "test_mine.py::test_first"
    }


@MODES
def test_what_a_mark_skips_is_not_asked_and_not_missing(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """It was asked and paid for, and then the run was unmeasurable."""
    write(
        pytester,
        "@pytest.mark.skipif('not os.environ.get(\"NO_SUCH_VARIABLE\")', reason='not here')\n" + PLAIN,
        conftest="",
    )
    result = always(*workers)
    assert (result.ret, asked()) == (0, 0)
    assert (metrics()["skipped"], metrics()["n"], set(outcomes().values())) == (ITEMS, 0, {"skipped"})
    assert {sample["explanation"] for sample in valid_report(REPORT)["samples"]} == {"not here"}
    assert always("--min-accuracy=questions=0", *workers).ret == 1
    assert verdicts() == {"min-accuracy questions": "unmeasurable"}


SKIPPING = """
def test_mine(haerae_item, haerae_verdict):
    if haerae_item.index in (0, 1):
        pytest.skip("not this one")
    if haerae_item.index == 2:
        pytest.xfail("not yet")
    assert_correct(haerae_verdict)
"""


MARKING = """
import pytest

def pytest_collection_modifyitems(items):
    items[4].add_marker(pytest.mark.skip(reason="by a mark"))
    items[5].add_marker(pytest.mark.xfail(reason="known", strict=True))
    items[6].add_marker(pytest.mark.xfail(run=False))
"""


@MODES
def test_a_skip_takes_an_item_out_and_an_expected_failure_leaves_it_in(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    """`pytest.skip()` in the body showed `s` and counted as wrong."""
    write(pytester, SKIPPING, conftest=MARKING)
    result = always("--min-accuracy=0", *workers)
    assert (result.ret, verdicts()) == (0, {"min-accuracy": "passed"})
    assert asked() == ITEMS - 1
    found = list(outcomes().values())
    expected = ["skipped", "skipped", "wrong", "wrong", "skipped", "wrong", "wrong", "wrong", "correct"]
    assert found[: len(expected)] == expected
    assert (metrics()["n"], metrics()["skipped"]) == (ITEMS - 3, 3)
    explanations = [sample["explanation"] for sample in valid_report(REPORT)["samples"]]
    assert (explanations[0], explanations[4]) == ("not this one", "by a mark")
    assert [number for number, text in enumerate(explanations) if "expected to fail" in text] == [2, 5, 6]
    result.stdout.fnmatch_lines(["expected to fail (xfail): 3 of the items, which count as answered", "*3 xfailed*"])


RERUNNING = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        for report in reports:
            report.outcome = "rerun" if report.failed else report.outcome
            item.ihook.pytest_runtest_logreport(report=report)
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True

def pytest_report_teststatus(report):
    return ("rerun", "R", "RERUN") if report.outcome == "rerun" else None
"""


@MODES
def test_a_plugin_that_reruns_failures_asks_nothing_again(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makeconftest(BACKEND + RERUNNING)
    result = always(*workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"*{WRONG} rerun, {WRONG} wrong*"])
    assert (asked(), metrics()["n"], metrics()["wrong"]) == (ITEMS, ITEMS, WRONG)


CUT = """
from pytest_haerae import Verdict
from pytest_haerae.scoring import register_scorer

@register_scorer("string_match", "cutting")
def judge(item, response):
    return Verdict("cut", None, f"{item.id} was cut")
"""


@MODES
def test_a_cut_answer_is_a_category_of_its_own(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makeconftest(BACKEND + CUT)
    result = always("--evaluator-params=scorer=cutting", "--junitxml=junit.xml", *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"*{ITEMS} cut*"])
    assert "FAILURES" not in result.stdout.str()
    assert '<property name="haerae_outcome" value="cut"' in Path("junit.xml").read_text(encoding="utf-8")
