"""A repository in which the shell steps of the workflows of ``init --ci`` are run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.helpers import valid_report, write_questions

BACKEND = """
import os
from pytest_haerae.testing import ScriptedBackend

class Always(ScriptedBackend):
    methods = frozenset({"generate"})

    def answer(self, number, request):
        return f"({os.environ['LETTER']})"

def pytest_haerae_backends():
    return {"always": Always}
"""
RESULTS = "haerae-results"
MARK = "<!-- pytest-haerae -->"


@dataclass
class Checkout:
    """A repository with a suite of 40 questions, whose answers are all A, and a model that knows one letter."""

    folder: Path
    programs: Path

    def write(self) -> None:
        (self.folder / "suites").mkdir(parents=True)
        rows = [{"question": f"{n}번: 옳은 것은?", "options": ["가", "나"], "answer": "A"} for n in range(40)]
        write_questions(self.folder / "suites", rows)
        (self.folder / "suites/conftest.py").write_text(BACKEND, encoding="utf-8")
        self.programs.mkdir(exist_ok=True)
        self.program("pip", '#!/bin/sh\necho "$*" >>"$GH_FOLDER/installed"\n')
        self.program("pytest", f'#!/bin/sh\nexec "{sys.executable}" -m pytest -p no:cacheprovider "$@"\n')
        self.program("python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text, encoding="utf-8")
        (self.programs / name).chmod(0o755)

    def shell(self, script: str, environment: Mapping[str, str], *shell: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI_"))}
        return subprocess.run(
            [*shell, script],
            cwd=self.folder,
            env={**kept, "PATH": path, "GH_FOLDER": str(self.programs), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


def gates(checkout: Checkout) -> dict[str, str]:
    found = valid_report(checkout.folder / RESULTS / "report.json")["info"]["gates"]
    return {gate["name"]: gate["verdict"] for gate in found}
