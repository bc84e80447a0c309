from __future__ import annotations

import sys
from threading import Thread

import pytest

from pytest_haerae.scoring.mathematics.process import MathematicsProcess, Result, compare
from pytest_haerae.scoring.time_limit import OutOfTime, call_within


def test_a_formula_without_end_is_given_up_and_the_next_one_is_compared() -> None:
    pytest.importorskip("math_verify")
    process = MathematicsProcess(seconds=0.5)
    try:
        assert process.compare("9^{9^{9^9}}", "42") == "no answer"
        assert process.compare("\\frac{84}{2}", "42") == "equal"
    finally:
        process.close()


def test_an_interrupted_comparison_does_not_answer_the_next_one() -> None:
    pytest.importorskip("math_verify")
    process = MathematicsProcess(seconds=30)
    try:
        assert process.compare("1", "1") == "equal"
        with pytest.raises(OutOfTime):
            call_within(0.3, lambda: process.compare("9^{9^{9^9}}", "42"))
        assert process.compare("41", "42") == "different"
    finally:
        process.close()


def test_it_works_outside_the_main_thread() -> None:
    pytest.importorskip("math_verify")
    found: list[Result] = []
    thread = Thread(target=lambda: found.append(compare("\\sqrt{4}", "2")))
    thread.start()
    thread.join()
    assert found == ["equal"]


def test_a_process_that_ends_at_once_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(ChildProcessError, match="ended at once"):
        MathematicsProcess().compare("1", "1")
