"""The benchmarks' prompts beside those that lm-evaluation-harness 0.4.13 makes of the same made-up rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.click import RULES, belongs
from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.data.layouts import make_items
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.types import Item
from tests.e2e.harness import quiet_harness

pytestmark = pytest.mark.server

FOUR = {"A": "하나", "B": "둘 이상", "C": "셋", "D": "넷"}
FIVE = {f"option#{number}": text for number, text in enumerate(("가", "나 다", "다", "라", "마"), 1)}
BOOLQ = {"paragraph": "봄은 겨울 다음이다.", "question": "봄은 여름 다음인가?"}
COPA = {"premise": "비가 왔다.", "alternative_1": "땅이 젖었다.", "alternative_2": "해가 떴다."}
HELLASWAG = {"context": "물을 끓인다.", **{f"ending_{number}": f"{number}분 기다린다." for number in range(1, 5)}}
WIC = {"word": "배", "context_1": "배를 탔다.", "context_2": "배를 먹었다."}
CLICK = {"question": "무엇인가?", "choices": ["가", "나", "다", "라"], "answer": "다"}
ROWS: dict[str, tuple[str, str, list[dict[str, Any]]]] = {
    "kmmlu": ("kmmlu/default/kmmlu_law.yaml", "kmmlu", [{"question": " 무엇인가?\n", **FOUR, "answer": 2}]),
    "kmmlu_hard": ("kmmlu/hard/kmmlu_hard_law.yaml", "kmmlu", [{"question": "무엇인가?", **FOUR, "answer": 4}]),
    "kormedmcqa": (
        "kormedmcqa/doctor.yaml",
        "kmmlu",
        [{"question": "무엇인가?", **FOUR, "E": "다섯", "answer": 5}],
    ),
    "csat_qa": (
        "csatqa/csatqa_gr.yaml",
        "csat_qa",
        [{"question": "알맞은 것은?", "context": "첫 줄\n둘째 줄", **FIVE, "gold": 4}],
    ),
    "boolq": ("kobest/kobest_boolq.yaml", "kobest", [{**BOOLQ, "label": label} for label in (0, 1)]),
    "copa": (
        "kobest/kobest_copa.yaml",
        "kobest",
        [{**COPA, "question": "결과", "label": 0}, {**COPA, "question": "원인", "label": 1}],
    ),
    "hellaswag": ("kobest/kobest_hellaswag.yaml", "kobest", [{**HELLASWAG, "label": 3}]),
    "sentineg": ("kobest/kobest_sentineg.yaml", "kobest", [{"sentence": "좋지 않다", "label": 0}]),
    "wic": ("kobest/kobest_wic.yaml", "kobest", [{**WIC, "label": 0}]),
    "click": (
        "click/click_cul/click_cul_law.yaml",
        "click",
        [
            {**CLICK, "id": "PSAT_law_1", "paragraph": ""},
            {**CLICK, "id": "PSAT_law_2", "paragraph": "맥락"},
            {
                **CLICK,
                "id": "CSAT_law_22_3",
                "paragraph": "",
                "choices": ["가", "나", "다", "라", "마"],
                "answer": "마",
            },
        ],
    ),
}
"""By subset: lm-evaluation-harness' task, the template that equals it, and rows in the benchmark's layout."""


@pytest.fixture(scope="module")
def make_task() -> Iterator[Callable[[str, list[dict[str, Any]]], Any]]:
    """Makes one of its own tasks, with its own settings and functions, over rows of ours."""
    with quiet_harness() as tasks:
        import datasets
        from lm_eval.api.task import ConfigurableTask
        from lm_eval.tasks._yaml_loader import load_yaml

        def make(name: str, rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a task of its own
            class MadeUpTask(ConfigurableTask):  # type: ignore[misc]
                def download(self, *_: object, **__: object) -> None:
                    data = datasets.Dataset.from_list(rows)
                    self.dataset = dict.fromkeys(("train", "validation", "test", "dev", "fewshot"), data)

            return MadeUpTask(config=load_yaml(tasks / name))

        yield make


def items(subset: str, rows: list[dict[str, Any]]) -> list[Item]:
    return list(make_items(subset, rows, "made-up", {}, known_layouts()))


@pytest.mark.parametrize("subset", ROWS)
def test_a_prompt_is_that_of_lm_evaluation_harness(
    make_task: Callable[[str, list[dict[str, Any]]], Any], subset: str
) -> None:
    name, template, rows = ROWS[subset]
    task, prompt = make_task(name, rows), find_prompt(template)
    documents = list(task.test_docs())
    assert len(documents) == len(rows)
    for item, document in zip(items(subset, rows), documents, strict=True):
        context = task.fewshot_context(document, 0)
        asked = task.construct_requests(document, context, metadata=(subset, 0, 1))
        if not isinstance(asked, list):  # it generates: there are no continuations to compare
            assert make_request(item, prompt, "generate").context == asked.arguments[0]
            continue
        request = make_request(item, prompt, "loglikelihood")
        ours = [request.context + continuation for continuation in request.continuations]
        assert ours == ["".join(instance.arguments) for instance in asked]
        target = task.doc_to_target(document)
        chosen = target if isinstance(target, int) else task.doc_to_choice(document).index(target)
        assert "ABCDE"[chosen] == item.reference


def test_rows_of_click_are_of_the_subsets_of_lm_evaluation_harness() -> None:
    pytest.importorskip("lm_eval", exc_type=ImportError)
    from lm_eval.tasks.click.click_cul import utils as culture
    from lm_eval.tasks.click.click_lang import utils as language

    class Rows(list[dict[str, str]]):
        def filter(self, keep: Callable[[dict[str, str]], bool]) -> list[dict[str, str]]:
            return [row for row in self if keep(row)]

    kinds = ("economy", "Geography", "KHB", "history", "Law", "PSAT", "politics", "Popular", "society", "tradition")
    identifiers = [f"{kind}_{number}" for kind in kinds for number in (1, 40)]
    identifiers += [
        f"CSAT_korean_{year}_{number}" for year in (15, 20, 21, 22, 23) for number in (1, 10, 11, 34, 35, 45)
    ]
    identifiers += [f"TK_{number}" for number in (1, 4, 5, 9)] + [f"PSE_korean_{number}" for number in (1, 2)]
    identifiers += [f"Kedu_{paper}_{number}" for paper in (1, 10, 16) for number in (1, 20)]
    rows = Rows(
        {"id": identifier, "question": question} for identifier in identifiers for question in ("뜻은?", "다음 대화는?")
    )
    seen = set()
    for subset in RULES:
        group, kind = subset.split("_")
        found = [row for row in rows if belongs(subset, row)]
        extract = getattr(culture if group == "culture" else language, f"extract_{kind}")
        assert found == extract(rows), subset
        seen |= {row["id"] for row in found}
    assert seen >= set(identifiers) - {f"CSAT_korean_{year}_{number}" for year in (21, 22, 23) for number in range(46)}


def test_repositories_and_configurations_are_those_of_lm_evaluation_harness() -> None:
    lm_eval = pytest.importorskip("lm_eval", exc_type=ImportError)
    tasks = Path(lm_eval.__file__).parent / "tasks"
    folders = {
        "kmmlu": "kmmlu/default",
        "kmmlu_hard": "kmmlu/hard",
        "kobest": "kobest",
        "hrm8k": "hrm8k/default",
        "kormedmcqa": "kormedmcqa",
    }
    for name, folder in {**folders, "kbl": "kbl", "csat_qa": "csatqa"}.items():
        text = "\n".join(file.read_text(encoding="utf-8") for file in (tasks / folder).rglob("*yaml"))
        benchmark = find_benchmark(name)
        assert benchmark is not None
        assert set(re.findall(r'^"?dataset_path"? ?: (\S+)$', text, re.MULTILINE)) == {benchmark.repository}
        configurations = {found.strip("\"'") for found in re.findall(r'^"?dataset_name"?: (\S+)$', text, re.MULTILINE)}
        assert configurations == set(benchmark.configurations.values())
