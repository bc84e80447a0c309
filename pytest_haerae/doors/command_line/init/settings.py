"""The settings that ``init`` writes where the demo's model is installed, and the command to go on with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pytest_haerae.doors.command_line.init.files import Plan
from pytest_haerae.errors import UsageError

INI = """\
# Written by pytest-haerae init: the demo. pytest asks a 270M base model, in this process; where a suite names no data,
# the package's own questions.
# It answers near chance. For a model of your own put these lines in place of the last one, for example:
#   haerae_model = openai
#   haerae_model_params = model_name=my-model
[pytest]
haerae_demo = true
"""
_SECTIONS: Mapping[str, str] = {
    "pytest.toml": r"(?s).*",
    ".pytest.toml": r"(?s).*",
    "pytest.ini": r"(?s).*",
    ".pytest.ini": r"(?s).*",
    "pyproject.toml": r"^\s*\[tool\.pytest[.\]]",
    "tox.ini": r"^\[pytest\]",
    "setup.cfg": r"^\[tool:pytest\]",
}
"""Where pytest looks for settings, in its order, and what shows that there are some."""


def demo(folder: Path) -> Plan:
    """A ``pytest.ini`` that runs the demo, where its model is installed and no settings of pytest are there."""
    if not demo_is_installed():
        return Plan()
    there = existing(folder)
    if there is None:
        return Plan({folder / "pytest.ini": INI}, ["pytest.ini: runs the demo, a model of 270M"])
    if _runs_a_model(there):
        return Plan()
    value = '"true"' if there.suffix == ".toml" else "true"
    return Plan(kept=[f"{there}: has pytest's settings; to run the demo by them, add: haerae_demo = {value}"])


def existing(folder: Path) -> Path | None:
    """The file with pytest's settings for a folder, in it or above; None where there is none."""
    for place in (folder, *folder.parents):
        for name, section in _SECTIONS.items():
            path = place / name
            if path.is_file() and re.search(section, _text(path), re.MULTILINE):
                return path
    return None


def next_command(folder: Path, what: str) -> str:
    """What to type next.

    Args:
        folder: Where it is typed.
        what: The suites, and what belongs to them.
    """
    there = existing(folder)
    if there and _runs_a_model(there):
        return f"pytest {what}"
    return f"pytest {what} --model=random, which answers by chance (pytest-haerae list: all that can be named)"


def demo_is_installed() -> bool:
    """Whether the demo's engine and model are there."""
    from pytest_haerae.backends.registry import check_backend_parts, find_backend, validate_parameters

    try:
        backend = find_backend("llamacpp")
        check_backend_parts("llamacpp", backend, validate_parameters("llamacpp", backend, {}))
    except UsageError:
        return False
    return True


def _runs_a_model(path: Path) -> bool:
    return bool(re.search(r"^\s*haerae_(?:demo|model)\s*=", _text(path), re.MULTILINE))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
