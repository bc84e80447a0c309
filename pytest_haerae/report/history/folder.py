"""The folder of the history: which runs it has, and their reports, byte for byte.

``runs/`` has a file a run, named by the SHA-256 of its report; ``parts/`` has the questions, by the SHA-256 of theirs.
A run's file is two members of gzip, the first of which ends before the samples: who lists runs reads no further.
Nothing is ever written over. What is damaged is set aside, under another name.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pytest_haerae.errors import UsageError
from pytest_haerae.report.files import replacing
from pytest_haerae.report.history.holes import DamagedEntryError, fill
from pytest_haerae.report.schema import SCHEMA_VERSION, Info, check_report
from pytest_haerae.report.stream import BEFORE_SAMPLES
from pytest_haerae.report.upgrade import upgrade
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.typed_files import OWN_FOLDER

HISTORY = Path(OWN_FOLDER) / "history"
"""The folder, below the rootdir."""
_ANY_FORMAT = b"#pytest-haerae history "
FORMAT = _ANY_FORMAT + b"1\n"
"""The first line of a run's file."""
ENDING = ".gz"
GZIP = zlib.MAX_WBITS | 16
"""That zlib writes and reads what gzip does, with its checksum."""
_ASIDE = ".unreadable"
_NAME = re.compile("[0-9a-f]{64}")
_FEWEST_SIGNS = 4
_PIECE = 1 << 16


class _OtherVersionError(Exception):
    """A run was kept by a version of this package that writes it otherwise: it is sound, and not for this one."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run in the history, without its samples.

    Attributes:
        name: The SHA-256 of its report.
        metrics: What it measured.
        info: How.
    """

    name: str
    metrics: Metrics
    info: Info

    @property
    def short(self) -> str:
        """As much of the name as people are shown."""
        return self.name[:10]


def run_file(folder: Path, name: str) -> Path:
    """Where a run is."""
    return folder / "runs" / f"{name}{ENDING}"


def part_file(folder: Path, name: str) -> Path:
    """Where questions are."""
    return folder / "parts" / f"{name}{ENDING}"


def set_aside(path: Path) -> None:
    """Take a file out of what is read, and keep it."""
    with suppress(OSError):
        path.replace(path.with_name(path.name + _ASIDE))


def kept_runs(folder: Path, warn: Callable[[str], object], *, only_look: bool = False) -> list[KeptRun]:
    """All runs, the newest first.

    Args:
        folder: The folder of the history.
        warn: Told in one line of each that cannot be read; one that is damaged is set aside.
        only_look: Whether nothing is set aside.
    """
    found = []
    try:
        paths = sorted((folder / "runs").glob(f"*{ENDING}"))
    except OSError:
        paths = []
    for path in paths:
        name = path.name.removesuffix(ENDING)
        if not _NAME.fullmatch(name):
            continue
        try:
            found.append(_without_samples(name, path))
        except OSError as error:
            warn(f"{path}: cannot be read ({error.strerror}); this run is left out")
        except _OtherVersionError:
            warn(f"{path}: of another version of pytest-haerae; this run is left out")
        except DamagedEntryError as error:
            if only_look:
                continue
            set_aside(path)
            warn(f"{path}: damaged ({error}); it is set aside, and this run is left out")
    return sorted(found, key=lambda run: (run.info["started"], run.name), reverse=True)


def named_run(folder: Path, beginning: str) -> str:
    """The whole name of a run whose beginning was typed.

    Raises:
        UsageError: There is none, or there are several.
    """
    typed = beginning.lower()
    names = [path.name.removesuffix(ENDING) for path in (folder / "runs").glob(f"*{ENDING}")]
    found = [name for name in names if _NAME.fullmatch(name) and name.startswith(typed)]
    if len(typed) < _FEWEST_SIGNS or not found:
        raise UsageError(f"{beginning}: {folder} has no such run; pytest-haerae history lists those that it has")
    if len(found) > 1:
        raise UsageError(f"{beginning}: {len(found)} runs begin so; write more of the hash")
    return found[0]


def read_lines(folder: Path, name: str) -> Iterator[bytes]:
    """The lines of a run's report, as it was written; whether it is sound is known at their end.

    Raises:
        DamagedEntryError: It is not what was kept, or a part of it is gone.
        UsageError: It cannot be read.
    """
    digest = hashlib.sha256()
    own = _lines(run_file(folder, name))
    try:
        if next(own, b"") != FORMAT:
            raise DamagedEntryError("its first line is another one")
        for line in fill(own, lambda part: read_part(part_file(folder, part)).splitlines(keepends=True)):
            digest.update(line)
            yield line
    except OSError as error:
        raise UsageError(f"{folder}: a run cannot be read ({error.strerror})") from None
    if digest.hexdigest() != name:
        raise DamagedEntryError("its hash is another one")


def write_back(folder: Path, name: str, path: Path) -> None:
    """Write a run's report to a file, as it was.

    Raises:
        UsageError: It is damaged, and set aside; or the file cannot be written.
    """
    try:
        with replacing(path) as new, new.open("wb") as file:
            file.writelines(read_lines(folder, name))
    except DamagedEntryError as error:
        set_aside(run_file(folder, name))
        raise UsageError(
            f"{run_file(folder, name)}: damaged ({error}); it is set aside, and no longer a run of the history"
        ) from None


@contextmanager
def given_back(folder: Path, name: str) -> Iterator[Path]:
    """A run's report as a file, for as long as it is needed.

    Raises:
        UsageError: As `write_back`.
    """
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "report.json"
        write_back(folder, name, path)
        yield path


def read_part(path: Path) -> bytes:
    """The questions of a file.

    Raises:
        DamagedEntryError: They are gone, or others.
    """
    questions = b"".join(_lines(path))
    if f"{hashlib.sha256(questions).hexdigest()}{ENDING}" != path.name:
        raise DamagedEntryError(f"the questions of {path.name} are others")
    return questions


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) as file:
            yield from file
    except FileNotFoundError:
        raise DamagedEntryError(f"{path.name} is gone") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DamagedEntryError(f"{path.name}: {error}") from None


def _without_samples(name: str, path: Path) -> KeptRun:
    """What a run's file says before its samples.

    Raises:
        DamagedEntryError: It is not what was kept.
        _OtherVersionError: It is of another version.
        OSError: It cannot be read.
    """
    unpack = zlib.decompressobj(wbits=GZIP)
    text = bytearray()
    with path.open("rb") as file:
        try:
            while not unpack.eof and (piece := file.read(_PIECE)):
                text += unpack.decompress(piece)
        except zlib.error as error:
            raise DamagedEntryError(str(error)) from None
    if unpack.eof and text.startswith(_ANY_FORMAT) and not text.startswith(FORMAT):
        raise _OtherVersionError
    if not unpack.eof or not text.startswith(FORMAT) or not text.endswith(BEFORE_SAMPLES.encode()):
        raise DamagedEntryError("it is no beginning of a report")
    try:
        report = upgrade(json.loads(text[len(FORMAT) :] + b"[]}"))
        if isinstance(report, dict) and str(report.get("schema_version")) > str(SCHEMA_VERSION):
            raise _OtherVersionError
        check_report(report)
    except ValidationError:  # its checksum holds: it says what this version does not know
        raise _OtherVersionError from None
    except (ValueError, RecursionError) as error:
        raise DamagedEntryError(str(error)) from None
    return KeptRun(name, report["metrics"], report["info"])
