"""What the commands are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.doors.command_line.pair import NOW, THEN
from tests.unit.reports import report_of, samples_of, write


@pytest.fixture
def reports(tmp_path: Path) -> tuple[str, str]:
    """An earlier and a later report: 12 lost and 4 gained."""
    then, now = report_of(samples_of(THEN)), report_of(samples_of(NOW))
    return str(write(tmp_path / "then.json", then)), str(write(tmp_path / "now.json", now))
