from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_haerae.backends import fingerprints as module
from pytest_haerae.backends.fingerprints import file_fingerprint, fingerprints

DECIDING = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
    "additional_chat_templates/tool.jinja",
    "modeling_mine.py",
    "adapter_config.json",
    "preprocessor_config.json",
]
SAYING_NOTHING = ["README.md", "LICENSE", "LICENCE.txt", ".gitattributes", "notice.txt", "loss.png", ".cache", "x.lock"]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    for name in (*DECIDING, *SAYING_NOTHING):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "checkpoint-500").mkdir()
    return tmp_path


def test_each_file_that_decides_is_there(checkpoint: Path) -> None:
    assert set(fingerprints(checkpoint)) == set(DECIDING)


@pytest.mark.parametrize("name", DECIDING)
def test_d3_an_edit_of_any_deciding_file_is_another_model(checkpoint: Path, name: str) -> None:
    """D3: chat template, tokenizer or generation_config edited, same weights: the old answers came back."""
    before = fingerprints(checkpoint)
    path = checkpoint / name
    status = path.stat()
    path.write_text(name[::-1], encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = fingerprints(checkpoint)
    assert {each for each in before if before[each] != after[each]} == {name}
    path.unlink()
    assert set(fingerprints(checkpoint)) == set(DECIDING) - {name}


@pytest.mark.parametrize("name", SAYING_NOTHING)
def test_what_people_read_changes_nothing(checkpoint: Path, name: str) -> None:
    before = fingerprints(checkpoint)
    (checkpoint / name).write_text("other words", encoding="utf-8")
    assert fingerprints(checkpoint) == before


def test_a_copy_of_a_small_file_is_the_same_one(tmp_path: Path) -> None:
    one, other = tmp_path / "a.json", tmp_path / "b.json"
    one.write_text("{}", encoding="utf-8")
    other.write_text("{}", encoding="utf-8")
    os.utime(other, ns=(1, 1))
    assert file_fingerprint(one) == file_fingerprint(other)
    assert fingerprints(one) == {"a.json": file_fingerprint(one)}
    assert fingerprints(tmp_path / "none") == {}


@pytest.mark.parametrize("place", [0, 5_000, 99_999])
def test_a_large_file_is_known_by_its_ends_and_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    for name, size in (("_WHOLE", 50_000), ("_HEAD", 8_000), ("_CHUNK", 1_000)):
        monkeypatch.setattr(module, name, size)
    path = tmp_path / "m.gguf"
    content = bytearray(100_000)
    path.write_bytes(content)
    os.utime(path, ns=(7, 7))
    before = file_fingerprint(path)
    content[place] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(7, 7))
    assert file_fingerprint(path) != before
    content[place] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(7, 7))
    assert file_fingerprint(path) == before
    os.utime(path, ns=(8, 8))
    assert file_fingerprint(path) != before
