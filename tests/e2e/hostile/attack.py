"""An attack: what is hostile, what is run against it, and what may come of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.hostile.server import Behaviour, HostileServer
from tests.helpers import write_questions

SECRET = "geheim/4c1d+9e7b2f0a"  # noqa: S105 - the one that is looked for
"""Of no well-known shape, and other than itself in a URL."""
ESCAPES = "\x1b[2J\x9b31m\u202e"
"""Clears a terminal, colours it by a control character of the second block, and turns the line around."""
FORGED = "\n::error title=pytest-haerae gate::FORGED\nFORGED line"
"""Words of others that would begin a line of their own, and be obeyed there by GitHub Actions."""
NASTY = f"{ESCAPES}{FORGED}"
COMMAND_LINE = "from pytest_haerae.doors.command_line.main import main; raise SystemExit(main())"
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "pytest": ("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--junitxml=junit.xml"),
    "run": ("-m", "pytest_haerae"),
    "pytest-haerae": ("-c", COMMAND_LINE),
    "python": ("-c",),
}
"""What follows the interpreter for each way in. Hypothesis' plugin imports all of it at every run's end."""
_LEFT_OUT = re.compile(r"HAERAE|OPENAI|GITHUB|PYTEST|_proxy$|^COLUMNS$|^(?:FORCE|NO)_COLOR$|^CI$", re.IGNORECASE)
"""Variables of this process that an attack is not to depend on."""


@dataclass(slots=True)
class Scene:
    """A run that goes on, for what is done to it meanwhile."""

    process: subprocess.Popen[bytes]
    folder: Path
    server: HostileServer | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attack."""

    code: int
    stdout: bytes
    stderr: bytes
    in_time: bool
    megabytes: float
    folder: Path
    temporary: Path
    token: str
    before: Mapping[str, bytes]
    server: HostileServer | None

    @property
    def text(self) -> str:
        return (self.stdout + self.stderr).decode("utf-8", "replace")

    def written(self) -> dict[str, bytes]:
        """The files that the run made or changed, by their paths in its folder."""
        return {name: content for name, content in contents(self.folder).items() if self.before.get(name) != content}

    def report(self, name: str = ".haerae/report.json") -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return value

    def outcomes(self) -> str:
        """The outcomes of all items, a letter each: c(orrect), w(rong), i(nvalid), e(rror), s(kipped), - for cut."""
        found = (sample["outcome"] for sample in self.report()["samples"])
        return "".join("-" if outcome == "cut" else outcome[0] for outcome in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One row.

    Attributes:
        name: What is hostile.
        command: The way in, one of `ENTRIES`, and its arguments; ``{api}`` becomes the server's address.
        code: The exit code.
        says: A pattern that the output has.
        prepare: Lays the files; by default six questions and the suite over them.
        server: How the server behaves, where there is one.
        requests: How many requests it may get at most.
        environment: Variables of the run.
        meanwhile: What is done to the run while it goes on.
        changes: Inputs that the run may change.
        expect: What else is to hold.
        seconds: How long it may take.
        megabytes: How much memory it may take.
    """

    name: str
    command: tuple[str, ...]
    code: int
    says: str = ""
    prepare: Callable[[Path], object] = lambda folder: questions(folder)  # noqa: PLW0108 - defined below
    server: Behaviour | None = None
    requests: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    meanwhile: Callable[[Scene], object] | None = None
    changes: tuple[str, ...] = ()
    expect: Callable[[Result], object] | None = None
    seconds: float = 30
    megabytes: float = 900


def questions(folder: Path, count: int = 6) -> None:
    """So many questions, numbered from 0, whose answers are A, B, C, D in turn."""
    options = ["가", "나", "다", "라"]
    write_questions(
        folder,
        [
            {"question": f"{number}번 문제: 옳은 것은?", "options": options, "answer": "ABCD"[number % 4]}
            for number in range(count)
        ],
    )


def beside(lay: Callable[[Path], object]) -> Callable[[Path], None]:
    """Six questions, and what else is laid beside them."""

    def prepare(folder: Path) -> None:
        questions(folder)
        lay(folder)

    return prepare


def contents(folder: Path) -> dict[str, bytes]:
    """All regular files below a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if "__pycache__" not in path.parts}


def carry_out(attack: Attack, place: Path) -> Result:
    """Run an attack in an empty folder, in a session of its own, and end what is left of it after its time."""
    folder, temporary = place / "evaluation", place / "temporary"
    folder.mkdir()
    temporary.mkdir()
    attack.prepare(folder)
    server = HostileServer(attack.server).start() if attack.server else None
    token = f"{place.name}-{os.getpid()}"
    inherited = {name: value for name, value in os.environ.items() if not _LEFT_OUT.search(name)}
    environment = {
        **inherited,
        "TMPDIR": str(temporary),
        "HF_HUB_OFFLINE": "1",
        "ATTACK": token,
        "PYTHONDONTWRITEBYTECODE": "1",
        **attack.environment,
    }
    entry, *arguments = attack.command
    if server:
        arguments = [argument.replace("{api}", server.address) for argument in arguments]
        environment = {name: value.replace("{api}", server.address) for name, value in environment.items()}
    before = contents(folder)
    try:
        with (place / "stdout").open("wb") as stdout, (place / "stderr").open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, *ENTRIES[entry], *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=environment,
                start_new_session=True,
            )
        over = threading.Event()

        def end() -> None:
            over.set()
            process.kill()

        timer = threading.Timer(attack.seconds, end)
        timer.start()
        try:
            if attack.meanwhile:
                attack.meanwhile(Scene(process, folder, server))
        finally:
            # The memory of this process alone, which `wait` does not tell.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            timer.cancel()
    finally:
        if server:
            server.stop()
    stdout_bytes, stderr_bytes = ((place / name).read_bytes() for name in ("stdout", "stderr"))
    megabytes = usage.ru_maxrss / 1024
    return Result(
        process.returncode,
        stdout_bytes,
        stderr_bytes,
        not over.is_set(),
        megabytes,
        folder,
        temporary,
        token,
        before,
        server,
    )
