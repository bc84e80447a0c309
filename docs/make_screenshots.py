"""Makes the pictures of the page in this folder, from two reports.

usage: pytest suites/ --model=random --method=log_likelihood --dataset=sample --limit 10 --output-file random.json
       pytest suites/ --demo --limit 10 --output-file demo.json
       python docs/make_screenshots.py demo.json random.json
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from pytest_haerae.report.read import read_report  # noqa: E402 - as above
from pytest_haerae.report.show.html import write_page  # noqa: E402 - run from anywhere
from tests.e2e.browser import Visit, open_browser  # noqa: E402 - as above

PICTURES: dict[str, dict[str, Any]] = {
    "page-light": {},
    "page-dark": {"color_scheme": "dark", "place": "#confusion"},
    "page-item": {"item": "#general_knowledge-0004", "viewport": {"width": 1440, "height": 1000}},
    "page-korean": {"locale": "ko-KR", "item": "#csat_geo-0002", "viewport": {"width": 1440, "height": 1000}},
    "page-narrow": {"locale": "ko-KR", "viewport": {"width": 400, "height": 860}, "place": "#items"},
}
"""File name to the browser's settings, the item that is open, and the place that is scrolled to."""


def main() -> None:
    """Make the page, open it in each way, and take its picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("baseline", type=Path)
    arguments = parser.parse_args()
    report, baseline = (read_report(path, str(path)) for path in (arguments.report, arguments.baseline))
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        path = Path(folder) / "report.html"
        write_page(path, report, baseline)
        for name, settings in PICTURES.items():
            place, item = settings.pop("place", None), settings.pop("item", "")
            visit = Visit(browser, path, item, **settings)
            if item:
                visit.page.locator("#detail").wait_for()
            if place:
                visit.page.locator(place).evaluate("element => element.scrollIntoView()")
            visit.page.wait_for_timeout(300)
            visit.page.screenshot(path=FOLDER / f"{name}.png")
            visit.close()


if __name__ == "__main__":
    main()
