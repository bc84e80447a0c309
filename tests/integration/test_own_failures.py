"""A failure of the user's own, and an exit of others, is what the exit code says whatever the verdicts are."""

from __future__ import annotations

import pytest

from tests.integration.always import BACKEND, BOTH, HEAD, ITEMS, MODES, PLAIN, SUITE, WRONG, metrics, verdicts, write
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

OWN = {
    "before": "assert haerae_item.index != 1, 'MY OWN'\n    assert_correct(haerae_verdict)",
    "instead": "assert haerae_item.index != 1, 'MY OWN'",
    "raised": "if haerae_item.index == 1: raise WrongAnswer('MY OWN')\n    assert_correct(haerae_verdict)",
    "around": """try:
        assert_correct(haerae_verdict)
    finally:
        assert haerae_item.index != 1, 'MY OWN'""",
    "failed": "if haerae_item.index == 1: pytest.fail('MY OWN')\n    assert_correct(haerae_verdict)",
    "on_a_right_one": "assert haerae_item.index != 4, 'MY OWN'\n    assert_correct(haerae_verdict)",
    "swallowed": """with pytest.raises(AssertionError):
        assert_correct(haerae_verdict)
    assert haerae_item.index != 1, 'MY OWN'""",
}


@pytest.mark.parametrize("body", OWN, ids=list(OWN))
def test_a_failure_of_the_users_own_fails_the_run_and_is_shown(
    always: Evaluate, pytester: pytest.Pytester, body: str
) -> None:
    """On a wrong item it was `w`, its text was shown nowhere, and the exit code was 0."""
    write(pytester, f"def test_mine(haerae_item, haerae_verdict):\n    {OWN[body]}\n")
    result = always()
    assert result.ret == 1
    assert "MY OWN" in result.stdout.str().partition("= FAILURES =")[2]
    assert (metrics()["wrong"], metrics()["n"]) == (WRONG, ITEMS), "the verdicts are what they are"
    failed = 11 if body == "swallowed" else 1
    result.stdout.fnmatch_lines([f"*{failed} failed*"])


@MODES
@pytest.mark.parametrize("when", ["setup", "teardown"])
def test_a_failure_of_the_users_own_fixture_fails_the_run(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], when: str
) -> None:
    fixture = f"""
@pytest.fixture
def own(haerae_item, haerae_verdict):
    {"yield" if when == "teardown" else ""}
    assert haerae_item.index != 1, "MY OWN"
    {"yield" if when == "setup" else ""}
"""
    pytester.makepyfile(test_mine=HEAD + fixture + SUITE + PLAIN.replace("haerae_verdict)", "haerae_verdict, own)", 1))
    result = always(*workers)
    assert result.ret == 1
    assert "MY OWN" in result.stdout.str()
    assert (metrics()["wrong"], metrics()["n"]) == (WRONG, ITEMS)
    result.stdout.fnmatch_lines(["*1 error*"])


PARTS = """
def test_mine(haerae_item, haerae_verdict, subtests):
    with subtests.test("right"):
        assert_correct(haerae_verdict)
    with subtests.test("own"):
        assert haerae_item.index != {index}, "MY OWN"
    with subtests.test("skipped"):
        pytest.skip("a part")
"""


@BOTH
@pytest.mark.parametrize(("index", "code"), [(-1, 0), (1, 1), (4, 1)], ids=["wrong", "own", "own_on_a_right_one"])
def test_with_subtests_serial_runs_and_workers_agree(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], index: int, code: int
) -> None:
    """Wrong answers gave exit code 0 in a serial run and 1 with -n 2."""
    write(pytester, PARTS.format(index=index))
    result = always(*workers)
    assert result.ret == code
    assert (metrics()["wrong"], metrics()["n"], metrics()["skipped"]) == (WRONG, ITEMS, 0)
    wrong = WRONG - 1 if index == 1 else WRONG
    result.stdout.fnmatch_lines([f"*{WRONG} subtests wrong, {wrong} wrong*"])
    assert ("MY OWN" in result.stdout.str()) == bool(code)


EXITS = {
    "a_later_test": ("def test_z():\n    import pytest\n    pytest.exit('enough', returncode=0)\n", ""),
    "the_sessions_end": (
        "",
        "import pytest\ndef pytest_sessionfinish():\n    pytest.exit('enough', returncode=0)\n",
    ),
    "another_plugin": ("", "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"),
}


@pytest.mark.parametrize("place", EXITS)
@pytest.mark.parametrize(("gate", "code"), [("0.9", 1), ("0.1", 0)])
def test_no_exit_of_others_hides_a_failed_gate(
    always: Evaluate, pytester: pytest.Pytester, place: str, gate: str, code: int
) -> None:
    """`pytest.exit(returncode=0)` in a later test ended with exit code 0."""
    later, conftest = EXITS[place]
    pytester.makepyfile(test_z=later)
    pytester.makeconftest(BACKEND + conftest)
    assert always(f"--min-accuracy={gate}").ret == code
    assert verdicts() == {"min-accuracy": "failed" if code else "passed"}


def test_an_exit_before_the_items_were_judged_is_unmeasurable(always: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_a=EXITS["a_later_test"][0])
    assert always("--min-accuracy=0").ret == 1
    assert set(verdicts().values()) == {"unmeasurable"}


@pytest.mark.server
def test_an_exit_on_a_worker_is_no_success(always: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_z=EXITS["a_later_test"][0])
    assert always("--min-accuracy=0.9", "-n2").ret != 0


def test_a_test_of_another_kind_that_asks_for_a_verdict_says_that_it_has_no_item(
    always: Evaluate, pytester: pytest.Pytester
) -> None:
    body = """
import unittest

class TestMine(unittest.TestCase):
    @pytest.mark.usefixtures("haerae_verdict")
    def test_mine(self): ...
"""
    pytester.makepyfile(test_unit=HEAD + body)
    result = always()
    assert result.ret == 1
    assert "this test has no item" in result.stdout.str()
    assert metrics()["n"] == ITEMS
