"""Names of files, subsets, columns and models that would be obeyed by what shows them."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.hostile.attack import ESCAPES, FORGED, NASTY, SECRET, Attack, questions
from tests.helpers import SUITE, write_questions

EVERYWHERE = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"}
MARKUP = "<img src=x onerror=alert(1)>|`[a](javascript:1)@all"
OUTPUTS = ("--report-html=r.html", "--report-md=r.md", "-rA", "-vv", "--min-accuracy=1.0")


def folder_of(*subsets: str) -> Callable[[Path], None]:
    """A data folder with a file of a few questions for each subset, and a suite over it."""

    def prepare(folder: Path) -> None:
        questions(folder)
        content = (folder / "questions.jsonl").read_text(encoding="utf-8")
        (folder / "questions.jsonl").unlink()
        (folder / "data").mkdir()
        for subset in subsets:
            (folder / "data" / f"{subset}.jsonl").write_text(content, encoding="utf-8")
        (folder / "test_mine.py").write_text(SUITE.replace("questions.jsonl", "data"), encoding="utf-8")

    return prepare


def shown(name: str, *subsets: str, model: str = "random", options: tuple[str, ...] = (), **fields: Any) -> Attack:
    """A run over subsets of such names, with every output; its gate fails."""
    command = ("pytest", f"--model={model}", *OUTPUTS, *options)
    values: dict[str, Any] = {
        "code": 1,
        "prepare": folder_of(*subsets),
        "environment": EVERYWHERE,
        "says": "::error title=",
        **fields,
    }
    return Attack(name=name, command=command, **values)


def nasty_texts(folder: Path) -> None:
    """Questions, options and answers with everything."""
    texts = [f"=HYPERLINK(1){NASTY}", f"+1 {MARKUP}", "-2", f"@SUM {ESCAPES}"]
    write_questions(
        folder,
        [{"question": f"{number}번 문제{NASTY} {MARKUP}", "options": texts, "answer": "B"} for number in range(6)],
    )


def exported(folder: Path) -> None:
    """A report whose texts would be obeyed by a spreadsheet, a browser, a terminal."""
    from tests.e2e.hostile.stored import report

    value = report()
    for sample in value["samples"]:
        sample |= {
            "raw_output": f"=1+1{NASTY}\ud83d",
            "prediction": "@SUM(A1)",
            "input": f"-cmd|' /C calc'!A0 {MARKUP}",
        }
    value["info"] |= {"model": f"+m{NASTY}", "backend": f"=b{NASTY}"}
    value["metrics"]["subsets"] = {f"=s{NASTY}": entry for entry in value["metrics"]["subsets"].values()}
    for sample in value["samples"]:
        sample["subset"] = f"=s{NASTY}"
    (folder / "a.json").write_text(json.dumps(value), encoding="utf-8")


NAMES = (
    shown("a subset that is a workflow command", f"a{FORGED}"),
    shown("a subset that clears the terminal", f"a{ESCAPES}b"),
    shown("a subset that is markup", MARKUP.replace("/", "")),
    shown("a subset that is a formula, and one that is an option", "=1+1", "--model=vllm", "-n5"),
    shown("a subset of two hundred characters", "가" * 80),
    shown("subsets that are one but for their signs", "한 국", "한_국", "한-국"),
    shown("a subset of format characters", "a\u200b\u2066b\u2028c\ufeff%s{0}$(id)"),
    shown("control characters in everything that is shown", "x", prepare=nasty_texts),
    shown(
        "a model whose name is a workflow command",
        "x",
        model="openai",
        options=("--model-params=" + json.dumps({"model_name": f"m{NASTY}", "api_base": "{api}"}),),
        server=lambda exchange: exchange.json(exchange.sound()),
        environment={**EVERYWHERE, "OPENAI_API_KEY": SECRET},
        code=4,
        says="control character",
    ),
    Attack(
        name="a report that a spreadsheet would obey",
        command=("pytest-haerae", "export", "a.json", "--csv=a.csv"),
        code=0,
        says="rows",
        prepare=exported,
    ),
    Attack(
        name="a report that a browser would obey",
        command=("pytest-haerae", "view", "a.json", "--no-open", "--output", "a.html"),
        code=0,
        prepare=exported,
    ),
    Attack(
        name="a report that a terminal would obey",
        command=("pytest-haerae", "compare", "a.json", "a.json"),
        code=0,
        prepare=exported,
    ),
    Attack(
        name="a report whose name is a workflow command",
        command=("pytest-haerae", "compare", f"a{NASTY}.json", "b"),
        code=4,
        says="cannot be read|no such|does not exist|No such",
    ),
)
