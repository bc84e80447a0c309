from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from pytest_haerae.data.paths import existing, from_here, located, nearest


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_b6_a_path_is_found_however_its_characters_are_written(tmp_path: Path, on_disk: str, typed: str) -> None:
    file = tmp_path / normalize(on_disk, "자료") / normalize(on_disk, "한국사.jsonl")  # type: ignore[arg-type]
    file.parent.mkdir()
    file.touch()
    found = existing(tmp_path / normalize(typed, "자료/한국사.jsonl"))  # type: ignore[arg-type]
    assert found is not None
    assert found.samefile(file)
    assert existing(tmp_path / "자료" / "세계사.jsonl") is None


def test_a_name_begins_in_its_folder_or_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert located("q.csv") == Path("q.csv")
    assert located("q.csv", tmp_path) == located("q.csv", str(tmp_path)) == tmp_path / "q.csv"
    assert located("~/q.csv", tmp_path) == tmp_path / "home" / "q.csv"
    (tmp_path / normalize("NFD", "자료")).touch()
    assert located(normalize("NFC", "자료"), tmp_path) == tmp_path / normalize("NFD", "자료")


@pytest.mark.parametrize(
    ("name", "found"),
    [("quizz.jsonl", "quiz.csv"), ("quiz.jsonl", "quiz.csv"), ("quiz", "quiz.csv"), ("xyz", None), ("note.txt", None)],
)
def test_e3_the_nearest_table_is_named(tmp_path: Path, name: str, found: str | None) -> None:
    for entry in ("quiz.csv", "notes.txt", ".quiz.jsonl"):
        (tmp_path / entry).touch()
    assert nearest(tmp_path / name, (".csv", ".jsonl")) == (tmp_path / found if found else None)
    assert nearest(tmp_path / "none" / name, (".csv",)) is None


def test_a_suites_path_makes_no_detour_unless_a_link_does(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "deep")
    for place in ("q.csv", "far/q.csv"):
        (tmp_path / place).touch()
    assert located("../q.csv", tmp_path / "suites") == tmp_path / "q.csv"
    assert located("../none.csv", tmp_path / "suites") == tmp_path / "none.csv"
    assert located("../q.csv", tmp_path / "link").samefile(tmp_path / "far/q.csv")
    assert located("../q.csv") == Path("../q.csv"), "what somebody typed is called as it was typed"


def test_a_path_is_shown_from_the_current_folder_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert from_here(tmp_path / "my" / "q.csv") == Path("my/q.csv")
    assert from_here(tmp_path.parent / "q.csv") == tmp_path.parent / "q.csv"
    assert from_here(Path("my/q.csv")) == Path("my/q.csv")
