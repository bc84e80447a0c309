"""`load_dataset` itself against a stand-in of the hub; in subprocesses, because HF_ENDPOINT is read at import."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_haerae.catalogue.benchmarks.haerae_bench import BENCHMARK
from pytest_haerae.catalogue.benchmarks.haerae_bench import SUBSETS as HAERAE_SUBSETS
from pytest_haerae.catalogue.registry import find_benchmark
from tests.e2e.hub_server import HubServer, serve_hub
from tests.helpers import ROOT, valid_report
from tests.unit.catalogue.benchmarks.rows import MADE_UP

pytestmark = pytest.mark.server

FREE_TEXT = ("lyrics_denoising", "proverbs_denoising")


def row(subset: str, number: int) -> dict[str, str]:
    """An invented row in the benchmark's layout."""
    if subset in FREE_TEXT:
        return {"query": f"{number}번 <unk>\n\n### 정답:", "options": "nan", "answer": f"{number}번 문장"}
    options = [f"{number}", f"{number} 하나", f"{number}하나", "둘", "셋"]
    choices = "\n".join(f"({label}) {option}" for label, option in zip("ABCDE", options, strict=True))
    text = "|".join(options) if subset.startswith("csat_") else repr(options)
    return {"query": f"{number}번?\n\n### 선택지: \n{choices}\n\n### 정답:", "options": text, "answer": "(C)"}


CONFIGURATIONS = {subset: [row(subset, number) for number in range(4)] for subset in HAERAE_SUBSETS}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with serve_hub(BENCHMARK.repository, BENCHMARK.revision or "", CONFIGURATIONS) as server:
        yield server


def evaluate(
    endpoint: str, folder: Path, *options: str, suites: str = "suites", **environment: str
) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    variables |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "cache"), **environment}
    command = [sys.executable, "-m", "pytest", str(ROOT / suites), "--model=random", "-p", "no:cacheprovider"]
    paths = [f"--output-file={folder}/report.json", f"--store={folder}/store.sqlite"]
    return subprocess.run(
        [*command, *paths, *options], env=variables, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_all_subsets_come_from_the_hub_and_then_from_the_cache(hub: HubServer, tmp_path: Path) -> None:
    result = evaluate(hub.endpoint, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / "report.json")
    assert report["metrics"]["n"] == 4 * len(HAERAE_SUBSETS)
    assert (report["info"]["dataset"], report["info"]["dataset_revision"]) == ("haerae_bench", BENCHMARK.revision)
    assert {sample["reference"] for sample in report["samples"] if sample["subset"] not in FREE_TEXT} == {"C"}
    asked = len(hub.asked)
    offline = evaluate(hub.endpoint, tmp_path, HF_HUB_OFFLINE="1")
    assert offline.returncode == 0, offline.stdout + offline.stderr
    assert len(hub.asked) == asked


def test_free_text_is_skipped_by_log_likelihood(hub: HubServer, tmp_path: Path) -> None:
    assert evaluate(hub.endpoint, tmp_path, "--method=log_likelihood", "--limit=2").returncode == 0
    metrics = valid_report(tmp_path / "report.json")["metrics"]
    assert (metrics["n"], metrics["skipped"]) == (22, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--subset=csat_math"], "ERROR: --subset: subset 'csat_math' is in no public data set: put csat_math.jsonl"),
        (["--split=train"], "ERROR: dataset haerae_bench: no split 'train'"),
        (["--dataset-revision=0000000"], "ERROR: dataset haerae_bench (HAERAE-HUB/HAE_RAE_BENCH_1.1) cannot be had"),
        (["--dataset=nobody/nothing"], "ERROR: dataset nobody/nothing (nobody/nothing) cannot be had from the hub"),
    ],
)
def test_what_the_hub_does_not_have_is_a_usage_error(
    hub: HubServer, tmp_path: Path, options: list[str], message: str
) -> None:
    result = evaluate(hub.endpoint, tmp_path, *options)
    assert message in result.stderr
    assert result.returncode == pytest.ExitCode.USAGE_ERROR


def kmmlu_row(subject: str, number: int) -> dict[str, object]:
    return {"question": f"{subject} {number}번?", "A": "가", "B": "나", "C": "다", "D": "라", "answer": number % 4 + 1}


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "workers"])
def test_a_benchmark_with_a_configuration_a_subset(tmp_path: Path, workers: list[str]) -> None:
    rows = {subject: [kmmlu_row(subject, number) for number in range(5)] for subject in ("Law", "Patent")}
    with serve_hub("HAERAE-HUB/KMMLU", "0" * 40, rows, splits=("test", "dev")) as hub:
        options = ["--subset=Law,Patent", "--limit=3", "--num-few-shot=1", "--few-shot-split=dev", *workers]
        result = evaluate(hub.endpoint, tmp_path, *options, "--method=log_likelihood", suites="suites/kmmlu")
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / "report.json")
    assert [sample["nodeid"] for sample in report["samples"]] == [
        f"suites/kmmlu/test_kmmlu.py::test_kmmlu[{subject}-000{number}]"
        for subject in ("Law", "Patent")
        for number in range(3)
    ]
    assert [sample["reference"] for sample in report["samples"]] == ["A", "B", "C"] * 2
    assert (report["info"]["dataset"], report["info"]["prompt"]) == ("kmmlu", "kmmlu")


