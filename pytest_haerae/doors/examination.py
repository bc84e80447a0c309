"""What this machine and this installation have: versions, backends, GPUs, the hub, keys, a place for answers.

Each part looks for itself and gives findings. Nothing raises for what it finds, loads a model, or waits for long.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Literal

from pytest_haerae.doors.additions import SOURCES, Addition
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.redact import error_line, redact_text

State = Literal["ok", "note", "broken"]
HUB = "https://huggingface.co"
OFFLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Variables that keep the hub's libraries from the network."""
_YES = frozenset({"1", "on", "yes", "true"})
"""What these libraries take for yes, in any case."""
_KEY = re.compile(r"(?:^|_)API_KEY$|^(?:HF_TOKEN|HUGGING_FACE_HUB_TOKEN|AWS_ACCESS_KEY_ID)$")
"""Names of variables that the backends' libraries read keys from."""
_ASKED_WRONGLY = frozenset({404, 405, 501})
"""Statuses of a hub that is there and has no page at its address, or does not know HEAD."""
_PATIENCE = 5.0
"""Seconds that the hub and nvidia-smi are waited for."""
_IMPORT_PATIENCE = 60.0
"""Seconds that torch is waited for: it is imported by a process of its own."""
_TORCH = (
    "import torch; c = torch.cuda; n = c.device_count() if c.is_available() else 0;"
    "print('; '.join(c.get_device_name(i) for i in range(n)) or ('mps' if torch.backends.mps.is_available() else ''))"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        state: ``broken`` where a run cannot do without it, ``note`` where it is worth knowing.
        words: What was found, in a line.
    """

    name: str
    state: State
    words: str


def versions() -> Iterator[Finding]:
    """Python, pytest, this package, and pytest-xdist where it is there."""
    from pytest_haerae.report.versions import UNKNOWN, version_of, versions_of

    found = versions_of(())
    yield Finding("python", "ok", f"{found['python']} ({sys.platform}, {sys.executable})")
    yield Finding("pytest", "ok", found["pytest"])
    yield Finding("pytest-haerae", "ok", found["pytest_haerae"])
    if (xdist := version_of("pytest-xdist")) != UNKNOWN:
        yield Finding("pytest-xdist", "ok", xdist)


def backends(asked: Sequence[str]) -> Iterator[Finding]:
    """Each backend with its libraries' versions.

    Args:
        asked: Those that have to be usable.

    Raises:
        UsageError: One of them does not exist.
    """
    found = {each.name: each for each in SOURCES["backends"].look()}
    for name in asked:
        if name not in found:
            raise UsageError(f"--model: {unknown('backend', name, found)}")
    for name, backend in found.items():
        bad: State = "broken" if name in asked else "note"
        if backend.problem:
            yield Finding(f"backend {name}", bad, f"not usable: {backend.problem}")
        elif backend.install:
            yield Finding(f"backend {name}", bad, f"not installed: {backend.install}")
        else:
            yield Finding(f"backend {name}", "ok", _libraries(backend))


def _libraries(backend: Addition) -> str:
    from pytest_haerae.backends.registry import find_backend
    from pytest_haerae.report.versions import version_of

    return ", ".join(f"{name} {version_of(name)}" for name in find_backend(backend.name).libraries) or "usable"


def gpus() -> Iterator[Finding]:
    """The GPUs that the driver and torch see; neither is asked where it is not there."""
    driver = _driver()
    if driver is not None:
        yield driver
    if not find_spec("torch"):
        if driver is None:
            yield Finding("gpu", "ok", "none looked for: neither nvidia-smi nor torch is here")
        return
    seen = _output([sys.executable, "-c", _TORCH], _IMPORT_PATIENCE)
    if seen is None:
        yield Finding("gpu (torch)", "note", "torch could not be asked: python -c 'import torch' says why")
    elif seen:
        yield Finding("gpu (torch)", "ok", seen)
    elif driver is not None and driver.state == "ok":
        yield Finding("gpu (torch)", "note", "none, though the driver has one: is this torch's build for processors?")
    else:
        yield Finding("gpu (torch)", "ok", "none: models run on the processor")


def _driver() -> Finding | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    seen = _output([program, "--query-gpu=name,memory.total", "--format=csv,noheader"], _PATIENCE)
    if not seen:
        return Finding("gpu (driver)", "note", "nvidia-smi names none: run it to see why")
    return Finding("gpu (driver)", "ok", "; ".join(seen.splitlines()))


def _output(command: Sequence[str], seconds: float) -> str | None:
    """What a program prints; None where it fails or takes longer."""
    try:
        process = subprocess.Popen(  # noqa: S603 - nvidia-smi, or this interpreter
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace"
        )
    except OSError:
        return None
    try:
        printed, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        # One that hangs in a driver cannot be ended, and is not waited for.
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        if process.stdout:
            process.stdout.close()
        return None
    return printed.strip() if process.returncode == 0 else None


def hub(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Whether the hub can be reached, or is not to be."""
    offline = [name for name in OFFLINE if environment.get(name, "").lower() in _YES]
    if offline:
        yield Finding("hub", "ok", f"offline mode ({', '.join(offline)}): only what is in the cache is read")
        return
    address = environment.get("HF_ENDPOINT") or HUB
    problem = _unreachable(address)
    if problem is None:
        yield Finding("hub", "ok", redact_text(f"{address} answers"))
    else:
        words = f"{address} {problem}; what is in the cache is read with HF_HUB_OFFLINE=1"
        yield Finding("hub", "note", redact_text(words))


def _unreachable(address: str) -> str | None:
    """What is wrong with an address: nothing answers there, or something does that lets nobody through, as a proxy."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    from pytest_haerae.backends.api.failures import unreachable

    found: list[str | None] = []

    def ask() -> None:
        try:
            with urlopen(Request(address, method="HEAD"), timeout=_PATIENCE):  # noqa: S310 - as the user's variable says
                found.append(None)
        except HTTPError as error:
            said = f"answers {error.code} {error.reason}".strip()
            found.append(
                None if error.code in _ASKED_WRONGLY else error_line(f"{said} (the hub, or a proxy before it)")
            )
        except Exception as error:  # an address that is none, a certificate, a proxy
            found.append(f"cannot be reached ({unreachable(error) or error_line(error)})")

    # A name server is asked without a limit of time; the thread is left alone then.
    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_PATIENCE + 1)
    return found[0] if found else f"cannot be reached (no answer within {_PATIENCE:.0f} seconds)"


def keys(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """The names of the keys that are set; no part of a value."""
    names = sorted(name for name in environment if _KEY.search(name))
    given = [name for name in names if environment[name].strip()]
    yield Finding("keys", "ok", ", ".join(given) or "none in the environment")
    if empty := [name for name in names if name not in given]:
        yield Finding("keys", "note", f"set, and empty: {', '.join(empty)}")


def store(path: Path) -> Iterator[Finding]:
    """Whether answers can be stored; nothing is made there."""
    folder = next((each for each in path.absolute().parents if each.exists()), Path("/"))
    try:
        if path.is_dir():
            yield Finding("store", "broken", f"{path} is a folder; name a file with --store")
            return
        with tempfile.TemporaryFile(dir=folder):
            pass
        if path.exists() and not os.access(path, os.W_OK):
            yield Finding("store", "broken", f"{path} cannot be written; name another file with --store")
            return
    except OSError as error:
        yield Finding("store", "broken", f"{folder} cannot be written ({error.strerror}); name another with --store")
        return
    yield Finding("store", "ok", f"{path} ({'there' if path.exists() else 'made by the first run'})")


def terminal(encoding: str | None, language: Iterable[str | None]) -> Iterator[Finding]:
    """Whether Hangul can be shown.

    Args:
        encoding: Of the output.
        language: The values of the variables that decide it.
    """
    shown = encoding or "unknown"
    try:
        "한국어".encode(shown)
    except (LookupError, UnicodeEncodeError):
        way_out = "set PYTHONIOENCODING=utf-8, or LC_ALL=C.UTF-8"
        yield Finding("terminal", "note", f"{shown} has no Hangul, which is shown as \\uXXXX: {way_out}")
        return
    yield Finding("terminal", "ok", ", ".join([shown, *filter(None, language)]))
