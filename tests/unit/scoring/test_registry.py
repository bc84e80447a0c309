from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring import registry
from pytest_haerae.scoring.parameters import ScorerParameters
from pytest_haerae.scoring.registry import (
    DEFAULT_SCORER,
    ENTRY_POINT_GROUP,
    find_scorer,
    register_scorer,
    scorer_name,
    scorer_names,
)
from pytest_haerae.types import CAPABILITY, Item, Method, Response, Verdict
from tests.unit.installed import install

OWN = ("default", "first_letter", "ifeval", "judge", "kudge", "logical_puzzles", "math", "partial_match", "strict")
INSTALLED = """
from pytest_haerae import Verdict, register_scorer

@register_scorer("string_match", "installed")
def judge(item, response):
    return Verdict("wrong")
"""
POINTS = f"""
[{ENTRY_POINT_GROUP}]
installed = installed_scorers:judge
broken = installed_nowhere:judge
mute = installed_scorers:Verdict
"""


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone afterwards."""
    for method in CAPABILITY:
        registry.scorer_names(method)  # those of the package are there, whatever is registered beside them
    monkeypatch.setattr(registry, "_SCORERS", dict(registry._SCORERS))
    monkeypatch.delitem(sys.modules, "installed_scorers", raising=False)


def always_wrong(item: Item, response: Response) -> Verdict:
    """Nobody is right.

    Not even once.
    """
    return Verdict("wrong")


def test_the_package_has_its_own() -> None:
    assert scorer_names("string_match") == OWN
    assert scorer_names("log_likelihood") == ("default",)


def test_a_function_is_registered_and_stays_a_function() -> None:
    assert register_scorer("string_match", "mine")(always_wrong) is always_wrong
    scorer = find_scorer("string_match", "mine")
    assert (scorer.method, scorer.name, scorer.judge) == ("string_match", "mine", always_wrong)
    assert (scorer.parameters, scorer.require, scorer.description) == (None, None, "Nobody is right.")


def test_a_name_of_the_package_is_replaced_for_one_method() -> None:
    register_scorer("string_match", "default", description="Mine.")(always_wrong)
    assert find_scorer("string_match", "default").description == "Mine."
    assert find_scorer("log_likelihood", "default").judge is not always_wrong


def test_the_packages_own_comparison_of_numbers_is_trusted_and_nothing_else() -> None:
    assert find_scorer("log_likelihood", "default").trusted
    assert not any(find_scorer("string_match", name).trusted for name in OWN)
    register_scorer("log_likelihood", "default")(always_wrong)
    assert not find_scorer("log_likelihood", "default").trusted


def test_a_name_that_is_unknown_for_the_method_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        UsageError,
        match=r"unknown scorer 'strikt': did you mean 'strict'\? Valid: default, first_letter, ifeval, judge, kudge",
    ):
        find_scorer("string_match", "strikt")
    with pytest.raises(UsageError, match=r"unknown scorer 'strict'\. Valid: default"):
        find_scorer("log_likelihood", "strict")


def test_a_method_that_does_not_exist_is_refused() -> None:
    method: Method = "string_mach"  # type: ignore[assignment]
    with pytest.raises(UsageError, match="scorer 'mine': unknown method 'string_mach': did you mean 'string_match'"):
        register_scorer(method, "mine")


def test_a_parameter_may_not_take_a_name_of_the_method() -> None:
    class Taken(ScorerParameters):
        strict: bool

    with pytest.raises(UsageError, match="scorer 'mine': its parameter 'strict' is one of string_match itself"):
        register_scorer("string_match", "mine", parameters=Taken)
    register_scorer("log_likelihood", "mine", parameters=Taken)


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "default"),
        ({"scorer": "mine"}, "mine"),
        ({"strict": True}, "strict"),
        ({"strict": False}, "default"),
        ({"strict": True, "scorer": "strict"}, "strict"),
        ({"return_logits": True}, "default"),
    ],
)
def test_the_name_has_one_derivation(params: dict[str, object], name: str) -> None:
    assert scorer_name(params) == name


def test_an_installed_package_adds_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path, "installed_scorers", INSTALLED, POINTS)
    find_scorer("string_match", "default")
    assert "installed_scorers" not in sys.modules, "a run with another scorer does not import it"
    assert find_scorer("string_match", "installed").name == "installed"


def test_the_names_of_installed_ones_are_listed_and_a_broken_package_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "installed_scorers", INSTALLED, POINTS)
    assert scorer_names("string_match") == (
        "default",
        "first_letter",
        "ifeval",
        "installed",
        "judge",
        "kudge",
        "logical_puzzles",
        "math",
        "partial_match",
        "strict",
    )
    assert scorer_names("log_likelihood") == ("default",)


def test_an_entry_point_without_a_scorer_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path, "installed_scorers", INSTALLED, POINTS)
    with pytest.raises(UsageError, match="'installed_scorers:Verdict' registers no scorer 'mute'"):
        find_scorer("string_match", "mute")
    with pytest.raises(
        UsageError, match="--evaluator-params scorer=broken: installed_nowhere:judge cannot be loaded: No module"
    ):
        find_scorer("string_match", "broken")


def test_registering_imports_no_pydantic() -> None:
    code = "import sys, pytest_haerae; pytest_haerae.register_scorer; print('pydantic' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_the_packages_own_scorer_is_imported_late_and_does_not_replace_what_replaced_it() -> None:
    own = find_scorer("string_match", DEFAULT_SCORER).judge

    @register_scorer("string_match", DEFAULT_SCORER)
    def judge(item: Item, response: Response) -> Verdict:
        """Another one."""
        return Verdict("correct")

    register_scorer("string_match", DEFAULT_SCORER)(own)
    assert find_scorer("string_match", DEFAULT_SCORER).judge is judge


def test_a_run_on_log_likelihoods_imports_no_reader_of_texts() -> None:
    look = "from pytest_haerae.scoring.registry import find_scorer; find_scorer('log_likelihood', 'default')"
    code = f"import sys; {look}; print([name for name in sys.modules if 'scoring.reading' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
