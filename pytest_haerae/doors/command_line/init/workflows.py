"""The workflow that ``init --ci`` writes: a file of the folder ``workflows`` for each CI system."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_haerae.doors.command_line.init.files import Plan
from pytest_haerae.errors import UsageError

TEMPLATES = Path(__file__).parent / "workflows"
GITHUB, GITLAB = Path(".github/workflows/haerae.yml"), Path(".gitlab-ci.yml")
INCLUDED = Path(".gitlab/haerae.yml")
"""Where GitLab's goes if the repository has a pipeline already."""
_SUITES = "SUITES: suites\n"


def workflow(system: str, suites: Path, data: Path | None = None) -> Plan:
    """The workflow of a system for the suites of a folder.

    Args:
        system: The CI system.
        suites: The folder.
        data: What its suite asks; None for data sets that are found everywhere.

    Raises:
        UsageError: The current folder is not where the system looks for workflows, or the suites or the data are not
            in it.
    """
    _check_top()
    folder = _in_repository(suites)
    if data is not None:
        _in_repository(data)
    text = (TEMPLATES / f"{system}.yml").read_text(encoding="utf-8")
    text = text.replace(_SUITES, f"SUITES: {json.dumps(folder.as_posix(), ensure_ascii=False)}\n")
    path, more = (GITHUB, []) if system == "github" else (GITLAB, [])
    if path == GITLAB and path.exists() and not _is_ours(path, text):
        path, more = INCLUDED, [f"{GITLAB}: exists and stays as it is; add to it: include: {INCLUDED.as_posix()}"]
    if path.exists():
        return Plan(kept=[f"{path}: exists and stays as it is"])
    return Plan({path: text}, [f"{path}: a workflow; its first lines say what it does", *more])


def _is_ours(path: Path, text: str) -> bool:
    return path.read_text(encoding="utf-8", errors="replace").startswith(text.partition("\n")[0])


def _check_top() -> None:
    here = Path.cwd()
    top = next((place for place in (here, *here.parents) if (place / ".git").exists()), here)
    if top != here:
        raise UsageError(f"--ci: workflows are read at the top of a repository: run this in {top}")


def _in_repository(path: Path) -> Path:
    """A path as a workflow finds it, whose machine has the repository somewhere else."""
    here = Path.cwd().resolve()
    if not path.resolve().is_relative_to(here):
        raise UsageError(f"--ci: {path} is not in this folder, which a workflow runs in")
    return path.resolve().relative_to(here)
