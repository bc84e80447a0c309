from __future__ import annotations

import io
import json

import pytest

worker = pytest.importorskip("pytest_haerae.scoring.mathematics.worker", exc_type=ImportError)


@pytest.mark.parametrize(
    ("answer", "reference", "said"),
    [
        ("\\frac{84}{2}", "42", "equal"),
        ("41", "42", "different"),
        ("모른다", "42", "no answer"),
        ("42", "모른다", "no reference"),
    ],
)
def test_two_formulas_are_compared_by_value(answer: str, reference: str, said: str) -> None:
    assert worker.compare(answer, reference) == said


def test_it_answers_line_by_line_and_survives_what_it_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def compare(answer: str, reference: str) -> str:
        if answer == "bad":
            raise RecursionError
        return "equal"

    said = io.StringIO()
    lines = "".join(json.dumps([answer, "1"]) + "\n" for answer in ("1", "bad", "1"))
    monkeypatch.setattr(worker, "compare", compare)
    monkeypatch.setattr("resource.setrlimit", lambda kind, limits: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    monkeypatch.setattr("sys.stdout", said)
    worker.main()
    assert said.getvalue().split("\n") == ["equal", "no answer", "equal", ""]
