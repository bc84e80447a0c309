from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_haerae.catalogue.protocol import Published
from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.config.run_config import build_config
from pytest_haerae.gates.compatibility import ProtocolInfo
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.report.protocol import protocol_info, same_model
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Plan, make_plan
from pytest_haerae.types import DataKey, Item, Selected

SUBSETS = ("general_knowledge", "history", "loan_words", "rare_words", "standard_nomenclature")
"""Those of the protocol."""
WHOLE = Completeness(by_hand=False, missing=0, errors=0, asked=4)
NAME = "haerae/lm-eval-0shot@1"
DATA = DataKey("sample")


def selected(*data: DataKey, subsets: Sequence[str] = SUBSETS) -> list[Selected]:
    items = [Item(f"{name}-0", name, 0, "?", ("가", "나"), ("A", "B"), "A") for name in subsets]
    return [Selected(item, f"test_a.py::test_a[{item.id}]", each) for each in data for item in items]


def info(
    made: Plan, *data: DataKey, completeness: Completeness = WHOLE, subsets: Sequence[str] = SUBSETS
) -> ProtocolInfo | None:
    asked = selected(*data or made.parts, subsets=subsets)
    return protocol_info(made, ItemSource(made.config), asked, completeness)


TABLE = [
    Published(model="GPT-4o (2024-05-13)", names=("gpt-4o-2024-05-13",), accuracy=0.5, source="s", read=True),
    Published(model="GPT-4o-mini", names=("gpt-4o-mini-2024-07-18",), accuracy=0.5, source="s", read=True),
    Published(model="Llama-3.1-8B-Instruct", accuracy=0.5, source="s", read=True),
    Published(model="gpt-oss-120b (high)", accuracy=0.5, source="s", read=True),
    Published(model="gpt-oss-120b (medium)", accuracy=0.5, source="s", read=True),
]


def plan(**options: object) -> Plan:
    return make_plan(build_config({"model": "random", **options}, Path()))


@pytest.mark.parametrize(
    ("own", "model"),
    [
        ("gpt-4o-mini", "GPT-4o-mini"),
        ("gpt-4o-mini-2024-07-18", "GPT-4o-mini"),
        ("gpt-4o-mini-240718", "GPT-4o-mini"),
        ("openai/gpt-4o-mini", "GPT-4o-mini"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Llama-3.1-8B-Instruct"),
        ("/models/llama-3-1-8b-instruct/", "Llama-3.1-8B-Instruct"),
        ("gpt-4o-2024-05-13", "GPT-4o (2024-05-13)"),
        ("gpt-4o-240513", "GPT-4o (2024-05-13)"),
        ("gpt-4o", None),
        ("openai/gpt-4o", None),
        ("gpt-4o-2024-08-06", None),
        ("gpt-4o-mini-2025-01-01", None),
        ("Llama-3.1-70B-Instruct", None),
        ("gpt-oss-120b", None),
        ("", None),
    ],
)
def test_a_model_is_told_by_its_name_and_never_guessed(own: str, model: str | None) -> None:
    found = same_model(TABLE, [own])
    assert (found.model if found else None) == model


def test_a_run_without_one_says_nothing() -> None:
    assert info(plan()) is None


def test_a_run_says_what_it_followed_and_what_was_published() -> None:
    protocol = find_protocol(NAME)
    found = info(plan(protocol=NAME))
    assert found is not None
    assert (found["name"], found["fingerprint"], found["deviations"]) == (NAME, protocol.fingerprint, [])
    assert found["notes"] == list(protocol.notes)
    (entry,) = found["published"]
    assert entry["accuracy"] == 0.7195
    assert not entry["same_model"]
    assert "note" in entry


def test_a_run_says_what_its_source_sets_for_each_model() -> None:
    found = info(plan(protocol="kobalt/nemo-skills@1"), subsets=["anything"])
    assert found is not None
    assert found["free"] == ["temperature", "top_k", "reasoning"]
    without = info(plan(protocol=NAME))
    assert without is not None
    assert "free" not in without


def test_what_is_called_like_a_published_model_is_marked() -> None:
    profile = {"model": "random", "protocol": NAME}
    config = build_config(profile, Path()).model_copy(update={"called": "Midm-2.0-Mini-Instruct"})
    found = info(make_plan(config))
    assert found is not None
    assert [entry["same_model"] for entry in found["published"]] == [True]


def test_what_the_selection_leaves_out_is_a_deviation() -> None:
    part = Completeness(by_hand=True, missing=2, errors=0, asked=4)
    found = info(plan(protocol=NAME), DATA, DataKey("mine.jsonl", "/suite"), completeness=part)
    assert found is not None
    assert found["deviations"] == [
        "data: a suite asks its own, mine.jsonl",
        "items: a part of them, selected by hand",
        "items: 2 have no answer",
    ]


def test_a_limit_that_leaves_nothing_out_is_no_deviation() -> None:
    for limit, lines in ((1000, 1), (3, 2)):
        found = info(plan(protocol=NAME, dataset="sample", limit=str(limit)))
        assert found is not None
        assert len(found["deviations"]) == lines


@pytest.mark.parametrize("dataset", ["haerae_bench", "HAERAE-HUB/HAE_RAE_BENCH_1.1", "sample"])
def test_a_suite_of_some_subsets_is_a_deviation(dataset: str) -> None:
    whole = info(plan(protocol=NAME, dataset=dataset))
    assert whole is not None
    assert not any("only" in line for line in whole["deviations"])
    part = info(plan(protocol=NAME, dataset=dataset), subsets=["history", "Loan Words"])
    assert part is not None
    assert part["deviations"] == [*whole["deviations"], "items: only Loan Words, history"]
    typed = info(plan(protocol=NAME, dataset=dataset, subset="history"), subsets=["history"])
    assert typed is not None
    assert not any("only" in line for line in typed["deviations"])


def test_without_subsets_of_its_own_a_protocol_is_about_all_of_the_benchmark() -> None:
    for name, lines in (("HAERAE-HUB/KMMLU", ["items: only Law"]), ("kmmlu", ["items: only Law"])):
        found = info(plan(protocol="kmmlu/chat-letter@1", dataset=name, model="llamacpp"), subsets=["Law"])
        assert found is not None
        assert [line for line in found["deviations"] if "only" in line] == lines
