"""Running pytest on a suite of one's own, in a subprocess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_haerae.doors.additions import SOURCES
from pytest_haerae.prompts import registry as prompts
from pytest_haerae.report import formats
from pytest_haerae.scoring import registry as scorers
from pytest_haerae.testing import Ledger
from tests.helpers import write_questions
from tests.integration.always import BACKEND
from tests.integration.workflows import Checkout

Evaluate = Callable[..., pytest.RunResult]


@pytest.fixture(autouse=True)
def without_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its plugin imports all of it at the end of each pytest run: a second that no test here is about."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")


@pytest.fixture(autouse=True, scope="session")
def _modules_that_register() -> None:
    """Pytest forgets the modules that a run in this process imports; what they registered would be of none then."""
    for source in SOURCES.values():
        list(source.look())


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run in this process registers, such as a scorer of its conftest.py, is forgotten with it."""
    for module, name in ((prompts, "PROMPTS"), (scorers, "_SCORERS"), (formats, "_FORMATS")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))


@pytest.fixture
def evaluate(pytester: pytest.Pytester) -> Evaluate:
    """Run a suite over a file of 40 questions with the random backend, and further options.

    In a subprocess, or with `inprocess` in this one, which is enough for what ends before the batch and much faster.
    """
    write_questions(pytester.path)

    def run(*options: str, model: str | None = "random", inprocess: bool = False) -> pytest.RunResult:
        named = [f"--model={model}"] if model else []
        run_pytest = pytester.runpytest_inprocess if inprocess else pytester.runpytest_subprocess
        return run_pytest(*named, *options)

    return run


@pytest.fixture
def always(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Run the suite with the backend of `always.BACKEND`, and with an empty ledger."""
    pytester.makeconftest(BACKEND)

    def run(*options: str, model: str | None = "always", inprocess: bool = False) -> pytest.RunResult:
        Ledger(pytester.path / "ledger.txt").clear()
        return evaluate(*options, model=model, inprocess=inprocess)

    return run


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A repository for the workflows of ``init --ci``, and a folder of programs in the place of the CI system's."""
    made = Checkout(tmp_path / "checkout", tmp_path / "programs")
    made.write()
    return made
