"""A tiny model that reads images, in this process, asked through pytest about the images that rows name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import valid_report, write_questions
from tests.unit.pictures import png

pytestmark = pytest.mark.engine
pytest.importorskip("PIL")

COUNT = 6


@pytest.fixture
def model(tmp_path: Path) -> Path:
    from tests.unit.backends.local.tiny_llava import save_tiny_llava

    return save_tiny_llava(tmp_path / "model")


def rows(folder: Path, **changes: object) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for number in range(COUNT):
        (folder / f"{number}.png").write_bytes(png((40 * number, 255 - 40 * number, 0), 16))
        made.append(
            {"question": "무슨 색?", "options": ["가", "나"], "answer": "A", "image": f"{number}.png", **changes}
        )
    return made


def run(folder: Path, params: str) -> subprocess.CompletedProcess[str]:
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", "--model=huggingface", params, "--apply-chat-template", *plugins]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_each_item_is_answered_about_its_own_image(tmp_path: Path, model: Path) -> None:
    write_questions(tmp_path, rows(tmp_path))
    params = f"--model-params=model_name_or_path={model},dtype=float32,device=cpu,max_tokens=8,images=true"
    result = run(tmp_path, params)
    assert result.returncode == 0, result.stdout
    report = valid_report(tmp_path / ".haerae/report.json")
    assert report["metrics"]["errors"] == 0
    assert len({sample["raw_output"] for sample in report["samples"]}) == COUNT
    assert len({sample["input"] for sample in report["samples"]}) == 1


@pytest.mark.parametrize(
    ("changes", "images", "words"),
    [
        ({}, "", "which its model reads where it is loaded for them: add --model-params images=true"),
        (
            {"image": "https://example.org/a.png"},
            ",images=true",
            "of which one is at an address (https://example.org/a",
        ),
    ],
)
def test_what_its_model_would_not_see_is_refused_before_it_is_loaded(
    tmp_path: Path, model: Path, changes: dict[str, object], images: str, words: str
) -> None:
    write_questions(tmp_path, rows(tmp_path, **changes))
    (model / "config.json").write_text('{"model_type": "not loaded"}', encoding="utf-8")
    params = f"--model-params=model_name_or_path={model}{images}"
    result = run(tmp_path, params)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: questions: its items have images" in result.stdout + result.stderr
    assert words in result.stdout + result.stderr
