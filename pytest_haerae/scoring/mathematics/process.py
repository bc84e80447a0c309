"""math-verify in a process of its own, which can be ended when a formula takes too long.

Its own time limits use the alarm signal, which only a main thread receives and which other plugins use for theirs;
without limits a model's ``9^{9^{9^9}}`` would never end.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from threading import Lock, Timer
from typing import Literal, cast

SECONDS, SECONDS_TO_START = 5.0, 120.0
"""How long a comparison and the process's start may take."""

Result = Literal["equal", "different", "no answer", "no reference"]


def compare(answer: str, reference: str) -> Result:
    """Compare two formulas by value.

    Args:
        answer: The model's, which may be anything.
        reference: The right one.

    Returns:
        ``no answer`` or ``no reference`` where one of them is no formula; ``no answer`` also where it takes too long.

    Raises:
        OSError: The process cannot be started.
    """
    return _process().compare(answer, reference)


@cache
def _process() -> MathematicsProcess:
    process = MathematicsProcess()
    atexit.register(process.close)
    return process


class MathematicsProcess:
    """The process, started by the first comparison and again after one that took too long.

    Args:
        seconds: How long a comparison may take.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def compare(self, answer: str, reference: str) -> Result:
        """As the function of this name."""
        with self._lock:
            if self._process is None:
                self._start()
            try:
                said = self._ask(json.dumps([answer, reference]), self._seconds)
            except BaseException:  # interrupted: the answer that is still to come is not that of the next comparison
                self.close()
                raise
            if said is None:
                self.close()
                return "no answer"
            return cast(Result, said)

    def _start(self) -> None:
        # The parent's own paths: the package may be importable through them alone.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pytest_haerae.scoring.mathematics.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        if self._ask(json.dumps(["1", "1"]), SECONDS_TO_START) != "equal":
            self.close()
            raise ChildProcessError("its process ended at once")

    def _ask(self, line: str, seconds: float) -> str | None:
        """One line there and back; None where the process ended, be it by the time limit."""
        process = self._process
        assert process is not None  # noqa: S101 - started before
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        limit = Timer(seconds, process.kill)
        limit.daemon = True
        limit.start()
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip() or None
        except OSError:
            return None
        finally:
            limit.cancel()

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
