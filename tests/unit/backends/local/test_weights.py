from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.weights import check_exists, check_weights, checkpoint_identity, hub_commit
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


def test_a_path_that_can_be_no_hub_id_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^huggingface cannot load models/mine/last: there is no such file"):
        check_exists("huggingface", "models/mine/last")
    check_exists("huggingface", "EleutherAI/polyglot-ko-1.3b")


def test_d3_a_hub_model_is_known_by_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on this machine counts; the hub is asked only where there is none yet."""
    asked: list[str] = []
    here: dict[str, str] = {}

    class Hub:
        def model_info(self, name: str, *, revision: str | None, timeout: float) -> Any:  # noqa: ANN401 - the hub's
            asked.append(name)
            if name == "a/gated":
                raise OSError("401")
            return SimpleNamespace(sha=f"{name}@{revision}")

    def cached(name: str, file: str, revision: str | None) -> str | None:
        return here.get(name)

    monkeypatch.setattr("huggingface_hub.HfApi", Hub)
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", cached)
    hub_commit.cache_clear()
    assert checkpoint_identity("a/b") == "a/b@None"
    assert checkpoint_identity("a/b", "v2") == "a/b@v2"
    assert checkpoint_identity("a/gated") is None
    here["a/b"] = str(tmp_path / "snapshots" / "0123abcd" / "config.json")
    hub_commit.cache_clear()
    asked.clear()
    assert (checkpoint_identity("a/b"), asked) == ("0123abcd", [])
    hub_commit.cache_clear()


def test_d3_a_local_model_is_known_by_its_files(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    assert set(checkpoint_identity(str(tmp_path))) == {"config.json", "model.safetensors"}
