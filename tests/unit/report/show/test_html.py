from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from pytest_haerae.report.show import html
from pytest_haerae.report.show.html import SCRIPTS, make_page
from tests.unit.reports import HOSTILE, hostile, judged, make, sample

PAGE = files("pytest_haerae.report.show") / "page"
PARSES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|srcdoc|javascript:"
)
REACHES_OUT = re.compile(r"@import|url\(|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon")
"""What no script of a page does."""


class Elements(HTMLParser):
    """The elements of a page as a browser's tokenizer finds them, with what raw-text elements contain."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self._inside: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.raw:
            self._inside = tag
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside][-1] += data

    def texts(self, name: str) -> list[str]:
        return self.raw[name]

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def rows(page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    elements = Elements(page)
    for attributes, text in zip(elements.named("script"), elements.texts("script"), strict=True):
        if (attributes.get("id") or "").startswith("block-"):
            packed = attributes["type"] == "text/plain"
            found += json.loads(gzip.decompress(base64.b64decode(text)) if packed else text)
    return found


def test_a_hostile_report_makes_the_same_elements_as_a_tame_one() -> None:
    page = make_page(hostile(), hostile())
    found = Elements(page)
    tame = hostile()
    for attribute in ("backend", "model", "dataset", "split", "prompt"):
        tame["info"][attribute] = "tame"
    assert {tag for tag, _ in found.elements} == {tag for tag, _ in Elements(make_page(tame, hostile())).elements}
    assert not {"img", "iframe", "object", "embed", "base"} & {tag for tag, _ in found.elements}
    assert [attributes.get("id") for attributes in found.named("script")] == ["core", "block-0", None]
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert not [value for _, attributes in found.elements if (value := attributes.get("style"))]
    assert rows(page)[0]["input"] == HOSTILE
    # Outside the embedded JSON no less-than sign of the report is left.
    outside = re.sub(r'<script type="application/json".*?</script>', "", page)
    assert "<img" not in outside
    assert "49{% raw %}" not in outside


def test_the_policy_allows_exactly_this_script_and_this_style() -> None:
    found = Elements(make_page(hostile()))
    (policy,) = [
        attributes["content"] or ""
        for attributes in found.named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    directives = {name: values for name, *values in (part.split() for part in policy.split(";"))}
    for directive, text in (("script-src", found.texts("script")[-1]), ("style-src", found.texts("style")[0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert directives[directive] == [f"'sha256-{digest}'"]
    assert directives["default-src"] == ["'none'"]
    assert directives["require-trusted-types-for"] == ["'script'"]
    assert "unsafe" not in policy
    # A policy governs only what stands behind it.
    assert [tag for tag, _ in found.elements].index("meta") < [tag for tag, _ in found.elements].index("style")


def test_the_page_names_no_address_outside_itself() -> None:
    found = Elements(make_page(make([sample(0)])))
    addresses = [
        value for _, attributes in found.elements for name, value in attributes.items() if name in ("src", "href")
    ]
    assert addresses == ["data:,"]
    for name in (*SCRIPTS, "page.css"):
        text = (PAGE / name).read_text(encoding="utf-8")
        assert set(re.findall(r"[a-z]+://[^\s\"')]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert not REACHES_OUT.search(text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_never_parses_markup_or_code(name: str) -> None:
    text = (PAGE / name).read_text(encoding="utf-8")
    assert not PARSES_MARKUP.search(text)
    assert "</" not in text


def test_every_label_is_there_in_both_languages() -> None:
    labels = json.loads((PAGE / "labels.json").read_text(encoding="utf-8"))
    assert labels["en"].keys() == labels["ko"].keys()
    for key, text in labels["en"].items():
        if text == "{detail}":
            continue  # the report's own English; tests/unit/report/show/test_page_notices.py has the Korean
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", labels["ko"][key])), key
    used = set()
    for name in (*SCRIPTS, "page.html.j2"):
        text = (PAGE / name).read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:label|say|section|heading|copyButton)\(\s*"([^"]*[^" ])"\s*[,)]', text))
        used |= set(re.findall(r'data-label(?:-title|-placeholder)?="([^"{]+)"', text))
    assert used <= labels["en"].keys()
    assert set(html._FACTS) | set(html._COMPARED) <= labels["en"].keys()


def test_many_texts_are_compressed_and_mean_the_same() -> None:
    report = make([sample(number) for number in range(600)])
    plain = make_page(report)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "COMPRESSED_FROM", 0)
        packed = make_page(report)
        assert packed == make_page(report)
    assert rows(packed) == rows(plain)
    assert len(rows(plain)) == 600
    assert len(packed) < len(plain)


def test_a_report_without_the_newer_keys_still_makes_a_page() -> None:
    report = make([sample(number) for number in range(3)])
    for row in report["samples"]:
        del row["explanation"], row["rule"], row["messages"]
    info = report["info"]
    del info["rerun_options"], info["method_detail"], info["finish_reasons"], info["truncated"]
    assert len(rows(make_page(report))) == 3


def test_an_empty_report_makes_a_page() -> None:
    assert rows(make_page(make([]))) == []


def test_cut_outputs_are_noticed() -> None:
    reasons = {"a": {"length": 3, "stop": 1}, "b": {"length": 2}}
    cut, whole = (make([sample(0)], finish_reasons=found) for found in (reasons, {"a": {"stop": 4}}))
    assert re.search(r'<p class="notice">.*5 outputs were cut.*</p>', make_page(cut))
    assert "were cut" not in make_page(whole).split('<main id="main">')[1].split("<script")[0]


def test_a_judged_report_says_by_whom_what_it_is_worth_and_what_could_not_be_read() -> None:
    report = judged()
    page = make_page(report)
    shown = re.sub(r"<[^>]+>", "", page.split('<main id="main">')[1].split('<section id="items">')[0])
    assert "Judge: openai strict-1" in shown
    assert re.search(r"Mean score\s+0\.500\s+95% interval 0\.000–1\.000 · n = 2", shown)
    assert "On 1 items the judge’s verdict could not be read" in shown
    assert "backend: openai, model: strict-1, model_params: temperature: 0" in shown
    columns = re.findall(r"<th scope=\"col\"><span data-label=\"(\w+)\"", page)
    assert columns[-4:] == ["mean_score", "invalid", "unjudged", "error"]
    assert [row.get("judgements") for row in rows(page)] == [row.get("judgements") for row in report["samples"]]
    assert [row.get("score") for row in rows(page)] == [0.75, None, 0.25, None, None]


def test_a_baseline_of_another_judge_is_a_difference() -> None:
    then = judged()
    then["info"]["judge"] = {"backend": "openai", "model": "strict-0", "model_params": {}}
    found = re.search(r'<ul class="differences">(.*?)</ul>', make_page(judged(), then), re.DOTALL)
    assert found is not None
    assert "strict-0" in found[1]
    assert found[1].count("<li>") == 1
