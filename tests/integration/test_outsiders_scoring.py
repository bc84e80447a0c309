"""A scorer with a parameter and a prompt, as somebody else's installed package adds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.integration.outsiders import install

pytestmark = pytest.mark.slow

MODULE = '''
from pytest_haerae import ScorerParameters, Verdict, register_prompt, register_scorer


class Parameters(ScorerParameters):
    longest: int
    letters: str = "ABCD"


@register_scorer("string_match", "mine", parameters=Parameters)
def mine(item, response, parameters):
    """The last letter of a short text."""
    letters = [letter for letter in response.text if letter in parameters.letters]
    if len(response.text) > parameters.longest or not letters:
        return Verdict("invalid", None, f"{item.id}: too long", "too long")
    outcome = "correct" if letters[-1] == item.reference else "wrong"
    return Verdict(outcome, letters[-1], f"{item.id}: {letters[-1]}", "last letter")


@register_prompt("whisper")
def whisper(item):
    return f"(조용히) {item.query}"
'''
ENTRY_POINTS = {
    "pytest_haerae.scorers": {"mine": "outsiders:mine", "lost": "outsiders:lost"},
    "pytest_haerae.prompts": {"whisper": "outsiders:whisper", "lost": "outsiders_gone:lost"},
}


@pytest.fixture(autouse=True)
def outsiders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site-packages", monkeypatch, "outsiders", MODULE, ENTRY_POINTS)


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_they_are_used_by_name(evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]) -> None:
    result = evaluate("--evaluator-params=scorer=mine,longest=7", "--prompt=whisper", "--limit=6", *workers)
    assert result.ret == 0
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert report["info"]["evaluator_params"] == {"scorer": "mine", "longest": 7}
    assert report["info"]["rules"] == {"last letter": 6}
    assert all(sample["input"].startswith("(조용히) ") for sample in report["samples"])


def test_a_parameter_changes_the_verdicts(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    assert evaluate("--evaluator-params=scorer=mine,longest=3", "--limit=6").ret == 0
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert report["metrics"]["invalid"] == 6
    assert report["info"]["rules"] == {"too long": 6}


def test_a_mistake_is_one_clear_line_before_anything_is_asked(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    result = evaluate("--evaluator-params=scorer=mine,longst=3")
    result.stderr.fnmatch_lines(
        ["ERROR: --evaluator-params: unknown parameter 'longst': did you mean 'longest'? Valid: *letters, longest, *"]
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not (pytester.path / ".haerae" / "responses.sqlite").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "--evaluator-params=scorer=lost",
            "--evaluator-params scorer=lost: outsiders:lost cannot be loaded:"
            " module 'outsiders' has no attribute 'lost'",
        ),
        ("--prompt=lost", "--prompt=lost: outsiders_gone:lost cannot be loaded: No module named 'outsiders_gone'"),
    ],
)
def test_an_entry_point_that_leads_nowhere_is_one_line(evaluate: Evaluate, option: str, said: str) -> None:
    result = evaluate(option)
    assert result.errlines == [f"ERROR: {said}", ""]
    assert result.ret == pytest.ExitCode.USAGE_ERROR
