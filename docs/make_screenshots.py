"""Makes the pictures in this folder: of the page, from two reports, and of the terminal, from what a run wrote.

usage: pytest suites/ --model=random --method=log_likelihood --dataset=sample --limit 10 --output-file random.json
       COLUMNS=100 pytest suites/ --demo --limit 10 --output-file demo.json --baseline random.json --color=yes >demo.txt
       python docs/make_screenshots.py demo.json random.json demo.txt
"""

from __future__ import annotations

import argparse
import io
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


def picture_terminal(browser: Any, text: str) -> None:  # noqa: ANN401 - playwright's
    """Take the picture of what a run wrote, in its colours.

    Args:
        browser: Where it is shown.
        text: With the terminal's own marks of colours.
    """
    from rich.console import Console
    from rich.terminal_theme import MONOKAI
    from rich.text import Text

    console = Console(record=True, width=110, file=io.StringIO())
    console.print(Text.from_ansi(text), soft_wrap=True)
    # A terminal gives a Hangul syllable the width of two letters; so does this font.
    style = "font-family:'Noto Sans Mono CJK KR',monospace;font-size:15px;line-height:1.35;padding:18px"
    page = console.export_html(theme=MONOKAI, inline_styles=True, code_format=PAGE.format(style=style))
    visit = browser.new_page(viewport={"width": 1000, "height": 600}, device_scale_factor=1.5)
    visit.set_content(page)
    visit.locator("pre").screenshot(path=FOLDER / "terminal.png")
    visit.close()


PAGE = """<html><body style="background:{{background}};color:{{foreground}};margin:0">
<pre style="{style};margin:0;display:inline-block">{{code}}</pre></body></html>"""


def main() -> None:
    """Make the page, open it in each way, and take its picture; then the terminal's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("baseline", type=Path)
    parser.add_argument("terminal", type=Path)
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
        picture_terminal(browser, arguments.terminal.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
