from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pytest_haerae.testing import Ledger


def test_what_is_written_is_read(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.txt")
    assert ledger.entries() == []
    ledger.write("load")
    ledger.write("ask", 7)
    ledger.write("ask", 0)
    ledger.write("close")
    assert ledger.loads() == ledger.closings() == [os.getpid()]
    assert ledger.asked() == [7, 0]
    ledger.clear()
    ledger.clear()
    assert ledger.entries() == []


def test_lines_of_several_processes_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "ledger.txt"
    loop = f"for number in range(500): Ledger({str(path)!r}).write('ask', number)"
    code = f"from pytest_haerae.testing import Ledger\n{loop}"
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    entries = Ledger(path).entries()
    for writer in writers:
        assert [entry.number for entry in entries if entry.process == writer.pid] == list(range(500))
