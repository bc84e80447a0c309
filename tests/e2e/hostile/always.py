"""What holds after every attack, whatever it was."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from tests.e2e.hostile.attack import SECRET, Attack, Result
from tests.helpers import valid_report

USAGE_ERROR = 4
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LINE_OF_OTHERS = re.compile(
    r"^(?:FORGED|::(?!(?:error|warning|notice) title=pytest-haerae [^:]*::(?!FORGED)).*)", re.MULTILINE
)
"""A line that words of others began: a workflow command that is not this package's own, or the mark of `FORGED`."""
_FORMULA = re.compile(r"(?:^|,)\"?[=+@\t]|(?:^|,)\"?-(?![\d.])", re.MULTILINE)
_MARKUP = re.compile(rb"(?<!\\)<img src=x")


def faults(attack: Attack, result: Result) -> Iterator[str]:
    """Everything that is wrong with what came of an attack, a line each."""
    yield from _ending(attack, result)
    yield from _streams(result)
    yield from _secrets(result)
    yield from _files(attack, result)
    yield from _left_behind(result)


def _ending(attack: Attack, result: Result) -> Iterator[str]:
    if not result.in_time:
        yield f"it went on after {attack.seconds:g} s"
    if result.code != attack.code:
        yield f"exit code {result.code} instead of {attack.code}"
    if not re.search(attack.says, result.text):
        yield f"nothing says {attack.says!r}"
    if result.megabytes > attack.megabytes:
        yield f"{result.megabytes:.0f} MB of memory"
    lines = [line for line in result.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    if attack.code == USAGE_ERROR and result.code == USAGE_ERROR and len(lines) != 1:
        yield f"{len(lines)} lines instead of one"
    if attack.requests is not None and result.server and len(result.server.exchanges) > attack.requests:
        yield f"{len(result.server.exchanges)} requests instead of {attack.requests}"


def _streams(result: Result) -> Iterator[str]:
    for name, content in (("stdout", result.stdout), ("stderr", result.stderr)):
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            yield f"{name}: no UTF-8 ({error})"
            continue
        for words in ("Traceback (most recent call last)", "INTERNALERROR"):
            if words in text:
                yield f"{name}: {words}"
        if found := _CONTROL.search(text):
            yield f"{name}: the raw character {found[0]!r}"
        if found := _LINE_OF_OTHERS.search(text):
            yield f"{name}: a line of somebody else's: {found[0]!r}"


def forms(secret: str) -> set[bytes]:
    """A secret as it stands, as URLs write it, and in base64 at each place of three bytes."""
    padded = (base64.b64encode(b"\0" * shift + secret.encode()) for shift in range(3))
    # The first characters depend on what stands before, the last ones on what follows.
    encoded = {text[(0, 2, 3)[shift] : -4] for shift, text in enumerate(padded)}
    written = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
    return (
        {text.encode() for text in written}
        | encoded
        | {text.translate(bytes.maketrans(b"+/", b"-_")) for text in encoded}
    )


def _secrets(result: Result) -> Iterator[str]:
    outputs = {"stdout": result.stdout, "stderr": result.stderr, **result.written()}
    for name, content in outputs.items():
        for form in forms(SECRET):
            if form in content:
                yield f"{name}: has the key as {form.decode()}"


def _files(attack: Attack, result: Result) -> Iterator[str]:
    written = result.written()
    for name in result.before:
        if name not in attack.changes and (name in written or not (result.folder / name).exists()):
            yield f"the input {name} was changed"
    for name, content in written.items():
        if name in attack.changes:
            continue
        path = result.folder / name
        if b"Traceback (most recent call last)" in content:
            yield f"{name}: a traceback"
        yield from _well_formed(path, content)


def _well_formed(path: Path, content: bytes) -> Iterator[str]:
    try:
        if path.suffix == ".xml":
            ElementTree.fromstring(content)  # noqa: S314 - written by pytest a moment ago
        elif path.name == "report.json":
            valid_report(path)
            json.loads(content, parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))
        elif path.suffix in (".md", ".html", ".csv"):
            content.decode()
    except Exception as error:
        yield f"{path.name}: {type(error).__name__}: {str(error)[:300]}"
    if path.suffix in (".md", ".html") and _MARKUP.search(content):
        yield f"{path.name}: markup of others"
    if path.suffix == ".csv" and (found := _FORMULA.search(content.decode("utf-8", "replace"))):
        yield f"{path.name}: a formula, {found[0]!r}"


def _left_behind(result: Result) -> Iterator[str]:
    deadline = time.monotonic() + 20  # a worker whose controller is gone ends with the test that it runs
    while (running := list(_processes(result.token))) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in running:
        yield f"a process is left: {_arguments(pid)}"
        os.kill(pid, 9)
    for path in result.temporary.rglob("*"):
        if path.is_file() and "번 문제" in path.read_text(encoding="utf-8", errors="replace"):
            yield f"questions are left in {path.relative_to(result.temporary)}"
    for path in result.folder.rglob(".*.tmp"):
        yield f"half a file is left: {path.name}"


def _processes(token: str) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"\0ATTACK={token}\0".encode() in b"\0" + (folder / "environ").read_bytes():
                yield int(folder.name)
        except OSError:
            continue


def _arguments(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
    except OSError:
        return str(pid)
