from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_haerae import Benchmark, UsageError, register_benchmark
from pytest_haerae.catalogue import registry
from pytest_haerae.catalogue.datasets import known_layouts, open_dataset, open_items
from pytest_haerae.catalogue.registry import benchmark_names, find_benchmark, is_benchmark, own_benchmarks
from pytest_haerae.prompts.registry import find_prompt, refuse_method
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.scoring.registry import find_scorer
from tests.helpers import ROOT
from tests.unit.installed import install

THEIRS = """
from pathlib import Path
from pytest_haerae import Benchmark
from pytest_haerae.data.rows import Question

ROWS = Path(__file__).parent / "rows"

def read(row, place):
    return Question("theirs", None, "x")

def benchmark(name):
    return Benchmark(name=name, folder=ROWS, layouts=((frozenset({"question", "answer"}), read),))

MINE = benchmark("mine")
KMMLU = benchmark("kmmlu")
SAMPLE = benchmark("sample")
WORDS = "no benchmark"
"""
POINTS = """
[pytest_haerae.benchmarks]
mine = their_benchmarks:MINE
other = their_benchmarks:MINE
kmmlu = their_benchmarks:KMMLU
sample = their_benchmarks:SAMPLE
words = their_benchmarks:WORDS
gone = their_benchmarks_gone:MINE
"""
ROW = '{"question": "한글날은?", "options": ["10월 3일", "10월 9일"], "answer": "B"}\n'


COUNTS = {
    "aime2024": 1,
    "aime2024_ko": 1,
    "aime2025": 2,
    "benchhub": 1,
    "click": 11,
    "clinicalqa": 1,
    "csat_qa": 6,
    "haerae_bench": 13,
    "haerae_bench_1_0": 6,
    "haerae_vision": 2,
    "hrc": 1,
    "hrm8k": 5,
    "ifeval_ko": 1,
    "k2_eval": 1,
    "kbl": 65,
    "klue": 3,
    "kmmlu": 45,
    "kmmlu_hard": 45,
    "kmmlu_pro": 1,
    "kmmlu_redux": 1,
    "ko_musr": 3,
    "kobalt": 5,
    "kobbq": 12,
    "kobest": 5,
    "komt_bench": 1,
    "kormedlawqa": 1,
    "kormedmcqa": 4,
    "kornli": 1,
    "kosimpleqa": 1,
    "ksm": 1,
    "kudge": 4,
    "logical_puzzles": 0,
    "logickor": 1,
    "mclm": 3,
    "sample_pairs": 0,
}
"""How many subsets each names; one whose rows come along has those of its files."""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(registry, "_REGISTERED", {})


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    sys.modules.pop("their_benchmarks", None)
    install(monkeypatch, tmp_path / "site", "their_benchmarks", THEIRS, POINTS)
    rows = tmp_path / "site" / "rows"
    rows.mkdir()
    (rows / "days.jsonl").write_text(ROW, encoding="utf-8")
    return rows


def test_every_benchmark_is_whole() -> None:
    assert {benchmark.name: len(benchmark.configurations) for benchmark in own_benchmarks()} == COUNTS
    assert benchmark_names() == tuple(COUNTS)
    for benchmark in own_benchmarks():
        for method, name in benchmark.prompts.items():
            refuse_method(find_prompt(name), method)
        for method, name in benchmark.scorers.items():
            find_scorer(method, name)
            choose_scorer(method, {"scorer": name, **benchmark.scorer_params.get(method, {})})
        for subset in benchmark.configurations:
            path, _, function = benchmark.suite_of(subset).partition("::")
            suite = (ROOT / path).read_text(encoding="utf-8")
            assert f"def {function}(" in suite
            named = f'subset="{subset}"' if benchmark.name == "haerae_bench" else f'dataset="{benchmark.name}"'
            assert f"@pytest.mark.haerae({named})" in suite
            # Node ids hold the names as they are.
            assert re.fullmatch(r"[A-Za-z0-9._-]+", subset)


def test_the_subsets_that_share_a_configuration_are_told_apart() -> None:
    for benchmark in own_benchmarks():
        configurations = list(benchmark.configurations.values())
        assert benchmark.belongs or len(set(configurations)) == len(configurations)


