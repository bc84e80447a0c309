"""Signals, and ends of what a run depends on."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable

from tests.e2e.hostile.attack import COMMAND_LINE, Attack, Scene
from tests.e2e.hostile.own_code import BACKEND, code
from tests.e2e.hostile.server import Exchange
from tests.e2e.hostile.servers import asked
from tests.e2e.hostile.stored import reports
from tests.helpers import SUITE

SLOW = SUITE.replace(
    "    assert_correct", "    open('began', 'a').close()\n    import time\n    time.sleep(6)\n    assert_correct"
)
"""Every test of it waits to be ended."""
HEAD = f"""
import subprocess, sys
command = [sys.executable, "-c", {COMMAND_LINE!r}, "compare", "--json", "a.json", "b.json"]
process = subprocess.Popen(command, stdout=subprocess.PIPE)
process.stdout.close()
sys.exit(process.wait())
"""
"""What a shell's ``| head -0`` does."""
STUBBORN = BACKEND.replace(
    "@@",
    """
    def run(self, requests):
        open('began', 'a').close()
        time.sleep(60)
        yield from super().run(requests)
""",
)


def when_begun(number: int, *more: int) -> Callable[[Scene], None]:
    """Send signals as soon as the first test or request has begun."""

    def send(scene: Scene) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and scene.process.poll() is None:
            if (scene.folder / "began").exists() or (scene.server and scene.server.exchanges):
                break
            time.sleep(0.05)
        for each in (number, *more):
            time.sleep(0.3)
            os.kill(scene.process.pid, each)

    return send


async def never(exchange: Exchange) -> None:
    await asyncio.sleep(3600)


def killed(
    name: str,
    code_: int,
    number: int,
    *options: str,
    template: str = BACKEND.replace("@@", ""),
    suite: str = SLOW,
    says: str = "",
    more: tuple[int, ...] = (),
) -> Attack:
    return Attack(
        name=name,
        command=("pytest", "--model=own", *options),
        code=code_,
        says=says,
        prepare=code(template, "", 4, suite),
        meanwhile=when_begun(number, *more),
        seconds=25,
    )


KILLED = (
    killed("SIGTERM to a run on two workers", -signal.SIGTERM, signal.SIGTERM, "-n2"),
    killed("SIGINT to a run on two workers", 2, signal.SIGINT, "-n2"),
    killed("SIGHUP to a run on two workers", -signal.SIGHUP, signal.SIGHUP, "-n2"),
    killed("SIGTERM to a run of one process", -signal.SIGTERM, signal.SIGTERM),
    killed("SIGINT to a run of one process", 2, signal.SIGINT),
    killed("SIGINT while a backend sleeps", 2, signal.SIGINT, template=STUBBORN, suite=SUITE),
    killed("SIGTERM while a backend sleeps", -signal.SIGTERM, signal.SIGTERM, "-n2", template=STUBBORN, suite=SUITE),
    asked(
        "SIGINT while a server is silent",
        never,
        "",
        code=2,
        meanwhile=when_begun(signal.SIGINT),
        requests=2,
        parameters={"timeout": 600},
    ),
    asked(
        "SIGTERM while a server is silent",
        never,
        "",
        "-n2",
        code=-signal.SIGTERM,
        meanwhile=when_begun(signal.SIGTERM),
        requests=2,
        parameters={"timeout": 600},
    ),
    asked(
        "SIGINT while a wait is waited for",
        lambda exchange: exchange.json({}, "429 Too Many Requests", Retry_After="50"),
        "",
        code=2,
        meanwhile=when_begun(signal.SIGINT),
        requests=2,
    ),
    Attack(name="a reader that sees enough", command=("python", HEAD), code=0, prepare=reports),
)
