from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.init import settings
from pytest_haerae.doors.command_line.main import main
from tests.helpers import ROOT
from tests.unit.fakes import question, write_rows


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no demo."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "demo_is_installed", lambda: False)
    monkeypatch.setattr(settings, "existing", lambda folder: None)
    return tmp_path


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_empty_folder_gets_the_packages_suites(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    suites = {path.relative_to(ROOT).as_posix() for path in (ROOT / "suites").rglob("*.py")}
    assert written(folder) == suites
    assert all((folder / name).read_bytes() == (ROOT / name).read_bytes() for name in suites)
    lines = capsys.readouterr().out.splitlines()
    modules = sum(path.rpartition("/")[2].startswith("test_") for path in suites)
    assert lines[0].startswith(f"suites: {modules} suites")
    assert lines[-1].startswith("next: pytest suites --model=random")


def test_nothing_is_written_over_and_what_is_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "suites").mkdir()
    mine = folder / "suites" / "test_mine.py"
    mine.write_text("mine", encoding="utf-8")
    assert main(["init"]) == 4
    captured = capsys.readouterr()
    assert captured.out == "suites: has modules already and stays as it is (test_mine.py)\n"
    assert captured.err == "ERROR: nothing was written: all of it is there already\n"
    assert written(folder) == {"suites/test_mine.py"}
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_workflow_comes_beside_suites_that_are_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    before = written(folder)
    assert main(["init", "--ci=github"]) == 0
    assert written(folder) - before == {".github/workflows/haerae.yml"}
    said = capsys.readouterr().out
    assert "suites: has modules already and stays as it is (__init__.py, test_correct_" in said
    assert "commit these files and the questions; not .haerae:" in said
    assert main(["init", "--ci=github"]) == 4


def test_data_of_ones_own_get_a_suite(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(folder / "quiz.jsonl", [question(number) for number in range(3)])
    assert main(["init", "tests", "--data", "quiz.jsonl"]) == 0
    assert written(folder) == {"quiz.jsonl", "tests/test_quiz.py"}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "tests/test_quiz.py: asks the 3 questions of quiz.jsonl"
    assert lines[-1].startswith("next: pytest tests/test_quiz.py --model=random")
    assert main(["init", "tests", "--data", "quiz.jsonl"]) == 4


def test_columns_that_are_no_known_layout_are_described(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(folder / "quiz.jsonl", [{"Frage": "q", "x": "a", "y": "b", "Antwort": "a"}])
    assert main(["init", "tests", "--data=quiz.jsonl"]) == 4
    assert "--dataset-columns question=" in capsys.readouterr().err
    columns = "question=Frage,options=x|y,answer=Antwort"
    assert main(["init", "tests", "--data=quiz.jsonl", f"--dataset-columns={columns}"]) == 0
    *_, command = capsys.readouterr().out.splitlines()
    assert command.startswith("next: pytest tests/test_quiz.py --model=random")
    marker = f'@pytest.mark.haerae(dataset="../quiz.jsonl", columns="{columns}")'
    assert marker in (folder / "tests/test_quiz.py").read_text(encoding="utf-8")
    assert main(["init", "tests", "--data=quiz.jsonl", f"--dataset-columns={columns},answer_start=0"]) == 4
    assert f'stays as it is; to it belongs: dataset="../quiz.jsonl", columns="{columns},answer_start=0"' in (
        capsys.readouterr().out
    )
    assert main(["init", f"--dataset-columns={columns}"]) == 4
    assert "name it with --data" in capsys.readouterr().err


def test_two_files_whose_names_have_no_letters_of_a_module_get_a_suite_each(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one was said to be there already; with a workflow the command even succeeded."""
    for name in ("한국사", "지리"):
        write_rows(folder / f"{name}.jsonl", [question(0)])
        assert main(["init", "--data", f"{name}.jsonl", "--ci=github"]) == 0
    suites = [folder / "suites" / f"test_questions{number}.py" for number in ("", "_2")]
    assert 'dataset="../한국사.jsonl"' in suites[0].read_text(encoding="utf-8")
    second = suites[1].read_text(encoding="utf-8")
    assert 'dataset="../지리.jsonl"' in second
    assert "def test_questions_2(" in second
    capsys.readouterr()
    assert main(["init", "--data", "지리.jsonl"]) == 4
    assert capsys.readouterr().out == "suites/test_questions_2.py: asks 지리.jsonl and stays as it is\n"
    assert len(list((folder / "suites").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data=none.jsonl"], "--data none.jsonl: there is no such file or folder"),
        (["--data=badd.jsonl"], "--data badd.jsonl: there is no such file or folder; did you mean bad.jsonl?"),
        (["--data=bad.jsonl"], "bad.jsonl"),
        (["bad.jsonl"], "bad.jsonl: is a file; name a folder"),
        (["/proc/none"], "/proc/none/__init__.py: cannot be written"),
        (["..", "--ci=github"], "--ci: .. is not in this folder"),
        (["--data=../outside.jsonl", "--ci=github"], "--ci: ../outside.jsonl is not in this folder, which a workflow"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    write_rows(folder.parent / "outside.jsonl", [question(0)])
    (folder / "bad.jsonl").write_text('{"options": 5}\n', encoding="utf-8")
    assert main(["init", *arguments]) == 4
    error = capsys.readouterr().err
    assert words in error
    assert len(error.splitlines()) == 1
    assert written(folder) == {"bad.jsonl"}
