from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.backends.local.counting import count_tokens
from pytest_haerae.types import Message, Request
from tests.unit.backends.local.tiny import byte_tokenizer

TEXTS = ["질문: 수도는?", "", "A" * 50]
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}
TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"


def test_a_text_counts_as_the_model_reads_it(tmp_path: Path) -> None:
    byte_tokenizer(**SPECIAL).save_pretrained(tmp_path)
    counts = count_tokens(str(tmp_path), None, [Request("generate", text) for text in TEXTS], None, trust=False)
    assert counts is not None
    assert list(counts) == [len(text.encode()) for text in TEXTS]


def test_a_chat_counts_as_its_template_writes_it(tmp_path: Path) -> None:
    tokenizer = byte_tokenizer()
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(tmp_path)
    requests = [Request("generate", "", messages=(Message("user", text),)) for text in TEXTS]
    counts = count_tokens(str(tmp_path), None, requests, None, trust=False)
    assert counts is not None
    assert list(counts) == [len(f"user: {text}\n".encode()) for text in TEXTS]


@pytest.mark.parametrize("name", ["nobody/has-this", "missing.gguf"])
def test_without_its_tokenizer_on_this_machine_nothing_is_counted(tmp_path: Path, name: str) -> None:
    assert count_tokens(str(tmp_path / name), None, [Request("generate", "x")], None, trust=False) is None
