"""Probes of validity with a real model: what they find is what runs over rows that were shuffled by hand find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import EvaluationResult, Evaluator
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.option_orders import orders_of

pytestmark = pytest.mark.engine

SUBSET, ITEMS, K = "csat_geo", 16, 3
NOISE = 1
"""Items that may come to something else where others share their batch; see the known limitations."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("probes")


def run(**options: Any) -> EvaluationResult:  # noqa: ANN401 - an option's value
    settings: dict[str, Any] = {"limit": ITEMS, **options}
    result = Evaluator().run(
        model="llamacpp", model_params={"threads": 1}, evaluation_method="log_likelihood", **settings
    )
    assert isinstance(result, EvaluationResult)
    return result


def write_shuffled(path: Path, number: int) -> None:
    """The sample's rows with the options in one of the probe's orders, each text by hand in its place."""
    rows = []
    for item in open_items("sample").items(SUBSET)[:ITEMS]:
        order = orders_of(item, K)[number]
        options = [(item.options or ())[place] for place in order]
        head, _, _ = item.query.partition("(A)")
        lines = "\n".join(f"({label}) {text}" for label, text in zip("ABCDE", options, strict=True))
        answer = f"({'ABCDE'[order.index('ABCDE'.index(item.reference))]})"
        rows.append({"query": f"{head}{lines}\n\n### 정답:", "options": "|".join(options), "answer": answer})
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def test_the_probe_finds_what_shuffled_rows_find(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    alone = run(dataset="sample", subset=SUBSET)
    probed = run(dataset="sample", subset=SUBSET, shuffle_options=K, prompts="raw,option_text")
    # The run's own answers are taken from the store: the probes alone are asked.
    assert (probed.info["responses"], probed.info["probing"]["responses"]["computed"]) == (
        {"computed": 0, "reused": ITEMS},
        ITEMS * K,
    )
    metrics = {name: value for name, value in probed.metrics.items() if name != "probes"}
    assert json.dumps([metrics, probed.samples]) == json.dumps([alone.metrics, alone.samples])
    found = probed.metrics["probes"]["shuffle_options"]
    assert (found["n"], found["answers"], found["errors"], found["left_out"]) == (ITEMS, ITEMS * K, 0, {})
    assert found["accuracy"] is not None
    assert found["own"] == alone.metrics["accuracy"]
    counts, right = dict.fromkeys("ABCDE", 0), 0
    for number in range(K):
        write_shuffled(folder / f"order{number}.jsonl", number)
        by_hand = run(dataset=f"order{number}.jsonl", store=f"order{number}.sqlite")
        right += by_hand.metrics["correct"]
        for sample in by_hand.samples:
            counts[str(sample["prediction"])] += 1
    assert abs(found["accuracy"]["value"] * ITEMS * K - right) <= NOISE * K
    for position in found["positions"]:
        assert abs(position["chosen"]["value"] * ITEMS * K - counts[position["label"]]) <= NOISE * K
    prompts = probed.metrics["probes"]["prompts"]["prompts"]
    alone = run(dataset="sample", subset=SUBSET, prompt="option_text", store="prompt.sqlite")
    assert prompts[1]["accuracy"] is not None
    assert abs(prompts[1]["accuracy"]["value"] * ITEMS - alone.metrics["correct"]) <= NOISE
