from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.checkpoint import CheckpointParameters, check_checkpoint, load_model, longest_input
from pytest_haerae.errors import UsageError
from tests.unit.backends.local.tiny import save_tiny

EOS = "</s>"


def config(**values: int) -> Any:  # noqa: ANN401 - stands in for transformers' configuration
    text = SimpleNamespace(**values)
    return SimpleNamespace(get_text_config=lambda: text)


@pytest.mark.parametrize(
    ("values", "tokenizer", "expected"),
    [
        ({"n_positions": 1024, "max_position_embeddings": 2048}, 512, 1024),
        ({"max_position_embeddings": 4096}, 512, 4096),
        ({"n_ctx": 256}, 512, 256),
        ({}, 512, 512),
        ({}, 10**30, 2048),
    ],
)
def test_the_longest_input_is_looked_for_where_models_say_it(
    values: dict[str, int], tokenizer: int, expected: int
) -> None:
    assert longest_input(config(**values), SimpleNamespace(model_max_length=tokenizer)) == expected


def test_the_key_knows_the_weights_and_not_where_they_run(tmp_path: Path) -> None:
    save_tiny(tmp_path, eos_token=EOS)
    one = CheckpointParameters(model_name_or_path=str(tmp_path), device="cpu")
    assert one.identity() == CheckpointParameters(model_name_or_path=str(tmp_path), device="cuda:1").identity()
    before = one.identity()
    weights = tmp_path / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    assert one.identity() != before
    assert one.model_label() == str(tmp_path)


def test_a_folder_without_a_tokenizer_is_one_line(tmp_path: Path) -> None:
    save_tiny(tmp_path, eos_token=EOS)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).unlink()
    with pytest.raises(UsageError, match=f"^huggingface cannot load {tmp_path}: "):
        load_model(CheckpointParameters(model_name_or_path=str(tmp_path)))


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UsageError, match=r"pip install 'pytest-haerae\[hf\]'"):
        load_model(CheckpointParameters())


@pytest.mark.parametrize(
    ("missing", "parameters", "words"),
    [
        ("torch", {}, r"--model=huggingface needs torch: pip install 'pytest-haerae\[hf\]'"),
        ("transformers", {}, r"--model=huggingface needs transformers: pip install 'pytest-haerae\[hf\]'"),
        ("peft", {"adapter": "a/b"}, r"adapter needs peft: pip install 'pytest-haerae\[peft\]'"),
        ("bitsandbytes", {"quantization": "4bit"}, r"needs bitsandbytes: pip install 'pytest-haerae\[quantization\]'"),
        (None, {"adapter": "./none"}, "huggingface cannot load none: there is no such file or folder"),
        (None, {"model_name_or_path": "./none"}, "huggingface cannot load none: there is no such file or folder"),
    ],
)
def test_e6_what_is_missing_is_said_before_any_data_are_read(
    monkeypatch: pytest.MonkeyPatch, missing: str | None, parameters: dict[str, Any], words: str
) -> None:
    if missing:
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=words):
        check_checkpoint(CheckpointParameters.model_validate(parameters))


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json", "generation_config.json", "config.json"])
def test_d3_an_edit_of_any_part_is_another_model(tmp_path: Path, name: str) -> None:
    """D3: chat template, tokenizer or generation_config edited, same weights: the old answers came back."""
    save_tiny(tmp_path / "m", eos_token=EOS)
    save_tiny(tmp_path / "a", eos_token=EOS)
    parameters = CheckpointParameters(model_name_or_path=str(tmp_path / "m"), adapter=str(tmp_path / "a"))
    seen = [parameters.identity()]
    for folder in "ma":
        path = tmp_path / folder / name
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        seen.append(parameters.identity())
    (tmp_path / "m" / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    seen.append(parameters.identity())
    assert len({json.dumps(identity, sort_keys=True) for identity in seen}) == 4