def test_one_of_a_conftest_is_found_listed_and_replaced_by_the_next(tmp_path: Path) -> None:
    assert find_benchmark("mine") is None
    first = register_benchmark(Benchmark(name="mine", folder=tmp_path))
    assert find_benchmark("mine") is first
    assert benchmark_names() == tuple(sorted((*COUNTS, "mine")))
    again = register_benchmark(Benchmark(name="mine", folder=tmp_path / "other"))
    assert find_benchmark("mine") is again


@pytest.mark.parametrize("name", [*COUNTS, "sample"])
def test_no_name_of_the_package_can_be_taken(name: str, tmp_path: Path) -> None:
    register_benchmark(Benchmark(name=name, folder=tmp_path))
    with pytest.raises(
        UsageError, match=f"benchmark {name}: pytest-haerae has a data set of this name, and a conftest"
    ):
        find_benchmark(name)


@pytest.mark.usefixtures("theirs")
def test_an_installed_one_is_known_by_name_and_imported_when_it_is_asked_for() -> None:
    assert {"mine", "gone", "words", "kobest"} <= set(benchmark_names())
    assert is_benchmark("mine")
    assert is_benchmark("gone")
    assert find_benchmark("kobest") is not None
    list(own_benchmarks())
    known_layouts()
    assert "their_benchmarks" not in sys.modules
    found = find_benchmark("mine")
    assert found is not None
    assert open_dataset("mine").subsets() == ("days",)


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "gone",
            "benchmark gone: their_benchmarks_gone:MINE cannot be loaded: No module named 'their_benchmarks_gone'",
        ),
        ("words", "benchmark words: their_benchmarks:WORDS is no Benchmark but str"),
        (
            "other",
            "benchmark other: their_benchmarks:MINE is named 'mine'; the entry point has to have the same name",
        ),
        (
            "kmmlu",
            "benchmark kmmlu: pytest-haerae has a data set of this name, and an installed package another:"
            " rename that one",
        ),
        (
            "sample",
            "benchmark sample: pytest-haerae has a data set of this name, and an installed package another:"
            " rename that one",
        ),
    ],
)
def test_what_is_no_benchmark_is_refused_where_it_is_asked_for(name: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_benchmark(name)
    assert str(caught.value) == said


def test_a_layout_is_for_the_rows_of_its_own_benchmark(theirs: Path) -> None:
    (mine,) = open_items("mine").items("days")
    (same,) = open_items(str(theirs)).items("days")
    assert (mine.query, mine.options) == ("theirs", None)
    assert same.options == ("10월 3일", "10월 9일")


@pytest.mark.usefixtures("theirs")
def test_one_of_a_conftest_hides_an_installed_one_and_never_one_of_the_package(tmp_path: Path) -> None:
    ours = register_benchmark(Benchmark(name="mine", folder=tmp_path))
    assert find_benchmark("mine") is ours
    assert "their_benchmarks" not in sys.modules
    register_benchmark(Benchmark(name="kobest", folder=tmp_path))
    with pytest.raises(UsageError, match=r"pytest-haerae has a data set of this name, and a conftest\.py another"):
        find_benchmark("kobest")
    assert "kobest" in {benchmark.name for benchmark in own_benchmarks()}


def test_a_file_that_a_suite_means_is_read_whatever_a_package_calls_so(theirs: Path, tmp_path: Path) -> None:
    beside = tmp_path / "suite"
    (beside / "gone").mkdir(parents=True)
    (beside / "gone" / "days.jsonl").write_text(ROW, encoding="utf-8")
    assert open_dataset("gone", folder=beside).subsets() == ("days",)
    assert theirs.exists()


def test_a_benchmark_says_where_its_rows_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="benchmark x: name either a repository or a folder"):
        Benchmark(name="x")
    with pytest.raises(ValueError, match="benchmark x: name either a repository or a folder"):
        Benchmark(name="x", folder=tmp_path, repository="a/b")
    with pytest.raises(ValueError, match=r"benchmark x: folder is a pathlib\.Path"):
        Benchmark(name="x", folder="rows")  # type: ignore[arg-type] # what a beginner writes


def test_the_plugin_starts_without_any_of_it() -> None:
    code = (
        "import sys, pytest_haerae.plugin.hooks;"
        "print([name for name in ('catalogue.registry', 'entry_points') if f'pytest_haerae.{name}' in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
