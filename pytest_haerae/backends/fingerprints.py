"""What lies at a path, in short: a model that is edited in its place is another model."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_CHUNK = 1 << 20
_CHUNKS = 16
_WHOLE = 64 << 20
"""Bytes up to which a file is read as a whole: every configuration and tokenizer, and no weights to speak of."""
_HEAD = 8 << 20
"""Of a larger file: there stand the tokenizer and the chat template of a GGUF file."""
_TEMPLATES = "additional_chat_templates"
"""The one folder below a checkpoint's that `transformers` reads."""
_SAYS_NOTHING = re.compile(
    r"\.|(?:readme|licen[cs]e|notice|usage|use_policy)|.*\.(?:md|png|jpe?g|gif|svg|pdf|lock)$", re.IGNORECASE
)
"""Names of files that people read and no engine does; all others may decide an answer."""


def file_fingerprint(path: Path) -> str:
    """Hash a file: the whole content of a small one; of weights the size, the modification time and parts of them.

    The parts are the beginning, the end and 16 MiB spread over the file: large weights are told apart fast.
    """
    status = path.stat()
    digest = hashlib.sha256(f"{status.st_size}".encode())
    with path.open("rb") as file:
        if status.st_size <= _WHOLE:
            while content := file.read(_CHUNK):
                digest.update(content)
            return digest.hexdigest()[:16]
        digest.update(f":{status.st_mtime_ns}".encode())
        digest.update(file.read(_HEAD))
        for part in range(1, _CHUNKS):
            file.seek(status.st_size * part // _CHUNKS)
            digest.update(file.read(_CHUNK))
        file.seek(status.st_size - _CHUNK)
        digest.update(file.read(_CHUNK))
    return digest.hexdigest()[:16]


def fingerprints(path: Path) -> dict[str, str]:
    """The fingerprint of each file at a path that may decide an answer, by its name there.

    Args:
        path: A file, or a checkpoint's folder: weights, tokenizer, chat templates, configurations and code count, what
            people read does not. Folders below count where `transformers` reads them.

    Returns:
        Nothing where nothing is there.
    """
    if path.is_file():
        return {path.name: file_fingerprint(path)}
    files = [*path.glob("*"), *path.glob(f"{_TEMPLATES}/*")] if path.is_dir() else []
    return {
        file.relative_to(path).as_posix(): file_fingerprint(file)
        for file in sorted(files)
        if file.is_file() and not _SAYS_NOTHING.match(file.name)
    }
