"""Write the JSON Schema of reports from their types: ``python -m tests.write_schema``."""

from __future__ import annotations

import json

from pytest_haerae.report.schema import SCHEMA_FILE, make_json_schema
from tests.helpers import ROOT

if __name__ == "__main__":
    text = json.dumps(make_json_schema(), ensure_ascii=False, indent=1) + "\n"
    (ROOT / "pytest_haerae" / "report" / SCHEMA_FILE).write_text(text, encoding="utf-8")
