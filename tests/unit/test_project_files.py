"""What several of the project's files say at once: address, version, public names, licences, the README's links."""

from __future__ import annotations

import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import pytest_haerae
import pytest_haerae.testing
from tests.helpers import ROOT

ADDRESS = "https://example.org/somebody/pytest-haerae"
RELATIVE = re.compile(r"\]\((?!https?://)[^)]*\)")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
AVOIDED = re.compile(
    r"\bcan not\b|\bunder way\b|\bworked examples?\b"
    "|기본 모델|지문값|작업자|기준 보고서|미달|모음|데이터 집합|평가 방식",
    re.IGNORECASE,
)
"""Words that CONTRIBUTING.md has another one for."""


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def long_description() -> Callable[[str, str | None, str], str]:
    function: Callable[[str, str | None, str], str] = runpy.run_path(str(ROOT / "setup.py"))["long_description"]
    return function


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_the_index_page_has_no_relative_link(
    address: str | None, long_description: Callable[[str, str | None, str], str]
) -> None:
    assert RELATIVE.search(README), "the README links to its neighbours"
    assert not RELATIVE.search(long_description(README, address, "1.2.3"))


def test_with_an_address_only_links_change(long_description: Callable[[str, str | None, str], str]) -> None:
    page = long_description(README, ADDRESS + "/", "1.2.3")
    assert page.replace(f"{ADDRESS}/blob/v1.2.3/", "").replace(f"{ADDRESS}/raw/v1.2.3/", "") == README
    linked = re.findall(rf"\]\({ADDRESS}/(blob|raw)/v1\.2\.3/([^)#]+)", page)
    assert ("raw", "docs/page-item.png") in linked
    assert ("blob", "docs/quick-start.md") in linked
    assert all((ROOT / target).exists() for _, target in linked)


@pytest.mark.parametrize(
    ("readme", "expected"),
    [
        ("See [the guide](docs/guide.md).", "See the guide."),
        ("![A picture](docs/picture.png)", ""),
        ("*[한국어](README.ko.md)*", ""),
        ("[one](a.md) ·\n[two](b.md#part)", ""),
        ("[the hub](https://example.org/hub)", "[the hub](https://example.org/hub)"),
    ],
)
def test_without_an_address_words_stay_and_bare_links_go(
    readme: str, expected: str, long_description: Callable[[str, str | None, str], str]
) -> None:
    page = long_description(f"before\n\n{readme}\n\nafter", None, "1.2.3")
    paragraphs = page.split("\n\n")
    assert (paragraphs[0], paragraphs[-2]) == ("before", "after")
    assert "source distribution" in paragraphs[-1]
    assert paragraphs[1:-2] == ([expected] if expected else [])


def test_the_address_stands_in_one_place() -> None:
    address = PROJECT.get("urls", {}).get("Repository")
    mkdocs = re.search(r"^repo_url: *(\S+)", text("mkdocs.yml"), re.MULTILINE)
    citation = yaml.safe_load(text("CITATION.cff")).get("repository-code")
    assert {mkdocs[1] if mkdocs else None, citation} <= {None, address}


def test_one_version() -> None:
    version = PROJECT["version"]
    citation = yaml.safe_load(text("CITATION.cff"))
    newest = re.search(r"^## (\S+) \((\d{4}-\d{2}-\d{2})\)$", text("CHANGELOG.md"), re.MULTILINE)
    assert newest, "the changelog begins with a dated version"
    assert (newest[1], newest[2]) == (version, str(citation["date-released"]))
    assert citation["version"] == version
    assert citation["license"] == PROJECT["license"]


def test_the_api_page_has_every_public_name() -> None:
    listed = re.findall(r"^::: pytest_haerae\.(\w+)$", text("docs/api.md"), re.MULTILINE)
    assert sorted(listed) == sorted(["testing", *pytest_haerae.__all__])
    members = re.findall(r"^        - (\w+)$", text("docs/api.md"), re.MULTILINE)
    assert sorted(members) == sorted(pytest_haerae.testing.__all__)
    named = re.findall(r"^\| `(\w+)` \|", text("docs/ko/api.md"), re.MULTILINE)
    assert set(named) >= set(listed) - {"testing"}


def test_every_benchmark_has_its_licence_stated() -> None:
    names = re.findall(r'^ +repository="([^"]+)"', "".join(map(text, benchmark_files())), re.MULTILINE)
    assert len(names) > 1
    for page in ("docs/licences.md", "docs/ko/licences.md"):
        assert not [name for name in names if f"| `{name}` |" not in text(page)], page


def benchmark_files() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in (ROOT / "pytest_haerae/catalogue/benchmarks").glob("*.py")]


def test_the_code_keeps_to_one_word_a_concept() -> None:
    own = str(Path(__file__).relative_to(ROOT))
    written = [path for folder in ("pytest_haerae", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    names = {str(path.relative_to(ROOT)) for path in written} - {own}
    assert not {name: found for name in sorted(names) if (found := AVOIDED.findall(text(name)))}


@pytest.mark.parametrize("page", ["CHANGELOG.md", "SECURITY.md", "README.md", "README.ko.md", *DOCUMENTS])
def test_the_documents_keep_to_one_word_a_concept(page: str) -> None:
    assert not AVOIDED.findall(text(page))
