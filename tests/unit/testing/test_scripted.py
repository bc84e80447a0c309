from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from pytest_haerae import Message, Request, Response, UsageError
from pytest_haerae.backends.registry import validate_parameters
from pytest_haerae.testing import Ledger, ScriptedBackend, ScriptedParameters

ASKED = [Request("generate", f"{number}번 문제: 옳은 것은?") for number in (4, 2, 7)]
SCORED = [Request("loglikelihood", f"{number}번 문제: 옳은 것은?", (" (A)", " (B)", " (C)")) for number in (4, 2, 7)]


def scripted(**values: Any) -> ScriptedBackend:  # noqa: ANN401 - any parameter
    parameters = validate_parameters("scripted", ScriptedBackend, values)
    assert isinstance(parameters, ScriptedParameters)
    return ScriptedBackend(parameters)


def texts(backend: ScriptedBackend) -> dict[int, str | None]:
    return {index: response.text for index, response in backend.run(ASKED)}


def test_the_rule_answers_a_request_the_same_way_whatever_is_asked_beside_it() -> None:
    together = texts(scripted())
    ((_, alone),) = scripted().run(ASKED[1:2])
    assert alone.text == together[1]
    assert len(set(together.values())) > 1
    scored = dict(scripted().run(SCORED))
    assert all(len(set(response.loglikelihoods or ())) == 3 for response in scored.values())
    ((_, single),) = scripted().run(SCORED[2:])
    assert single == scored[2]


def test_answers_are_scripted_by_parameters_a_mapping_a_function_or_a_subclass() -> None:
    assert texts(scripted(answers={"2": "(B)"}))[1] == "(B)"
    assert texts(ScriptedBackend(script={2: "(B)"})) == {**texts(scripted()), 1: "(B)"}
    assert texts(ScriptedBackend(script=lambda number, request: f"{number}")) == {0: "4", 1: "2", 2: "7"}
    values = dict(ScriptedBackend(script={4: (-1, -2, -3)}).run(SCORED))[0].loglikelihoods
    assert values == (-1, -2, -3)
    whole = Response(text="(A)", finish_reason="length")
    assert dict(ScriptedBackend(script={4: whole}).run(ASKED))[0] == whole

    class Counting(ScriptedBackend):
        def answer(self, number: int, request: Request) -> str:
            return f"{number} of mine"

    assert texts(Counting())[2] == "7 of mine"


def test_the_last_number_of_a_text_or_a_chat_counts_and_else_the_place() -> None:
    shots = Request("generate", "1번 문제: 예\n\n9번 문제: 옳은 것은?")
    chat = Request(
        "generate", "", messages=(Message("user", "3번"), Message("assistant", "5번"), Message("user", "8번"))
    )
    backend = scripted()
    list(backend.run([shots, chat, Request("generate", "번호가 없는 문제")]))
    assert backend.requested == [9, 8, 2]


def test_failures_come_where_they_are_told() -> None:
    failing = dict(scripted(errors=2, error="HTTP 500").run(ASKED))
    assert {index: response.error for index, response in failing.items()} == {0: None, 1: "HTTP 500", 2: None}
    breaking = scripted(breaking=[2]).run(ASKED)
    assert next(breaking)[0] == 0
    with pytest.raises(RuntimeError, match="out of luck"):
        next(breaking)
    with pytest.raises(UsageError, match="not for you"):
        scripted(refuse="this model is not for you")


@pytest.mark.parametrize(
    ("settings", "lines"), [("deadly=(2,)", ["load", "ask", "ask"]), ("die_loading=True", ["load"])]
)
def test_a_process_dies_where_it_is_told(tmp_path: Path, settings: str, lines: list[str]) -> None:
    ledger = tmp_path / "ledger.txt"
    code = (
        "from pytest_haerae import Request\nfrom pytest_haerae.testing import ScriptedBackend, ScriptedParameters\n"
        f"backend = ScriptedBackend(ScriptedParameters(ledger={str(ledger)!r}, {settings}))\n"
        "print(list(backend.run([Request('generate', f'{number}번') for number in (4, 2, 7)])))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (-9, "")
    assert [entry.event for entry in Ledger(ledger).entries()] == lines


def test_pace_and_order_are_told_and_change_no_answer() -> None:
    started = perf_counter()
    slow = scripted(seconds=0.02, reverse=True)
    answers = list(slow.run(ASKED))
    assert perf_counter() - started >= 0.06
    assert [index for index, _ in answers] == [2, 1, 0]
    assert slow.requested == [7, 2, 4]
    assert {index: response.text for index, response in answers} == texts(scripted())


def test_words_and_the_ledger_come_from_the_parameters_or_the_class(tmp_path: Path) -> None:
    class Noting(ScriptedBackend):
        method_detail = "counted"
        notes = ("a note",)
        ledger = str(tmp_path / "of_the_class.txt")

    plain = scripted()
    assert (plain.method_detail, tuple(plain.notes)) == (None, ())
    own = Noting()
    assert (own.method_detail, *own.notes) == ("counted", "a note")
    told = Noting(ScriptedParameters(detail="told", notes=("x", "y"), ledger=str(tmp_path / "told.txt")))
    assert told.method_detail == "told"
    assert list(told.notes) == ["x", "y"]
    list(told.run(ASKED))
    told.close()
    assert told.closed
    assert [entry.event for entry in Ledger(tmp_path / "told.txt").entries()] == ["load", "ask", "ask", "ask", "close"]
    assert [entry.event for entry in Ledger(tmp_path / "of_the_class.txt").entries()] == ["load"]
