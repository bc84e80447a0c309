"""The log-likelihoods of texts alone are those of lm-evaluation-harness' `loglikelihood_rolling`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae import Evaluator
from tests.e2e.harness import quiet_harness
from tests.unit.fakes import write_rows

pytestmark = [pytest.mark.engine, pytest.mark.server]

TEXTS = ["한국의 수도는 서울이다.", "Seoul is the capital of Korea.", "  가나다 라마바\n사아자 ", "긴 글은 길다. " * 40]


def test_the_numbers_are_those_of_the_harness(checkpoint: Path, tmp_path: Path) -> None:
    result = Evaluator(progress=False).run(
        "huggingface",
        {"model_name_or_path": str(checkpoint), "dtype": "float32"},
        dataset=str(write_rows(tmp_path / "texts.jsonl", [{"text": text} for text in TEXTS])),
        method="log_likelihood",
        output_file=tmp_path / "report.json",
        store=tmp_path / "store.sqlite",
    )
    with quiet_harness():
        from lm_eval.api.instance import Instance
        from lm_eval.models.huggingface import HFLM

        # One BOS before a text: by itself it puts a second one there, and tells how likely that is, too.
        model = HFLM(pretrained=str(checkpoint), dtype="float32", device="cpu", batch_size=1, add_bos_token=False)
        asked = [Instance("loglikelihood_rolling", {}, (text,), 0) for text in TEXTS]
        expected = model.loglikelihood_rolling(asked, disable_tqdm=True)
    told = [value for sample in result.samples for value in sample["loglikelihoods"] or ()]
    assert told == pytest.approx(expected, abs=2e-3)
