from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.harness_samples import read, takes
from pytest_haerae.run.given_responses import GivenItem
from pytest_haerae.types import Response

DOC = {"query": "무엇?", "options": "['가', '나']", "answer": "(B)"}


def choice(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - a field's value
    """A line of a multiple-choice task, as `EvaluationTracker.save_results_samples` writes it."""
    line = {
        "doc_id": number,
        "doc": DOC,
        "target": "1",
        "arguments": {
            "gen_args_0": {"arg_0": "무엇?", "arg_1": " (A)"},
            "gen_args_1": {"arg_0": "무엇?", "arg_1": " (B)"},
        },
        "resps": [[["-1.5", "False"]], [["-0.5", "True"]]],
        "filtered_resps": [["-1.5", "False"], ["-0.5", "True"]],
        "filter": "none",
        "metrics": ["acc"],
        "doc_hash": f"hash-{number}",
        "prompt_hash": "",
        "target_hash": "",
        "acc": 1.0,
    }
    return line | changes


def generated(number: int, *texts: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - a field's value
    """A line of a task that generates."""
    arguments = {"gen_args_0": {"arg_0": "무엇?", "arg_1": {"until": ["\n\n"], "do_sample": False}}}
    return choice(number, target="(B)", arguments=arguments, resps=[[*texts]], filtered_resps=[texts[0]], **changes)


def write(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "samples_quiz_2026-11-28T01-02-03.456.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def items(folder: Path, *lines: dict[str, Any]) -> list[GivenItem]:
    return list(read(write(folder, *lines), {}).items)


def test_it_is_told_from_a_table(tmp_path: Path) -> None:
    assert takes(write(tmp_path, choice(0)))
    assert not takes(write(tmp_path, {"id": "a", "response": "A"}))


def test_the_model_is_called_as_in_the_results_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path, choice(0))
    assert read(path, {}).model == path.name
    results = tmp_path / "results_2026-11-28T01-02-03.456.json"
    results.write_text(json.dumps({"model_name": "a/model"}), encoding="utf-8")
    assert read(path, {}).model == "a/model"
    results.write_text("[]", encoding="utf-8")
    assert read(path, {}).model == path.name


def test_options_have_their_log_likelihoods(tmp_path: Path) -> None:
    (item,) = items(tmp_path, choice(0))
    assert item.responses == (Response(loglikelihoods=(-1.5, -0.5)),)
    assert item.continuations == (" (A)", " (B)")
    assert item.question is not None
    assert (item.question.row, item.question.references) == (DOC, (" (B)",))
    assert item.shown == "무엇?"


def test_the_options_without_their_question_are_left_out(tmp_path: Path) -> None:
    line = choice(0)
    line["arguments"] |= {
        f"gen_args_{number + 2}": {"arg_0": "", "arg_1": f" ({letter})"} for number, letter in enumerate("AB")
    }
    line["resps"] += [[["-9.0", "False"]], [["-8.0", "False"]]]
    (item,) = items(tmp_path, line)
    assert (item.responses, item.continuations) == ((Response(loglikelihoods=(-1.5, -0.5)),), (" (A)", " (B)"))


def test_texts_are_answers_to_one_item(tmp_path: Path) -> None:
    (item,) = items(tmp_path, generated(0, "정답은 (B)", "(A)"))
    assert item.responses == (Response("정답은 (B)"), Response("(A)"))
    assert item.continuations is None
    assert item.question is not None
    assert item.question.references == ("(B)",)


def test_filters_over_the_same_answers_are_one(tmp_path: Path) -> None:
    lines = [generated(0, "가"), generated(0, "가", filter="flexible-extract"), generated(1, "나")]
    assert [item.responses for item in items(tmp_path, *lines)] == [(Response("가"),), (Response("나"),)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([choice(0), choice(0)], "row 2: doc_id 0 stands in row 1, too; keep one"),
        ([generated(0, "가"), generated(0, "나", filter="x")], "row 2: doc_id 0 stands in row 1, too; keep one"),
        ([choice(0, resps=[[["-1.5", "False"]]])], "row 1, field 'resps': has the answers of 1 requests, and 2 were"),
        ([choice(0, resps=[[["nan", "False"]], [["-1", "True"]]])], "row 1, field 'resps': 'nan' is impossible"),
        ([choice(0, resps=[[["0.5", "False"]], [["-1", "True"]]])], "row 1, field 'resps': '0.5' is impossible"),
        ([choice(0, resps=[[], [["-1", "True"]]])], "row 1, field 'resps': has no answer"),
        ([choice(0, resps=[[[]], [["-1", "True"]]])], "row 1, field 'resps': '[]' is impossible"),
        ([choice(0, resps="x")], "row 1, field 'resps': is 'x', not a list"),
        ([choice(0, doc=["x"])], "row 1, field 'doc': is \"['x']\", not an object"),
        (
            [choice(0, arguments={"a": {"arg_0": "x", "arg_1": "y"}}, resps=[[["-1", "True"]]])],
            "row 1, field 'arguments': scores a text instead of options, which is not read",
        ),
        ([choice(0, arguments={})], "row 1, field 'arguments': is empty"),
        (
            [choice(0), choice(1, arguments={"a": {"arg_0": "x"}})],
            "row 2, field 'arguments': a is of a task that neither",
        ),
        ([choice(0, arguments={"a": {"arg_1": "x"}})], "row 1, field 'arguments': a has no text as arg_0"),
        ([choice(0, arguments={"a": "x"})], "row 1, field 'arguments': a has no text as arg_0"),
        ([generated(0, "가") | {"resps": [[7]]}], "row 1, field 'resps': is '7', not a text"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, lines: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        items(tmp_path, *lines)
    assert str(raised.value).startswith("--responses ")
    assert words in str(raised.value)


def test_options_after_several_contexts_are_refused(tmp_path: Path) -> None:
    line = choice(0)
    line["arguments"]["gen_args_1"]["arg_0"] = "또 무엇?"
    with pytest.raises(UsageError, match="has options after several contexts, which is not read"):
        items(tmp_path, line)


def test_several_texts_for_a_question_are_refused(tmp_path: Path) -> None:
    line = generated(0, "가")
    line["arguments"]["gen_args_1"] = line["arguments"]["gen_args_0"]
    line["resps"] *= 2
    with pytest.raises(UsageError, match="has several texts to be generated for one question"):
        items(tmp_path, line)


def test_a_folder_has_the_tasks_of_a_run(tmp_path: Path) -> None:
    assert not takes(tmp_path)
    first = write(tmp_path, choice(0), choice(1))
    second = first.with_name("samples_other_2026-11-28T01-02-03.456.jsonl")
    second.write_text(json.dumps(choice(0, doc_hash="another")), encoding="utf-8")
    assert takes(tmp_path)
    assert len(read(tmp_path, {}).items) == 3
    second.write_text(json.dumps(choice(1)), encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"samples_quiz_\S+, row 2: doc_id 1 stands in \S+samples_other_\S+, row 1, too"
    ):
        read(tmp_path, {})
