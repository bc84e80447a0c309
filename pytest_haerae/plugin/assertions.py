"""What a suite's tests assert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_haerae.errors import WrongAnswer

if TYPE_CHECKING:
    from pytest_haerae.types import Verdict


def assert_correct(verdict: Verdict) -> None:
    """Assert that an item was answered right.

    Args:
        verdict: The fixture ``haerae_verdict``.

    Raises:
        WrongAnswer: With the verdict's one-line explanation; an AssertionError that the plugin shows as ``w``, ``i`` or
            ``c``.
    """
    if verdict.outcome != "correct":
        wrong = WrongAnswer(verdict.explanation)
        wrong.verdict = verdict
        raise wrong
