from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses import given_of
from tests.unit.reports import report_of, samples_of, write


def test_a_run_of_a_model_has_none() -> None:
    assert given_of(build_config({"model": "random"}, Path())) is None


def test_the_reader_is_told_by_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "x", "response": "A"}', encoding="utf-8")
    write(tmp_path / "r.json", report_of(samples_of({"a": "cw"})))
    for name, model, count in (("a.jsonl", "a.jsonl", 1), ("r.json", "a-model", 2)):
        found = given_of(build_config({"responses": str(tmp_path / name)}, tmp_path))
        assert found is not None
        assert (found.model, len(found.items)) == (model, count)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no.json", "there is no such file"),
        (".", "is no file, and no folder with samples_"),
        ("a.xlsx", "answers are read from"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(UsageError, match=words):
        given_of(build_config({"responses": str(tmp_path / name)}, tmp_path))
