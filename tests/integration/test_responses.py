"""Answers made elsewhere: read, judged and gated by id; no model is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas
import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import QUESTIONS, valid_report
from tests.integration.always import BACKEND, MODES
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

TABLES: dict[str, Callable[[list[dict[str, Any]], str], None]] = {
    "answers.jsonl": lambda rows, path: write_lines(Path(path), rows),
    "answers.csv": lambda rows, path: pandas.DataFrame(rows).to_csv(path, index=False),
    "answers.parquet": lambda rows, path: pandas.DataFrame(rows).to_parquet(path),
}
ITEMS = len(QUESTIONS)


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


def answers(right: int = 10) -> list[dict[str, Any]]:
    """An answer to each question, the last one first; so many are right."""
    rows = [
        {"id": f"questions-{number:04d}", "response": f"정답은 ({'ABCD'[(number + (number >= right)) % 4]})입니다."}
        for number in range(ITEMS)
    ]
    return rows[::-1]


@MODES
def test_a_report_judged_again_has_the_same_numbers(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    pytester.makeconftest(BACKEND)
    evaluate("--output-file=first.json", "--repeats=2", model="always")
    Ledger("ledger.txt").clear()
    result = evaluate("--responses=first.json", "--repeats=2", "--baseline=first.json", *workers, model=None)
    assert result.ret == 0
    assert Ledger("ledger.txt").asked() == []
    first, second = report("first.json"), report()
    assert (second["metrics"], second["samples"]) == (first["metrics"], first["samples"])
    info = second["info"]
    assert (info["backend"], info["model"]) == ("responses", first["info"]["model"] or "always")
    assert info["responses"] == {"computed": 0, "reused": 2 * ITEMS}
    assert "--responses=first.json" in info["rerun_options"]


def test_a_report_of_log_likelihoods_is_judged_by_them(evaluate: Evaluate) -> None:
    evaluate("--output-file=first.json", "--method=log_likelihood")
    assert evaluate("--responses=first.json", "--method=log_likelihood", model=None).ret == 0
    assert report()["samples"] == report("first.json")["samples"]
    result = evaluate("--responses=first.json", model=None)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--responses first.json: it has no texts*--method=log_likelihood*"])


def test_a_report_of_texts_has_no_log_likelihoods(evaluate: Evaluate) -> None:
    evaluate("--output-file=first.json")
    result = evaluate("--responses=first.json", "--method=log_likelihood", model=None)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--responses first.json: it has no log-likelihoods*"])


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_joined_by_id(evaluate: Evaluate, name: str) -> None:
    TABLES[name](answers(), name)
    result = evaluate(f"--responses={name}", "--min-accuracy=0.2", model=None)
    assert result.ret == 0
    found = report()
    assert (found["metrics"]["n"], found["metrics"]["correct"]) == (ITEMS, 10)
    assert [row["outcome"] for row in found["samples"]] == ["correct"] * 10 + ["wrong"] * (ITEMS - 10)
    assert found["info"]["model"] == name


def test_the_ids_of_rows_are_taken_too(evaluate: Evaluate) -> None:
    write_lines(Path("questions.jsonl"), [{"id": f"q{n}", **row} for n, row in enumerate(QUESTIONS)])
    rows = [{"id": f"q{n}", "output": f"({'ABCD'[n % 4]})"} for n in range(ITEMS)]
    write_lines(Path("answers.jsonl"), rows)
    assert evaluate("--responses=answers.jsonl", model=None).ret == 0
    assert report()["metrics"]["accuracy"] == 1.0


def test_answers_to_one_item_are_told_apart(evaluate: Evaluate) -> None:
    rows = [{**row, "repeat": number} for row in answers() for number in range(2)]
    write_lines(Path("answers.jsonl"), rows)
    assert evaluate("--responses=answers.jsonl", "--repeats=2", model=None).ret == 0
    assert report()["metrics"]["repeats"]["k"] == 2


def test_reasoning_and_finish_reason_are_read(evaluate: Evaluate) -> None:
    rows = [{**row, "reasoning": "생각", "finish_reason": "stop"} for row in answers()]
    rows[-1] |= {"response": "음", "finish_reason": "length"}
    write_lines(Path("answers.jsonl"), rows)
    evaluate("--responses=answers.jsonl", model=None)
    first, second, *_ = report()["samples"]
    assert (first["outcome"], second["reasoning"], second["finish_reason"]) == ("cut", "생각", "stop")


@MODES
def test_items_without_an_answer_are_missing(evaluate: Evaluate, workers: tuple[str, ...]) -> None:
    write_lines(Path("answers.jsonl"), [*answers()[:-2], {"id": "another", "response": "A"}])
    result = evaluate("--responses=answers.jsonl", "--max-error-rate=1", *workers, model=None)
    assert result.ret == 1
    found = report()
    assert len(found["samples"]) == ITEMS - 2
    assert found["info"]["complete"] is False
    assert found["info"]["gates"][0]["detail"] == f"2 of {ITEMS} records are missing"
    assert found["info"]["warnings"][0] == (
        "--responses answers.jsonl: no answer to 2 items (questions-0000, questions-0001)"
    )
    text = " ".join(" ".join(result.outlines).split())
    assert "no answer to 2 items (questions-0000, questions-0001)" in text
    assert "answers to 1 other item, which this run is not about" in text
    assert "FAILURES" not in text


def test_an_item_with_other_content_is_missing(evaluate: Evaluate) -> None:
    evaluate("--output-file=first.json")
    changed = [*QUESTIONS[:3], {**QUESTIONS[3], "answer": "A"}, *QUESTIONS[4:]]
    write_lines(Path("questions.jsonl"), changed)
    assert evaluate("--responses=first.json", model=None).ret == 1
    warning = report()["info"]["warnings"][0]
    assert warning.endswith("other data there (question, options or reference), so not taken: 1 item (questions-0003)")
    write_lines(Path("questions.jsonl"), [{**row, "question": f"새 {row['question']}"} for row in QUESTIONS])
    result = evaluate("--responses=first.json", model=None)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*it has none of this run's 40 items; * questions-0000 has other data there*"])


def test_the_ini_file_may_name_a_model(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_model = random\nhaerae_model_params = seed=3\n")
    write_lines(Path("answers.jsonl"), answers())
    assert evaluate("--responses=answers.jsonl", model=None).ret == 0
    assert report()["info"]["backend"] == "responses"


@pytest.mark.parametrize("model", [None, "random"])
def test_a_run_whose_method_applies_to_no_item_does_not_pass(evaluate: Evaluate, model: str | None) -> None:
    """It ended with n = 0 and exit code 0."""
    write_lines(Path("questions.jsonl"), [{"id": n, "question": f"{n}?", "answer": "답"} for n in range(3)])
    write_lines(Path("answers.jsonl"), [{"id": n, "response": "답"} for n in range(3)])
    given = () if model else ("--responses=answers.jsonl",)
    assert evaluate(*given, "--method=log_likelihood", model=model).ret == 1
    gate = report()["info"]["gates"][0]
    words = "no item was measured: log_likelihood does not apply to free-text answers"
    assert (gate["name"], gate["verdict"], gate["detail"]) == ("measurable", "unmeasurable", words)
    assert evaluate(*given, "--method=log_likelihood", "-k", "questions-0001", model=model).ret == 0
    assert evaluate(*given, "--method=string_match", model=model).ret == 0


def test_a_test_that_asks_the_model_is_told_that_there_is_none(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(haerae_model):\n    haerae_model.generate('?')\n")
    write_lines(Path("answers.jsonl"), answers())
    result = evaluate("--responses=answers.jsonl", model=None)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*--responses answers.jsonl: no model can be asked anything*"])
    assert report()["metrics"]["n"] == ITEMS


def test_a_dry_run_says_that_nothing_is_asked(evaluate: Evaluate) -> None:
    write_lines(Path("answers.jsonl"), answers())
    result = evaluate("--responses=answers.jsonl", "--dry-run", model=None)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*items: 40, requests to send: 0"])


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (None, [], "*--responses answers.jsonl: there is no such file*"),
        ('{"id": "questions-0000"}', [], "*answers.jsonl, row 1: it has no answer; a column response, output, answer*"),
        ('{"response": "A"}', [], "*answers.jsonl, row 1: it does not say of which item it is; a column id*"),
        ('{"id": "a", "response": "A"}\n{"id"', [], "*answers.jsonl: malformed JSON at line 2*"),
        (
            '{"id": "a", "response": "A"}\n{"id": "a", "response": "B"}',
            [],
            "*answers.jsonl, row 2: the id 'a' stands in row 1, too; keep one*repeat*",
        ),
        ('{"id": "a", "response": ["A"]}', [], "*row 1, field 'response': is a list where a text is expected*"),
        ('{"id": "a", "response": "A", "repeat": -1}', [], "*row 1, field 'repeat': is -1, not a number from 0*"),
        (
            '{"id": "a", "response": "A"}',
            [],
            "*none of this run's 40 items: it names 'a', they are like 'questions-0000'*",
        ),
        (None, ["--responses=data.jsonl"], "*data.jsonl, row 1: looks like data: *column answer may hold what is*"),
        ("", [], "*none of this run's 40 items; it is empty*"),
        (
            '{"id": "a", "response": "A"}',
            ["--model=random"],
            "*stands for the model, and none is asked; leave --model*",
        ),
        ('{"id": "a", "response": "A"}', ["--batch-api"], "*--batch-api: *answers are in a file*nothing is sent*"),
        ('{"id": "a", "response": "A"}', ["--responses=x.xlsx"], "*x.xlsx: there is no such file*"),
        ('{"id": "a", "response": "A"}', ["--responses=questions.toml"], "*answers are read from .jsonl, .csv*"),
        ('{"id": "a", "response": "A"}', ["--responses=no.json"], "*--responses no.json: no report of schema version*"),
        (
            '{"id": "a", "response": "A"}',
            ["--output-file=answers.jsonl"],
            "*would write over what is read (--responses)*",
        ),
    ],
)
def test_what_cannot_be_is_one_line(evaluate: Evaluate, content: str | None, options: list[str], words: str) -> None:
    if content is not None:
        Path("answers.jsonl").write_text(content, encoding="utf-8")
    write_lines(Path("data.jsonl"), [{"id": n, **row} for n, row in enumerate(QUESTIONS)])
    Path("no.json").write_text("{}", encoding="utf-8")
    Path("questions.toml").write_text("", encoding="utf-8")
    result = evaluate("--responses=answers.jsonl", *options, model=None, inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines([words])


def test_a_report_with_an_item_twice_is_refused(evaluate: Evaluate) -> None:
    evaluate("--output-file=first.json")
    content = json.loads(Path("first.json").read_text(encoding="utf-8"))
    content["samples"].append(content["samples"][0])
    Path("first.json").write_text(json.dumps(content), encoding="utf-8")
    result = evaluate("--responses=first.json", model=None)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--responses first.json: item questions-0000 stands there twice; keep one*"])


def test_an_id_of_two_items_is_refused(evaluate: Evaluate) -> None:
    write_lines(Path("questions.jsonl"), [{"id": n // 2, **row} for n, row in enumerate(QUESTIONS)])
    write_lines(Path("answers.jsonl"), [{"id": n, "response": "A"} for n in range(20)])
    result = evaluate("--responses=answers.jsonl", model=None)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*'0' is of questions: questions-0000 and of questions: questions-0001; *"])


def letter(number: int, right: int = 10) -> str:
    return "ABCD"[(number + (number >= right)) % 4]


def harness_line(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A sample of lm-evaluation-harness, whose model chooses the letter."""
    chosen, context = letter(number), f"{row['question']}\n정답:"
    arguments = {f"gen_args_{place}": {"arg_0": context, "arg_1": f" {label}"} for place, label in enumerate("ABCD")}
    resps = [[["-0.5" if label == chosen else "-2.5", "False"]] for label in "ABCD"]
    told = {"doc_id": number, "doc": row, "target": str("ABCD".index(row["answer"])), "filter": "none"}
    return told | {"arguments": arguments, "resps": resps, "doc_hash": str(number)}


