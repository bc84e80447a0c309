"""Exact log-likelihoods, by transformers and by vLLM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.sections.section import Cell, Figures, Section, Step, Table, Text, exponential, filled, said

_NAMES: Mapping[str, Cell] = {
    "haerae": "pytest-haerae",
    "haerae_unshared": ("the same, prefix computed for every item", "문항마다 접두사를 다시 계산"),
    "haerae_nodes": ("the same, one request a node", "마디마다 요청 하나"),
    "haerae_prompts": "`prompt_logprobs`",
    "lm_eval": "lm-evaluation-harness",
    "floor": ("floor", "하한"),
}


def _named(contender: str) -> Cell:
    name, comma, size = contender.partition(", batch ")
    known = _NAMES.get(name, f"`{name}`")
    return (f"{said(known, 0)}, batch {size}", f"{said(known, 1)}, 배치 {size}") if comma else known


def _log_likelihood_rows(items: Text, figures: Figures) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    costs, count = figures["costs"], figures["items"]
    base = next(iter(costs))
    for name, cost in costs.items():
        difference = "" if name == base else exponential(figures["differences"].get(name))
        ratio = "1" if name == base else f"{cost['processor'] / costs[base]['processor']:.2f}"
        cells = [f"{cost['seconds']:.2f}", f"{cost['processor']:.2f}", f"{count / cost['seconds']:.2f}", ratio]
        peak = f"{cost['memory'] / 1e9:.1f} GB"
        rows.append([items if name == base else "", _named(name), *cells, peak, difference])
    return rows


_LOG_LIKELIHOOD: Sequence[Cell] = (
    ("items", "문항"),
    ("contender", "방법"),
    ("seconds", "초"),
    ("processor seconds", "프로세서 초"),
    ("items/s", "초당 문항"),
    ("processor time, of pytest-haerae's", "pytest-haerae의 프로세서 시간의 몇 배"),
    ("peak memory", "최대 메모리"),
    ("largest difference", "가장 큰 차이"),
)
_KINDS: Mapping[str, Text] = {
    "short": ("{} short", "짧은 것 {}"),
    "medium": ("{} medium", "중간 {}"),
    "long": ("{} long", "긴 것 {}"),
    "few_shot": ("{} short, 5-shot", "짧은 것 {}, 예시 5개"),
    "texts": ("{} short, options' texts", "짧은 것 {}, 선택지의 글"),
    "mixed": ("{} short and medium", "짧은 것과 중간 {}"),
}


def _log_likelihood(found: Mapping[str, Figures]) -> Table:
    rows: list[list[Cell]] = []
    for step, figures in found.items():
        rows += _log_likelihood_rows(filled(_KINDS[step], figures["items"]), figures)
    return Table(_LOG_LIKELIHOOD, rows, texts=2)


_SCORING = ("{model}", "--data", "{data}")
_TINY = ("--items", "2", "--rounds", "1", "--buckets", "short", "--batch-sizes", "1", "2")
_ENGINE = (*_SCORING, "--backend", "vllm", "--rounds", "2", "--buckets", "short")
_UNSHARED = ("--contenders", "haerae", "haerae_unshared")
SECTIONS = (
    Section(
        "huggingface",
        (
            Step("short", "loglikelihood", (*_SCORING, "--buckets", "short", "--items", "10"), _TINY),
            Step(
                "medium",
                "loglikelihood",
                (*_SCORING, "--buckets", "medium", "--items", "4", "--batch-sizes", "1", "2", "4", "8"),
                _TINY,
            ),
            # Batches of eight take 18 GB.
            Step(
                "long",
                "loglikelihood",
                (*_SCORING, "--buckets", "long", "--items", "2", "--batch-sizes", "1", "2"),
                _TINY,
            ),
            Step(
                "few_shot",
                "loglikelihood",
                (*_SCORING, "--buckets", "short", "--items", "20", "--few-shot", "5", *_UNSHARED),
                _TINY,
            ),
        ),
        _log_likelihood,
    ),
    Section(
        "vllm",
        (
            Step("short", "loglikelihood", (*_ENGINE, "--items", "10"), _TINY, "vllm_python"),
            Step("texts", "loglikelihood", (*_ENGINE, "--items", "10", "--text-options"), _TINY, "vllm_python"),
            Step("mixed", "loglikelihood", (*_ENGINE, "medium", "--items", "5"), _TINY, "vllm_python"),
        ),
        _log_likelihood,
    ),
)
