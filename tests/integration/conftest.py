"""Running pytest on a suite of one's own, in a subprocess."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.helpers import write_questions

Evaluate = Callable[..., pytest.RunResult]


@pytest.fixture
def evaluate(pytester: pytest.Pytester) -> Evaluate:
    """Run a suite over a file of 40 questions with the random backend, and further options."""
    write_questions(pytester.path)

    def run(*options: str, model: str | None = "random") -> pytest.RunResult:
        named = [f"--model={model}"] if model else []
        return pytester.runpytest_subprocess(*named, *options)

    return run
