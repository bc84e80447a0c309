from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Benchmark
from pytest_haerae.catalogue import registry
from pytest_haerae.report.show.citations import citations
from pytest_haerae.report.show.markdown import render_markdown
from tests.unit.reports import benchmarks_of, report_of, samples_of


@pytest.fixture(autouse=True)
def cited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two benchmarks that say what to cite, and one that says nothing."""

    def of(*keys: str) -> Any:  # noqa: ANN401 - a function of metadata
        return lambda metadata: [f"@misc{{{key}{len(list(metadata)) if key == 'n' else ''}}}" for key in keys]

    def fails(metadata: Any) -> Any:  # noqa: ANN401 - a function of metadata
        yield "@misc{lost}"
        raise KeyError("benchmark_name")

    made = {
        "one": of("a", "n"),
        "other": of("a", "b"),
        "silent": None,
        "fails": fails,
        "text": lambda metadata: "@misc{whole}",
        "wrong": lambda metadata: [1],
    }
    known = {name: Benchmark(name=name, folder=tmp_path, cite=cite) for name, cite in made.items()}
    monkeypatch.setattr(registry, "_REGISTERED", known)


def test_a_benchmark_is_cited_by_the_items_that_were_asked() -> None:
    report = report_of(samples_of({"s": "ccw"}))
    report["info"]["dataset"] = "one"
    assert citations(report) == (["@misc{a}", "@misc{n3}"], [])
    assert render_markdown(report).endswith("```bibtex\n\n@misc{a}\n\n@misc{n3}\n\n```\n\n</details>\n")


def test_several_have_each_entry_once() -> None:
    report = report_of(benchmarks_of({"one": {"s": "cc"}, "other": {"s": "c"}, "silent": {"s": "w"}}))
    assert citations(report) == (["@misc{a}", "@misc{n2}", "@misc{b}"], [])


@pytest.mark.parametrize("name", ["silent", "gone", "questions.jsonl"])
def test_what_says_nothing_is_not_cited(name: str) -> None:
    report = report_of(samples_of({"s": "c"}))
    report["info"]["dataset"] = name
    assert citations(report) == ([], [])
    assert "bibtex" not in render_markdown(report)


def test_one_text_is_one_entry() -> None:
    report = report_of(samples_of({"s": "c"}))
    report["info"]["dataset"] = "text"
    assert citations(report) == (["@misc{whole}"], [])


def test_a_function_that_fails_is_told_and_the_summary_is_written_all_the_same() -> None:
    report = report_of(benchmarks_of({"fails": {"s": "cc"}, "wrong": {"s": "c"}, "other": {"s": "c"}}))
    entries, problems = citations(report)
    assert entries == ["@misc{a}", "@misc{b}"]
    failed, wrong = problems
    assert failed.startswith("benchmark fails: cite raised KeyError: 'benchmark_name' (")
    assert wrong == "benchmark wrong: cite gives texts, not int"
    words = render_markdown(report)
    assert words.count("\n> ⚠️ benchmark ") == 2
    assert "@misc{b}" in words
