from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.backends.local.weights import check_weights
from pytest_haerae.errors import UsageError


def write_checkpoint(folder: Path, *, missing: int = 0) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")
    header = json.dumps({"__metadata__": {}, "x": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(16)
    (folder / "model.safetensors").write_bytes(content[: len(content) - missing])


def test_a_whole_checkpoint_and_a_hub_id_pass(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    check_weights("vllm", str(tmp_path))
    check_weights("vllm", "EleutherAI/polyglot-ko-1.3b")


@pytest.mark.parametrize(("missing", "message"), [(1, "it is truncated"), (90, "it is damaged or truncated")])
def test_a_file_that_is_too_short_is_named(tmp_path: Path, missing: int, message: str) -> None:
    write_checkpoint(tmp_path, missing=missing)
    with pytest.raises(UsageError, match=f"vllm cannot load .*model.safetensors: {message}"):
        check_weights("vllm", str(tmp_path))


def test_what_does_not_exist_is_told_from_a_hub_id(tmp_path: Path) -> None:
    for name in (str(tmp_path / "nothing"), "./nothing", "nothing.gguf"):
        with pytest.raises(UsageError, match="there is no such file or folder"):
            check_weights("huggingface", name)
    with pytest.raises(UsageError, match=r"has no config\.json"):
        check_weights("huggingface", str(tmp_path))
