from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas
import pyarrow.parquet

from pytest_haerae.report.exchange.parquet import write_parquet
from pytest_haerae.report.frames import ANSWER_COLUMNS
from pytest_haerae.report.names import model_name
from pytest_haerae.report.schema import SampleRow
from pytest_haerae.statistics.answer_row import AnswerRow
from pytest_haerae.statistics.pairing import PairedRow
from tests.unit.reports import make, sample


def test_lists_stay_lists(tmp_path: Path) -> None:
    rows = [sample(0, raw_output="a\ud800b"), sample(1, options=None, loglikelihoods=None)]
    write_parquet(make(rows), tmp_path / "rows.parquet")
    frame = pandas.read_parquet(tmp_path / "rows.parquet")
    assert list(frame.columns) == list(ANSWER_COLUMNS)
    assert frame["options"][0].tolist() == rows[0]["options"]
    assert frame["loglikelihoods"][0].tolist() == rows[0]["loglikelihoods"]
    assert frame["options"][1] is None
    assert frame["raw_output"][0] == "a\\ud800b"


def test_metadata_are_json_whose_columns_and_kinds_may_differ(tmp_path: Path) -> None:
    told: list[dict[str, object]] = [{"year": 2019}, {"year": "2019", "tags": [1, "a"]}, {}]
    write_parquet(make([*(sample(n, metadata=each) for n, each in enumerate(told)), sample(3)]), tmp_path / "r.parquet")
    found = pandas.read_parquet(tmp_path / "r.parquet")["metadata"].tolist()
    assert [json.loads(text) for text in found[:3]] == told
    assert pandas.isna(found[3])


def test_every_field_of_an_answer_is_there(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "rule": "stated verdict",
        "explanation": "왜",
        "reasoning": "생각",
        "score": 0.5,
        "character_f": 0.25,
        "truncated": True,
        "tokens": {"prompt": 10, "completion": 3, "reasoning": 2, "cached": 4},
        "messages": [{"role": "user", "content": "질문"}],
        "judgements": ["평가"],
    }
    write_parquet(make([sample(0, **told), sample(1)]), tmp_path / "rows.parquet")
    frame = pandas.read_parquet(tmp_path / "rows.parquet")
    first = frame.iloc[0]
    for name in ("rule", "explanation", "reasoning", "score", "character_f", "truncated"):
        assert first[name] == told[name]
    assert [first[f"{name}_tokens"] for name in ("prompt", "completion", "reasoning", "cached")] == [10, 3, 2, 4]
    assert json.loads(first["messages"]) == told["messages"]
    assert first["judgements"].tolist() == told["judgements"]
    values = sample(0)["loglikelihoods"] or []
    assert first["margin"] == values[1] - max(values[0], values[2])
    assert first["model"] == model_name(make([])["info"])
    # Whatever else a row may have is a column, or is known of the run.
    everything = {*SampleRow.__annotations__, *AnswerRow.__annotations__, *PairedRow.__annotations__}
    assert everything - {*ANSWER_COLUMNS} == {"tokens", "answers", "log_probability_tokens"}


def test_several_answers_are_several_rows(tmp_path: Path) -> None:
    report = make([sample(0), sample(1)])
    row = report["samples"][0]
    shared: Any = {name: row[name] for name in ("reasoning", "finish_reason", "why", "error")}
    answers: Any = [
        {**shared, "outcome": outcome, "prediction": letter, "raw_output": f"({letter})", "tokens": tokens}
        for outcome, letter, tokens in (
            ("correct", "B", {"prompt": 5, "completion": 1}),
            ("wrong", "A", {"prompt": 5, "completion": 2}),
        )
    ]
    row["answers"] = answers
    write_parquet(report, tmp_path / "rows.parquet")
    frame = pandas.read_parquet(tmp_path / "rows.parquet")
    assert frame["id"].tolist() == [row["id"], row["id"], report["samples"][1]["id"]]
    assert frame["repeat"].tolist() == [0, 1, 0]
    assert frame["prediction"].tolist()[:2] == ["B", "A"]
    assert frame["outcome"].tolist()[:2] == ["correct", "wrong"]
    assert frame["completion_tokens"].tolist()[:2] == [1, 2]
    assert frame["input"][0] == frame["input"][1]


def test_files_have_one_schema_whatever_their_rows_have(tmp_path: Path) -> None:
    write_parquet(make([sample(0)]), tmp_path / "a.parquet")
    write_parquet(make([sample(1, score=0.5, tokens={"prompt": None, "completion": None})]), tmp_path / "b.parquet")
    one, other = (pyarrow.parquet.read_schema(tmp_path / name) for name in ("a.parquet", "b.parquet"))
    assert one.names == other.names
    assert [one.field(name).type for name in ("prompt_tokens", "score", "margin", "repeat")] == [
        other.field(name).type for name in ("prompt_tokens", "score", "margin", "repeat")
    ]
