from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.backends.api.scoring import NOT_LISTED
from pytest_haerae.errors import UsageError
from pytest_haerae.report.copies.traces import read_traces, trace_of
from pytest_haerae.statistics.pairing import outline_of
from tests.unit.report.copies.twins import report, scored, tokens, written
from tests.unit.reports import sample, write


def test_what_is_kept_of_a_scored_item() -> None:
    row = scored(3, [-3.0, -1.0, -2.0], messages=[{"role": "user", "content": "?"}], truncated=True, **tokens(17))
    trace = trace_of(row)
    assert trace.outline == outline_of(row)
    assert (trace.prediction, trace.options, trace.loglikelihoods) == ("B", 3, (-3.0, -1.0, -2.0))
    assert (trace.written, trace.prompt_tokens, trace.answers) == (None, 17, 1)
    assert (trace.chat, trace.truncated, trace.unlisted, trace.answered) == (True, True, False, True)
    assert trace.input == hash(row["input"])


def test_texts_are_told_apart_and_what_is_sent_without_its_white_space() -> None:
    one, other, spaced = (
        trace_of(written(0, text, input=asked)) for text, asked in (("B", "가 나"), ("B ", "가 나"), ("B", "가\n 나 "))
    )
    assert (one.written == other.written, one.written == spaced.written) == (False, True)
    assert (one.input == spaced.input, one.squeezed == spaced.squeezed) == (False, True)
    assert trace_of(written(0, "B", input="가 다")).squeezed != one.squeezed


def test_free_text_has_no_letter() -> None:
    assert trace_of(written(0, "서울", options=None, reference="서울")).prediction is None
    assert trace_of(written(0, "서울", options=None, reference="서울")).options == 0


def test_of_several_answers_and_turns() -> None:
    row = written(0, "B", **tokens(40))
    answer = {
        **{name: row[name] for name in ("outcome", "prediction", "reasoning", "finish_reason", "why", "error")},
        **tokens(20),
    }
    several = {**row, "answers": [{**answer, "raw_output": text} for text in "BA"]}
    turned = {**several, "answers": [{**answer, "raw_output": text} for text in "AB"]}
    first, second = trace_of(several), trace_of(turned)  # type: ignore[arg-type]
    assert (first.answers, first.prompt_tokens, first.written == second.written) == (2, 20, False)
    talk = {**row, "turns": [{"question": "?", "reference": None, "answer": "A"}]}
    assert trace_of(talk).prompt_tokens is None  # type: ignore[arg-type]
    assert trace_of(talk).written != trace_of(row).written  # type: ignore[arg-type]


def test_a_label_that_was_not_listed_is_known_by_its_error() -> None:
    error = f"openai: label E {NOT_LISTED} 20 first tokens"
    missing = trace_of(sample(0, outcome="error", error=error, loglikelihoods=None))
    assert (missing.unlisted, missing.answered, missing.loglikelihoods) == (True, False, None)
    assert not trace_of(sample(0, outcome="error", error="HTTP 503")).unlisted


def test_reports_are_read_as_everywhere(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", report(5))
    as_written = read_traces(path, "a.json")
    assert [each.outline.mark.id for each in as_written.samples] == [f"csat_geo-{number:04d}" for number in range(5)]
    turned = dict(reversed(json.loads(path.read_text(encoding="utf-8")).items()))
    path.write_text(json.dumps(turned), encoding="utf-8")
    assert read_traces(path, "a.json") == as_written
    assert not as_written.measured().differences_to(as_written.measured())
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"a\.json: no report"):
        read_traces(path, "a.json")
