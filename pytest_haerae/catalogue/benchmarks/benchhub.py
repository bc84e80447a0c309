"""BenchHub: 138,000 Korean questions of twelve benchmarks in one layout, each with its skill, target and subjects.

The repository, its configuration `default`, its split `train`, and its columns (`problem_type`, `context`, `prompt`,
`options`, `answer`, `reference`, `task_type`, `target_type`, `subject_type`, a list, `benchmark_name`, `mcqa_meta`,
`original_category`, `additional_info`, `split`) are known from the loader of HAE-RAE's toolkit; that `answer_str` may
stand for `answer`, that an answer is an option's text or else what its source had, and that `reference` is an
explanation, from the authors' own loader and pipeline. What a `problem_type` may be (MCQA, Binary, short-form,
open-ended) is known from the configuration of BenchHub Plus. No commit hash of the data could be read, so no revision
is pinned. The works to cite are those of the authors' own list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.citations import Source, Work, arxiv, folded, works_of
from pytest_haerae.data.cells import is_missing, nfc, plain
from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import (
    Layout,
    Question,
    Row,
    RowPlace,
    any_index,
    lettered_query,
    open_query,
    passage,
    text_of,
)
from pytest_haerae.errors import UsageError

_OF_OPTIONS = "mcqa"
JUDGED_BY_RULE = frozenset({_OF_OPTIONS, "binary", "shortform"})
"""The problem types whose answers a rule can judge, without case and punctuation."""
_NOWHERE = RowPlace("", 0)
_NO_METADATA = ("additional_info", "answer", "mcqa_meta", "reference", "split")
"""What a row says of its source and of its answer: nothing to group items by, and at times a copy of all of them."""


def read_row(row: Row, place: RowPlace) -> Question:
    """A choice where the row has options, else a question with a short answer."""
    for name in _NO_METADATA:
        row.get(name)
    prompt, context = text_of(row, "prompt", place), passage(row, ("context",), place)
    options, answer = _options(row, place), _answer(row, place)
    if options is None:
        return Question(open_query(prompt, context), None, answer)
    # The texts go before the letters: the authors' pipeline writes a text wherever it finds one.
    index = options.index(answer) if options.count(answer) == 1 else any_index(answer, options, "answer", place)
    return Question(lettered_query(prompt, options, context), options, index)


def _options(row: Row, place: RowPlace) -> tuple[str, ...] | None:
    """The options of a row; in a list that is as long as the longest the last ones may be missing."""
    cell = plain(row.get("options"))
    if isinstance(cell, list | tuple):
        cell = list(cell)
        while cell and is_missing(cell[-1]):
            cell.pop()
    return None if is_missing(cell) or cell == [] else read_choices(cell, "options", place).texts


def _answer(row: Row, place: RowPlace) -> str:
    return nfc(text_of(row, "answer" if is_missing(row.get("answer_str")) else "answer_str", place)).strip()


def belongs(subset: str, row: Row) -> bool:
    """Whether a rule can judge the answer.

    What is open-ended needs a judge. Where the authors' pipeline finds no option that is the answer, it keeps what the
    source had, and checks no more: nobody here can mend such a row, nor one that lacks a part, and of 138,000 a few are
    not to end the run.
    """
    if not (row.keys() >= _COLUMNS and row.keys() & _ANSWERS):
        return True  # Whoever reads it refuses it: these are other columns than those that are known.
    kind = folded(str(row.get("problem_type") or ""))
    if kind not in JUDGED_BY_RULE:
        return False
    try:
        question = read_row(row, _NOWHERE)
    except UsageError:
        return False
    return question.options is not None or kind != _OF_OPTIONS


_COLUMNS = frozenset({"problem_type", "prompt", "options", "benchmark_name"})
_ANSWERS = frozenset({"answer", "answer_str"})
_LAYOUT: Layout = (_COLUMNS, read_row)

_BENCHHUB = arxiv(
    "kim2025benchhub",
    "2506.00482",
    "{BenchHub}: A Unified Benchmark Suite for Holistic and Customizable {LLM} Evaluation",
    "Kim, Eunsu and Yoo, Haneul and Son, Guijin and Patel, Hitesh and Agarwal, Amit and Oh, Alice",
)
_SOURCES = (
    Source(
        ("CaLMQA", "shanearora/CaLMQA"),
        arxiv(
            "arora2024calmqa",
            "2406.17761",
            "{CaLMQA}: Exploring culturally specific long-form question answering across 23 languages",
            "Arora, Shane and Karpinska, Marzena and Chen, Hung-Ting and Bhattacharjee, Ipsita and Iyyer, Mohit and"
            " Choi, Eunsol",
        ),
    ),
    Source(
        ("BLEnD", "nayeon212/BLEnD"),
        arxiv(
            "myung2024blend",
            "2406.09948",
            "{BLEnD}: A Benchmark for {LLMs} on Everyday Knowledge in Diverse Cultures and Languages",
            "Myung, Junho and Lee, Nayeon and Zhou, Yi and others",
        ),
    ),
    Source(
        ("KBL", "lbox/kbl"),
        Work(
            "kimyeeun-etal-2024-developing",
            "Developing a Pragmatic Benchmark for Assessing {K}orean Legal Language Understanding in Large Language"
            " Models",
            "Kim, Yeeun and Choi, Youngrok and Choi, Eunkyung and Choi, JinHwan and Park, Hai Jin and Hwang, Wonseok",
            2024,
            "https://aclanthology.org/2024.findings-emnlp.319/",
        ),
    ),
    Source(
        ("KorMedMCQA", "sean0042/KorMedMCQA"),
        arxiv(
            "kweon2024kormedmcqa",
            "2403.01469",
            "{KorMedMCQA}: Multi-Choice Question Answering Benchmark for {K}orean Healthcare Professional Licensing"
            " Examinations",
            "Kweon, Sunjun and Choi, Byungjin and Chu, Gyouk and others",
        ),
    ),
    Source(
        ("KMMLU", "HAERAE-HUB/KMMLU"),
        Work(
            "son-etal-2025-kmmlu",
            "{KMMLU}: Measuring Massive Multitask Language Understanding in {K}orean",
            "Son, Guijin and Lee, Hanwool and Kim, Sungdong and Kim, Seungone and Muennighoff, Niklas and Choi,"
            " Taekyoon and Park, Cheonbok and Yoo, Kang Min and Biderman, Stella",
            2025,
            "https://aclanthology.org/2025.naacl-long.206/",
        ),
    ),
    Source(
        ("HRM8K", "HAERAE-HUB/HRM8K"),
        arxiv(
            "ko2025understand",
            "2501.02448",
            "Understand, Solve and Translate: Bridging the Multilingual Mathematical Reasoning Gap",
            "Ko, Hyunwoo and Son, Guijin and Choi, Dasol",
        ),
    ),
    Source(
        ("KoBBQ", "naver-ai/kobbq"),
        Work(
            "jin-etal-2024-kobbq",
            "{K}o{BBQ}: {K}orean Bias Benchmark for Question Answering",
            "Jin, Jiho and Kim, Jiseon and Lee, Nayeon and Yoo, Haneul and Oh, Alice and Lee, Hwaran",
            2024,
            "https://aclanthology.org/2024.tacl-1.28/",
        ),
    ),
    Source(
        ("KULTURE Bench", "KULTUREBench"),
        arxiv(
            "wang2024kulture",
            "2412.07251",
            "{KULTURE} Bench: A Benchmark for Assessing Language Model in {K}orean Cultural Context",
            "Wang, Xiaonan and Yeo, Jinyoung and Lim, Joon-Ho and Kim, Hansaem",
        ),
    ),
    Source(
        ("HAE-RAE Bench", "HAERAE-HUB/HAE_RAE_BENCH_1.1"),
        Work(
            "son-etal-2024-hae",
            "{HAE}-{RAE} Bench: Evaluation of {K}orean Knowledge in Language Models",
            "Son, Guijin and Lee, Hanwool and Kim, Suwan and Kim, Huiseo and Lee, Jae cheol and Yeom, Je Won and Jung,"
            " Jihyu and Kim, Jung woo and Kim, Songseong",
            2024,
            "https://aclanthology.org/2024.lrec-main.704/",
        ),
    ),
    Source(
        ("CLIcK", "EunsuKim/CLIcK"),
        Work(
            "kim-etal-2024-click",
            "{CLI}c{K}: A Benchmark Dataset of Cultural and Linguistic Intelligence in {K}orean",
            "Kim, Eunsu and Suk, Juyoung and Oh, Philhoon and Yoo, Haneul and Thorne, James and Oh, Alice",
            2024,
            "https://aclanthology.org/2024.lrec-main.296/",
        ),
    ),
    Source(
        ("HRMCR", "HAERAE-HUB/HRMCR"),
        Work(
            "son-etal-2025-multi",
            "Multi-Step Reasoning in {K}orean and the Emergent Mirage",
            "Son, Guijin and Ko, Hyunwoo and Choi, Dasol",
            2025,
            "https://aclanthology.org/2025.c3nlp-1.2/",
        ),
    ),
    Source(
        ("KoSBi", "nayohan/KoSBi"),
        Work(
            "lee-etal-2023-kosbi",
            "{K}o{SBI}: A Dataset for Mitigating Social Bias Risks Towards Safer Large Language Model Applications",
            "Lee, Hwaran and Hong, Seokhee and Park, Joonsuk and Kim, Takyoung and Kim, Gunhee and Ha, Jung-woo",
            2023,
            "https://aclanthology.org/2023.acl-industry.21/",
        ),
    ),
)


def cite(metadata: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The entries of BenchHub and of the benchmarks that items of this metadata are from."""
    names = {str(each.get("benchmark_name") or "") for each in metadata}
    return tuple(work.bibtex() for work in (_BENCHHUB, *works_of(_SOURCES, names)))


BENCHMARK = Benchmark(
    name="benchhub",
    description="BenchHub: Korean questions of twelve benchmarks, to be chosen by skill, target and subject.",
    suite="suites/benchhub/test_benchhub.py::test_benchhub",
    repository="BenchHub/BenchHub-Ko",
    configurations={"benchhub": None},
    splits={"test": "train"},
    belongs=belongs,
    layouts=(_LAYOUT,),
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
    in_all=False,
    notice="benchhub: what only a judge can grade (a problem_type other than MCQA, Binary and short-form) is left out,"
    " and so are choices whose answer is none of their options, and rows without an answer or with options that are"
    " missing or cannot be told apart",
    cite=cite,
)
