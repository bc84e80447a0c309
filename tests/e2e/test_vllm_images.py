"""A tiny model that reads images on the real vLLM engine, asked through pytest about the images that rows name."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers import ROOT, valid_report, write_questions
from tests.unit.pictures import png

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it"),
    # The engine's libraries warn of their own deprecations.
    pytest.mark.filterwarnings("default"),
]

COUNT = 6


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.unit.backends.local.tiny_idefics3 import save_tiny_idefics3

    return save_tiny_idefics3(tmp_path_factory.mktemp("idefics3") / "model")


def rows(folder: Path) -> list[dict[str, object]]:
    """Questions that differ in their images; of the last ones two images, none, and one that cannot be decoded."""
    from PIL.Image import fromarray

    question = {"question": "무슨 색?", "options": ["가", "나"], "answer": "A"}
    for number in range(COUNT):
        drawn = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
        fromarray(drawn).save(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(png((1, 2, 3), 16)[:40])
    cells = [*(f"{number}.png" for number in range(COUNT)), '["0.png", "3.png"]', "", "broken.png"]
    return [{**question, "image": cell} for cell in cells]


def run(folder: Path, backend: str, params: str) -> subprocess.CompletedProcess[str]:
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--max-error-rate=0.2"]
    command = [sys.executable, "-m", "pytest", f"--model={backend}", f"--model-params={params}", *plugins]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [*command, "--apply-chat-template", f"--output-file={backend}.json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def samples(folder: Path, backend: str, params: str) -> list[dict[str, Any]]:
    result = run(folder, backend, params)
    assert result.returncode == 0, result.stdout + result.stderr
    return list(valid_report(folder / f"{backend}.json")["samples"])


def said_by(sample: dict[str, Any]) -> tuple[str, int]:
    """A sample's text, without the bytes of a character that never ended, and the tokens of its prompt."""
    return sample["raw_output"].rstrip("\ufffd"), sample["tokens"]["prompt"]


def test_each_item_is_answered_about_its_own_image(tmp_path: Path, model: Path) -> None:
    """In the words that transformers gives of the same weights."""
    write_questions(tmp_path, rows(tmp_path))
    shared = f"model_name_or_path={model},dtype=float32,max_tokens=8"
    found = samples(tmp_path, "vllm", f"{shared},max_model_len=512,max_num_seqs=4,max_num_batched_tokens=1024")
    expected = samples(tmp_path, "huggingface", f"{shared},device=cpu,images=true")
    *answered, broken = found
    assert [sample["error"] for sample in answered] == [None] * (COUNT + 2)
    assert [said_by(sample) for sample in answered] == [said_by(sample) for sample in expected[:-1]]
    assert len({sample["raw_output"] for sample in answered}) > COUNT / 2
    assert broken["error"].startswith("vllm: ")
    assert "\n" not in broken["error"]


def test_a_model_of_texts_alone_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    write_questions(tmp_path, rows(tmp_path))
    other = tmp_path / "texts"
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "not loaded"}', encoding="utf-8")
    result = run(tmp_path, "vllm", f"model_name_or_path={other}")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    said = result.stdout + result.stderr
    assert "ERROR: questions: its items have images" in said
    assert "reads texts alone: it has no preprocessor_config.json" in said
