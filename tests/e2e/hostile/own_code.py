"""Scorers, backends, conftests and suites of one's own that raise, hang or lie."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.hostile.attack import SECRET, Attack, Result, questions
from tests.helpers import SUITE

BACKEND = """
import os, sys, time
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Response

class Own(ScriptedBackend):
    def answer(self, number, request):
        return f"정답: ({'ABCD'[number % 4]})"

@@

def pytest_haerae_backends():
    return {"own": Own}
"""
SCORER = """
import os, sys, time
from pytest_haerae import Verdict, register_scorer

@register_scorer("string_match", "own")
def own(item, response):
    if item.index != 2:
        return Verdict("correct", item.reference)
@@
"""
NASTY_TEXT = r"chr(27) + '[2J' + chr(10) + '::error::FORGED' + chr(10) + 'FORGED'"


def code(template: str, lines: str, indent: int, suite: str = SUITE) -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        questions(folder)
        body = "\n".join(" " * indent + line for line in lines.strip("\n").split("\n"))
        (folder / "conftest.py").write_text(template.replace("@@", body), encoding="utf-8")
        (folder / "test_mine.py").write_text(suite, encoding="utf-8")

    return prepare


def backend(name: str, says: str, lines: str, *options: str, suite: str = SUITE, **fields: Any) -> Attack:
    command = ("pytest", "--model=own", *options)
    return Attack(
        name=name, command=command, says=says, prepare=code(BACKEND, lines, 4, suite), **{"code": 1, **fields}
    )


def scorer(name: str, says: str, lines: str, *options: str, **fields: Any) -> Attack:
    command = ("pytest", "--model=own", f"--evaluator-params=scorer=own{fields.pop('limit', '')}", *options)
    prepare = code(BACKEND.replace("@@", "") + SCORER, lines, 4)
    return Attack(name=name, command=command, says=says, prepare=prepare, **{"code": 1, "expect": third, **fields})


def conftest(name: str, says: str, lines: str, *options: str, suite: str = SUITE, **fields: Any) -> Attack:
    command = ("pytest", "--model=own", *options)
    prepare = code(BACKEND.replace("@@", "") + "\n@@\n", lines, 0, suite)
    return Attack(name=name, command=command, says=says, prepare=prepare, **{"code": 1, **fields})


def third(result: Result) -> None:
    assert result.outcomes() == "cceccc"


def sound(result: Result) -> None:
    assert result.outcomes() == "cccccc"


def error_third(result: Result) -> None:
    assert result.outcomes()[2] == "e"


def no_report(result: Result) -> None:
    assert not (result.folder / ".haerae/report.json").exists()


FIELD = """
def run(self, requests):
    for index, response in super().run(requests):
        yield index, {field} if index == 2 else response
"""
LOGLIKELIHOODS = FIELD.format(field="Response(loglikelihoods=(5.0, float('inf'), float('nan'), -1.0))")
SAYS = r"(?i)own"
PASSING = SUITE + "\ndef test_later():\n    {body}\n"
OWN_CODE = (
    scorer(
        "a scorer that raises",
        "no luck",
        f"raise ValueError('no luck {SECRET}' + {NASTY_TEXT})",
        environment={"OWN_API_KEY": SECRET},
    ),
    scorer("a scorer that ends the process", "questions-0002|SystemExit", "raise SystemExit(0)"),
    scorer("a scorer that hangs", "(?i)within|limit|seconds|1 s", "time.sleep(3600)", limit=",time_limit=1"),
    scorer(
        "a scorer that computes without end", "(?i)within|limit|seconds|1 s", "while True: pass", limit=",time_limit=1"
    ),
    scorer("a scorer that says nothing", "questions-0002|verdict|Verdict", "return None"),
    scorer("a misspelt outcome", "Correct", "return Verdict('Correct', item.reference)"),
    scorer("an outcome that is a list", "questions-0002|outcome", "return Verdict(['correct'], 5)"),
    scorer("a scorer that recurses", "Recursion", "return own(item, response)"),
    backend(
        "a backend whose making raises",
        "(?i)own.*no luck",
        f"def __init__(self, parameters): raise ValueError('no luck {SECRET}' + {NASTY_TEXT})",
        code=4,
        environment={"OWN_API_KEY": SECRET},
    ),
    backend(
        "a backend whose closing raises",
        "no luck",
        f"def close(self): raise ValueError('no luck' + {NASTY_TEXT})",
        code=0,
        expect=sound,
    ),
    backend(
        "a backend that breaks in the middle",
        "no luck",
        "def answer(self, number, request):\n    if number == 2: raise ValueError('no luck')\n    return '(A)'",
    ),
    backend(
        "a backend that ends the process's run",
        "",
        "def answer(self, number, request):\n    if number == 2: sys.exit(0)\n    return '(A)'",
    ),
    backend(
        "the index -1",
        SAYS,
        "def run(self, requests):\n    for index, response in super().run(requests): yield index - 1, response",
        expect=None,
        code=4,
    ),
    backend(
        "an index twice",
        SAYS,
        "def run(self, requests):\n    for index, response in super().run(requests): yield 0, response",
        code=4,
    ),
    backend(
        "an index without end",
        SAYS,
        "def run(self, requests):\n    for index, response in super().run(requests): yield index + 10**30, response",
        code=4,
    ),
    backend("a number for the text", "text", FIELD.format(field="Response(text=5)"), expect=third),
    backend(
        "NaN for the cost", "cost", FIELD.format(field="Response(text='(C)', cost_usd=float('nan'))"), expect=third
    ),
    backend(
        "a log-likelihood above 0",
        "log",
        LOGLIKELIHOODS,
        "--method=log_likelihood",
        expect=error_third,
    ),
    backend("no response at all", SAYS, FIELD.format(field="None"), code=4),
    conftest(
        "items that vanish",
        "(?i)missing|unmeasurable",
        "def pytest_collection_modifyitems(items):\n    items[:] = items[:3]",
        "--min-accuracy=0.1",
    ),
    conftest(
        "items that stand twice",
        "",
        "def pytest_collection_modifyitems(items):\n    items.extend(items[:3])",
        code=0,
        expect=sound,
    ),
    conftest(
        "an exit that claims success after a failed gate",
        "",
        "",
        "--min-accuracy=1.0",
        '--model-params=answers={"0":"(B)"}',
        suite=PASSING.format(body="import pytest; pytest.exit('enough', returncode=0)"),
    ),
    conftest(
        "a user's own assertion",
        "mine is not yours",
        "",
        suite=SUITE.replace(
            "assert_correct(haerae_verdict)", "assert haerae_verdict.prediction == 'Z', 'mine is not yours'"
        ),
    ),
    conftest(
        "a process that ends in a test, of two",
        "(?i)missing|unmeasurable|crash",
        "",
        "-n2",
        suite=SUITE.replace(
            "    assert_correct",
            "    import os\n    if haerae_verdict.prediction == 'B': os._exit(0)\n    assert_correct",
        ),
    ),
    conftest(
        "a set-up that is only shown",
        "",
        "def pytest_terminal_summary(): pass",
        "--setup-plan",
        code=0,
        expect=no_report,
    ),
)
