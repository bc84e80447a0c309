"""The names of options: which are shown, which are accepted, and which are left to somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.config.options import OPTIONS
from tests.helpers import valid_report
from tests.integration.always import ITEMS, metrics
from tests.integration.conftest import Evaluate
from tests.integration.outsiders import install

pytestmark = pytest.mark.slow

THEIRS = """
def pytest_addoption(parser):
    parser.addoption("--model", help="what is in the shop")
    parser.addoption("--limit", type=int, default=7)
"""
USES = "def test_shop(request):\n    assert request.config.getoption('--model') == 'shoe'\n"


def test_help_has_each_option_once_in_a_group_of_its_own(evaluate: Evaluate) -> None:
    lines = evaluate("--help", model=None).outlines
    begin = lines.index("haerae: evaluation of Korean language models:")
    group = lines[begin + 1 : lines.index("", begin)]
    names = [line.split()[0].partition("=")[0].rstrip(",") for line in group if line.startswith("  --")]
    assert names == [option.flag for option in OPTIONS]
    assert not [line for line in lines if "--haerae-" in line]
    ini = [line for line in lines if line.startswith("  haerae_")]
    assert len(ini) == len(OPTIONS)


@pytest.mark.parametrize(
    "typed",
    [["--limit", "3"], ["--haerae_limit=3"]],
    ids=" ".join,
)
def test_each_spelling_is_accepted_on_the_command_line_and_in_addopts(
    evaluate: Evaluate, pytester: pytest.Pytester, typed: list[str]
) -> None:
    evaluate(*typed)
    assert metrics()["n"] == 3
    pytester.makeini(f"[pytest]\naddopts = {' '.join(typed)} --model_params seed=1\n")
    evaluate("--method", "log_likelihood")
    assert metrics()["n"] == 3
    info = valid_report(Path(".haerae/report.json"))["info"]
    assert (info["model_params"], info["method"]) == ({"seed": 1}, "log_likelihood")


def test_a_conftest_may_have_an_option_of_the_same_name(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    """pytest ended with argparse's error before it collected anything."""
    pytester.makeconftest(THEIRS)
    pytester.makepyfile(test_shop=USES)
    result = evaluate("--model=shoe", "--limit", "3", "test_shop.py", model=None)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["haerae: another plugin has --model, --limit; for this one type --haerae-model, --haerae-limit"]
    )
    assert evaluate("--haerae-model=random", "--model", "shoe", model=None).ret == 0
    assert metrics()["n"] == ITEMS
    result = evaluate("--help", model=None)
    result.stdout.fnmatch_lines(["*--haerae-model=NAME*", "*--model=MODEL*"])


def test_a_plugin_that_comes_later_may_have_one(
    evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(pytester.path / "site", monkeypatch, "zz_shop", THEIRS, {"pytest11": {"zz_shop": "zz_shop"}})
    pytester.makepyfile(test_shop=USES)
    assert evaluate("--model=shoe", "test_shop.py", model=None).ret == 0
    assert evaluate("--haerae-model=random", "--model=shoe", "-n2", model=None).ret == 0
    assert metrics()["n"] == ITEMS


def test_a_value_of_its_own_word_keeps_no_conftest_from_being_found(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    """``--model random`` names no path: the conftest.py of `testpaths` is read before options are."""
    folder = pytester.mkdir("tests")
    (folder / "conftest.py").write_text("def pytest_addoption(parser):\n    parser.addoption('--shoe')\n")
    (folder / "test_shoe.py").write_text(
        "def test_shoe(request):\n    assert request.config.getoption('shoe') == '1'\n"
    )
    pytester.makeini("[pytest]\ntestpaths = tests\n")
    assert evaluate("--model", "random", "--shoe", "1", model=None).ret == 0


def test_a_conftest_may_load_the_plugin(
    evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest("pytest_plugins = ['pytest_haerae.plugin']\n")
    assert evaluate("--limit=3").ret == 0
    assert metrics()["n"] == 3
