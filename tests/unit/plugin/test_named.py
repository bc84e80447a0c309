from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.plugin.named import named_benchmarks
from tests.helpers import ROOT

PATTERNS = ["test_*.py", "*_test.py"]


def suite(folder: Path, name: str, *markers: str) -> Path:
    """A module with a test for each marker."""
    lines = [f"@pytest.mark.haerae({marker})\ndef test_{n}(haerae_verdict): ...\n" for n, marker in enumerate(markers)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("import pytest\n" + "".join(lines), encoding="utf-8")
    return folder / name


def found(folder: Path, *arguments: str) -> tuple[str, ...]:
    return named_benchmarks(arguments, folder, PATTERNS)


def test_the_projects_own_suites(tmp_path: Path) -> None:
    expected = {
        ("suites",): (),
        ("suites/kmmlu",): ("kmmlu",),
        ("suites/kobest", "suites/kmmlu"): ("kobest", "kmmlu"),
        ("suites/kmmlu/test_kmmlu.py::test_kmmlu[Law-0001]", "suites/kobest"): ("kmmlu", "kobest"),
        ("suites", "suites/kmmlu"): ("haerae_bench", "kmmlu"),
        ("suites/kmmlu", "suites/test_csat_geo.py"): ("kmmlu", "haerae_bench"),
        ("suites/kmmlu", "suites/test_dataset.py"): ("kmmlu",),
        ("suites/test_csat_geo.py", "suites/test_history.py"): (),
        (): (),
        (str(ROOT),): (),
        ("suites/nowhere", "suites/kmmlu"): ("kmmlu",),
    }
    for arguments, names in expected.items():
        assert found(ROOT, *arguments) == names, arguments


def test_every_marker_of_a_module_counts_once_and_in_order(tmp_path: Path) -> None:
    suite(tmp_path, "test_a.py", 'dataset="click"', 'dataset="kmmlu", subset=["Law"]', 'dataset="click"')
    assert found(tmp_path, "test_a.py") == found(tmp_path, ".", "test_a.py") == ("click", "kmmlu")


@pytest.mark.parametrize(
    ("marker", "names"),
    [
        ('subset="history"', ("kmmlu", "haerae_bench")),
        ('subset=["history", "csat_geo"]', ("kmmlu", "haerae_bench")),
        ('subset="Law"', ("kmmlu",)),
        ('subset="mine"', ("kmmlu",)),
        ("", ("kmmlu",)),
        ('dataset="mine.jsonl"', ("kmmlu",)),
        ('dataset="mine.jsonl", subset="history"', ("kmmlu",)),
        ('dataset="haerae_bench"', ("kmmlu", "haerae_bench")),
    ],
)
def test_the_default_benchmark_joins_where_its_subsets_are_asked(
    tmp_path: Path, marker: str, names: tuple[str, ...]
) -> None:
    suite(tmp_path, "test_a.py", 'dataset="kmmlu"')
    suite(tmp_path, "test_b.py", marker)
    assert found(tmp_path, "test_a.py", "test_b.py") == names


@pytest.mark.parametrize(
    "text",
    [
        'DATA = "kmmlu"\n@pytest.mark.haerae(dataset=DATA)\ndef test_a(): ...',
        '@pytest.mark.haerae(dataset="kmmlu", **more)\ndef test_a(): ...',
        '@pytest.mark.haerae(datset="kmmlu")\ndef test_a(): ...',
        "@pytest.mark.haerae(dataset=5)\ndef test_a(): ...",
        '# @pytest.mark.haerae(dataset="kmmlu")',
        '@pytest.mark.haerae(dataset="kmmlu"',
        '@pytest.mark.other(dataset="kmmlu")\ndef test_a(): "haerae"',
        "\0haerae",
        "x = " + "(" * 5000 + "haerae",
    ],
    ids=lambda text: text[:30],
)
def test_what_is_not_written_out_is_left_to_pytest(tmp_path: Path, text: str) -> None:
    (tmp_path / "test_a.py").write_text(text, encoding="utf-8")
    assert found(tmp_path, "test_a.py") == ()


def test_in_a_folder_only_what_pytest_collects_counts(tmp_path: Path) -> None:
    suite(tmp_path, "helpers.py", 'dataset="kmmlu"')
    suite(tmp_path / "deeper", "test_a.py", 'dataset="kmmlu"')
    assert found(tmp_path, ".") == ()
    assert found(tmp_path, "helpers.py") == ("kmmlu",)
    suite(tmp_path, "mine_test.py", 'dataset="click"')
    assert found(tmp_path, ".") == ("click",)


def test_a_file_beside_the_suite_is_no_benchmark(tmp_path: Path) -> None:
    suite(tmp_path, "test_a.py", 'dataset="kmmlu"')
    (tmp_path / "kmmlu").mkdir()
    assert found(tmp_path, "test_a.py") == ()
