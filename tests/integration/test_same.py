"""Is it the model that I tested: two real runs, held against each other by the installed command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report, write_questions
from tests.integration.test_command_line import pytest_run, run

COPIES = """
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters
from pytest_haerae.types import Response

class Parameters(ScriptedParameters):
    bos: bool = True
    window: int = 10_000
    noise: float = 0.0
    losing: int = 0
    template: int = 0

class Copy(ScriptedBackend):
    methods = frozenset({"generate", "loglikelihood"})
    parameters = Parameters

    def answer(self, number, request):
        told = self.settings
        length = min(told.window, len(request.context) * 3 + number % 7 + told.bos + told.template)
        if request.kind == "generate":
            letter = "B" if number < told.losing else "A"
            return Response(f"({letter})", prompt_tokens=length, completion_tokens=3)
        values = [-1.0 - (number * 7 + place * 3) % 10 for place in range(len(request.continuations))]
        if number < told.losing:
            values.reverse()
        values = [value - told.noise * (place + 1) for place, value in enumerate(values)]
        return Response(loglikelihoods=tuple(values), prompt_tokens=length, completion_tokens=0)

def pytest_haerae_backends():
    return {"copy": Copy}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_questions(tmp_path)
    (tmp_path / "conftest.py").write_text(COPIES, encoding="utf-8")
    return tmp_path


def measure(folder: Path, name: str, params: str, method: str = "log_likelihood") -> str:
    options = [f"--model-params={params}"] if params else []
    result = pytest_run(
        folder, "--model=copy", f"--method={method}", f"--output-file={name}.json", "--no-resume", *options
    )
    assert result.returncode == 0, result.stdout + result.stderr
    valid_report(folder / f"{name}.json")
    return f"{name}.json"


def same(folder: Path, *words: str, code: int = 0) -> dict[str, Any]:
    result = run(folder, "same", *words, "--json")
    assert result.returncode == code, result.stdout + result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("method", ["log_likelihood", "string_match"])
def test_the_same_model_twice_and_another_one(folder: Path, method: str) -> None:
    tested, served = (measure(folder, name, "", method) for name in ("tested", "served"))
    assert same(folder, tested, served)["verdict"] == "same"
    other = measure(folder, "other", "losing=20", method)
    found = same(folder, tested, other, code=1)
    # 40 questions, of which the first 20 are answered otherwise.
    expected = sum(
        then["prediction"] != now["prediction"]
        for then, now in zip(
            *(json.loads((folder / name).read_text(encoding="utf-8"))["samples"] for name in (tested, other)),
            strict=True,
        )
    )
    assert (found["verdict"], found["flips"]["count"]) == ("different", expected)
    assert {cause["name"] for cause in found["causes"]} == {"parameters"}


@pytest.mark.parametrize(
    ("params", "cause"),
    [("bos=false", "bos"), ("template=9", "template"), ("window=60", "cut")],
)
def test_what_is_sent_tells_the_cause(folder: Path, params: str, cause: str) -> None:
    tested, served = measure(folder, "tested", ""), measure(folder, "served", f"{params},noise=0.01")
    found = same(folder, tested, served)
    assert found["verdict"] == "cannot be told"
    assert found["items_to_tell"] > 40
    assert [each["name"] for each in found["causes"] if each["seen"]] == [cause]
    assert same(folder, tested, served, "--margin=0.2")["verdict"] == "equivalent"
    assert same(folder, tested, served, "--inconclusive=fail", code=1)["verdict"] == "cannot be told"


def test_another_method_is_refused_in_one_line(folder: Path) -> None:
    first, second = measure(folder, "a", ""), measure(folder, "b", "", "string_match")
    result = run(folder, "same", first, second)
    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr == (
        "ERROR: a.json and b.json differ in method: log_likelihood, string_match; measure both with the same --method\n"
    )


def test_nothing_is_asked(folder: Path) -> None:
    name = measure(folder, "tested", "ledger=ledger.txt")
    ledger = Ledger(folder / "ledger.txt")
    asked = ledger.asked()
    assert same(folder, name, name)["verdict"] == "same"
    assert (ledger.asked(), len(asked)) == (asked, 40)
