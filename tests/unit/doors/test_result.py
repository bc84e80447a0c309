from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae import EvaluationResult, Evaluator, UsageError


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EvaluationResult:
    monkeypatch.chdir(tmp_path)
    return Evaluator(progress=False).run("random", dataset="sample", subset=["history", "loan_words"], limit=4)


def test_a_frame_has_one_row_a_sample_with_the_reports_columns(result: EvaluationResult) -> None:
    frame = result.to_dataframe()
    assert list(frame["id"]) == [sample["id"] for sample in result.samples]
    assert list(frame.columns)[:11] == list(result.samples[0])[:11]


def test_json_comes_back_as_it_went(result: EvaluationResult, tmp_path: Path) -> None:
    text = result.to_json(tmp_path / "r.json")
    assert EvaluationResult.from_json(tmp_path / "r.json").report == result.report
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == text + "\n"
    with pytest.raises(UsageError, match="cannot be read"):
        EvaluationResult.from_json(tmp_path / "none.json")


def test_it_prints_as_the_table_of_the_terminal(result: EvaluationResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = str(result)
    assert "random random(seed=0), string_match, sample" in text
    assert "total (micro)" in text
    assert max(map(len, text.splitlines())) <= 80
    assert repr(result).startswith("<EvaluationResult random sample: accuracy 0.")
    assert result["metrics"] is result.metrics


def test_a_notebook_shows_a_table_in_which_no_name_is_markup(result: EvaluationResult) -> None:
    result.metrics["subsets"]["<script>x</script>"] = result.metrics["subsets"].pop("history")
    text = result._repr_html_()
    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert "<script>" not in text


def test_it_is_exported_in_any_format(result: EvaluationResult, tmp_path: Path) -> None:
    result.export("csv", tmp_path / "rows.csv")
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) >= 1 + len(result.samples)
    with pytest.raises(UsageError, match="unknown format 'cvs': did you mean 'csv'"):
        result.export("cvs", tmp_path / "rows.csv")
