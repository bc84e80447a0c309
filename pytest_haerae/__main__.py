"""``python -m pytest_haerae``: the command ``pytest-haerae run``."""

from __future__ import annotations

import sys

from pytest_haerae.doors.command_line.main import main

if __name__ == "__main__":
    sys.exit(main(["run", *sys.argv[1:]]))