def inspect_sample(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A sample of inspect, numbered in the order in which it was asked: the last question first."""
    message = {"role": "assistant", "content": f"ANSWER: {letter(number)}"}
    asked = {"input": row["question"], "choices": row["options"], "target": row["answer"]}
    output = {"model": "m", "choices": [{"message": message, "stop_reason": "stop"}]}
    return {"id": ITEMS - number, "epoch": 1, **asked, "messages": [], "output": output, "error": None}


def toolkit_sample(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A sample of HAE-RAE's toolkit, in the words of its template for KMMLU."""
    listed = "\n".join(f"{label}. {option}" for label, option in zip("ABCD", row["options"], strict=True))
    asked = f"다음은 객관식 문제입니다.\n\n질문: {row['question']}\n{listed}"
    options = [f"({label})" for label in "ABCD"]
    reference = f"({row['answer']})"
    return {"input": asked, "reference": reference, "options": options, "prediction": f"({letter(number)})"}


def batch_line(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """An answer of a batch whose requests had the items' ids."""
    choice = {"message": {"role": "assistant", "content": f"({letter(number)})"}, "finish_reason": "stop"}
    response = {"status_code": 200, "body": {"model": "gpt-x", "choices": [choice]}}
    return {"custom_id": f"questions-{number:04d}", "response": response, "error": None}


LOGS: dict[str, tuple[str, Callable[[int, dict[str, Any]], dict[str, Any]], Callable[[Any], Any] | None]] = {
    "samples_quiz.jsonl": ("samples_quiz.jsonl", harness_line, None),
    "log.json": (
        "m",
        inspect_sample,
        lambda samples: {"version": 2, "status": "success", "eval": {"model": "m"}, "samples": samples},
    ),
    "hret.json": (
        "vllm",
        toolkit_sample,
        lambda samples: {"metrics": {}, "samples": samples, "info": {"model_backend_name": "vllm"}},
    ),
    "output.jsonl": ("gpt-x", batch_line, None),
}


def write_log(name: str, numbers: Iterable[int]) -> str:
    """Write a log of another program about some of the questions; gives its model."""
    model, record, whole = LOGS[name]
    records = [record(number, QUESTIONS[number]) for number in numbers]
    if whole is None:
        write_lines(Path(name), records)
    else:
        Path(name).write_text(json.dumps(whole(records), ensure_ascii=False), encoding="utf-8")
    return model


@pytest.mark.parametrize("name", LOGS)
def test_the_logs_of_other_programs_are_judged(evaluate: Evaluate, name: str) -> None:
    model = write_log(name, reversed(range(ITEMS)))
    method = ["--method=log_likelihood"] if name.startswith("samples") else []
    result = evaluate(f"--responses={name}", *method, "--min-accuracy=0.2", model=None)
    assert result.ret == 0
    found = report()
    assert [row["outcome"] for row in found["samples"]] == ["correct"] * 10 + ["wrong"] * (ITEMS - 10)
    assert found["info"]["model"] == model


@pytest.mark.parametrize("name", LOGS)
def test_what_matches_nothing_is_counted_and_named(evaluate: Evaluate, name: str) -> None:
    write_log(name, range(ITEMS))
    write_lines(Path("questions.jsonl"), [*QUESTIONS[2:], {**QUESTIONS[0], "question": "새 문제?", "id": "new"}])
    if name == "output.jsonl":  # the ids alone say which item it is, and these have moved
        write_log(name, range(ITEMS - 2))
    method = ["--method=log_likelihood"] if name.startswith("samples") else []
    result = evaluate(f"--responses={name}", *method, model=None)
    assert result.ret == 1
    text = " ".join(" ".join(result.outlines).split())
    assert f"--responses {name}: no answer to 1 item (questions-0038)" in text
    if name != "output.jsonl":
        assert f"--responses {name}: answers to 2 other items, which this run is not about" in text


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("samples_quiz.jsonl", ('"-0.5"', '"nan"'), "*samples_quiz.jsonl, row 1, field 'resps': 'nan' is impossible*"),
        ("samples_quiz.jsonl", ('"doc_id": 1,', '"doc_id" 1,'), "*samples_quiz.jsonl: malformed JSON at line 2 *"),
        ("log.json", ('"epoch": 1', '"epoch": 0'), "*log.json, sample 1, field 'epoch': is 0, not a number from 1*"),
        ("log.json", ('"version": 2', '"version": 9'), "*log.json: a log of format 9; those up to 2 are read*"),
        ("log.json", ("null}]}", "null}]"), "*log.json: corrupt, no JSON report*"),
        ("hret.json", ('"reference": "(A)"', '"reference": 1'), "*hret.json, sample 1, field 'reference': is '1'*"),
        (
            "output.jsonl",
            ('"questions-0001"', '"questions-0000"'),
            "*output.jsonl, row 2: the custom_id 'questions-0000'*",
        ),
    ],
)
def test_a_malformed_log_is_one_line(evaluate: Evaluate, name: str, change: tuple[str, str], words: str) -> None:
    write_log(name, range(3))
    text = Path(name).read_text(encoding="utf-8")
    assert change[0] in text
    Path(name).write_text(text.replace(*change), encoding="utf-8")
    method = ["--method=log_likelihood"] if name.startswith("samples") else []
    result = evaluate(f"--responses={name}", *method, model=None, inprocess=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines([words])


def test_a_question_that_stands_in_a_log_twice_is_refused(evaluate: Evaluate) -> None:
    write_log("hret.json", [0, 1, 1])
    result = evaluate("--responses=hret.json", model=None)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*questions: questions-0001 stands there twice: sample 2 and sample 3; keep one*"])