def test_a_benchmark_whose_subsets_share_a_configuration(tmp_path: Path) -> None:
    identifiers = ["economy_1", "KHB_2", "PSAT_3", "history_4", "TK_5_1"]
    rows = [
        {"id": identifier, "paragraph": "", "question": f"{identifier}?", "choices": ["가", "나"], "answer": "나"}
        for identifier in identifiers
    ]
    with serve_hub("EunsuKim/CLIcK", "0" * 40, {"default": rows}, splits=("train",)) as hub:
        named = "--subset=culture_history,culture_law,language_grammar"
        result = evaluate(hub.endpoint, tmp_path, "--dataset=click", named)
        missing = evaluate(hub.endpoint, tmp_path, "--dataset=click", named, "--split=dev")
    assert result.returncode == 0, result.stdout + result.stderr
    samples = valid_report(tmp_path / "report.json")["samples"]
    asked = {sample["id"]: next(name for name in identifiers if f"{name}?" in sample["input"]) for sample in samples}
    assert asked == {
        "culture_history-0000": "KHB_2",
        "culture_history-0001": "history_4",
        "culture_law-0000": "PSAT_3",
        "language_grammar-0000": "TK_5_1",
    }
    assert {sample["nodeid"].partition("[")[0] for sample in samples} == {"suites/click/test_click.py::test_click"}
    assert missing.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: dataset click: no split 'dev'" in missing.stderr


@pytest.mark.parametrize(
    ("name", "subset", "configuration", "split"),
    [
        ("haerae_bench_1_0", "general_knowledge", "General Knowledge", "test"),
        ("kmmlu_hard", "korean_history", "korean_history", "test"),
        ("kmmlu_pro", "kmmlu_pro", "kmmlu_pro", "test"),
        ("kmmlu_redux", "kmmlu_redux", "default", "test"),
        ("ko_musr", "murder_mysteries", "murder_mysteries", "test"),
        ("kobalt", "Phonetics-Phonology", "kobalt_v1", "raw"),
        ("kobbq", "age", "default", "test"),
    ],
)
def test_a_benchmark_comes_from_its_repository_and_then_from_the_cache(
    tmp_path: Path, name: str, subset: str, configuration: str, split: str
) -> None:
    benchmark = find_benchmark(name)
    assert benchmark is not None
    made_up = MADE_UP[benchmark.repository]
    rows = [{"question": f"{number}번 문제는?", **made_up(number)} for number in range(6)]
    named = [f"--dataset={name}", f"--subset={subset}"]
    revision = benchmark.revision or "0" * 40
    with serve_hub(benchmark.repository, revision, {configuration: rows}, splits=(split,)) as hub:
        result = evaluate(hub.endpoint, tmp_path, *named)
        assert result.returncode == 0, result.stdout + result.stderr
        found = valid_report(tmp_path / "report.json")
        asked = len(hub.asked)
        offline = evaluate(hub.endpoint, tmp_path, *named, HF_HUB_OFFLINE="1")
        assert offline.returncode == 0, offline.stdout + offline.stderr
        assert len(hub.asked) == asked
    assert found["metrics"]["n"] == (1 if name == "kobalt" else 6)
    assert found["info"]["dataset_revision"] == benchmark.revision
    assert valid_report(tmp_path / "report.json")["info"]["dataset_fingerprint"] == found["info"]["dataset_fingerprint"]


def test_a_token_opens_a_gated_repository_and_is_never_shown(tmp_path: Path) -> None:
    token = "hf_" + "abcdefghijklmnopqrstuvwx"
    with serve_hub(BENCHMARK.repository, BENCHMARK.revision or "", CONFIGURATIONS, token) as hub:
        refused = evaluate(hub.endpoint, tmp_path, "--subset=csat_geo")
        assert refused.returncode == pytest.ExitCode.USAGE_ERROR
        assert "HF_TOKEN" in refused.stderr
        opened = evaluate(hub.endpoint, tmp_path, "--subset=csat_geo", HF_TOKEN=token)
    assert opened.returncode == 0, opened.stdout + opened.stderr
    assert token not in opened.stdout + opened.stderr + (tmp_path / "report.json").read_text(encoding="utf-8")
