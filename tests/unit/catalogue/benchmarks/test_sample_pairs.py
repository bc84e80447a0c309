from __future__ import annotations

from collections import Counter

import pytest

from pytest_haerae.catalogue.benchmarks.sample_pairs import BENCHMARK, FOLDER
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.config.run_config import build_config
from pytest_haerae.data.dataset import ItemLoader
from pytest_haerae.data.passages import passage_of, stem_of
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.types import Item
from tests.helpers import ROOT
from tests.make_sample_pairs import files, right_answer


@pytest.fixture(scope="module")
def loader() -> ItemLoader:
    return open_items("sample_pairs")


@pytest.fixture(scope="module")
def asked(loader: ItemLoader) -> list[Item]:
    return [item for subset in loader.dataset.subsets() for item in loader.items(subset)]


def test_its_rows_are_those_that_the_rule_makes_of_the_sample_today() -> None:
    """A mended question of the sample is mended here: python tests/make_sample_pairs.py."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == dict(files())


def test_each_asks_a_question_of_the_sample_with_its_own_answer_and_anothers(loader: ItemLoader) -> None:
    sample = open_items("sample")
    assert loader.dataset.subsets() == sample.dataset.subsets()
    for subset in loader.dataset.subsets():
        known = sample.items(subset)
        right = {(passage_of(item.query), stem_of(item.query)): right_answer(item) for item in known}
        assert len(right) == len(known)
        found = loader.items(subset)
        assert len(found) == len({item.key for item in found}) == len(known) // 2 * 2
        for item in found:
            own = right.pop((passage_of(item.query), stem_of(item.query)))
            assert right_answer(item) == own
            (other,) = {*(item.options or ())} - {own}
            assert other in {right_answer(each) for each in known}


def test_who_looks_at_the_answers_alone_is_right_in_half_of_them(asked: list[Item]) -> None:
    """Whatever a model prefers for its own sake, its words, its length or its letter, comes to exactly one half."""
    for preferred in (min, max):
        right = [
            preferred(item.options or (), key=lambda text: (len(text), text)) == right_answer(item) for item in asked
        ]
        assert 2 * sum(right) == len(asked)
    assert Counter(item.reference for item in asked) == {"A": len(asked) / 2, "B": len(asked) / 2}


def test_it_is_asked_by_the_answers_own_texts_after_the_bare_question(loader: ItemLoader) -> None:
    config = build_config({"model": "random", "dataset": "sample_pairs"}, ROOT)
    assert (config.method, config.prompt) == ("log_likelihood", "option_text")
    request = make_request(loader.items("csat_geo")[0], find_prompt(config.prompt), "loglikelihood")
    assert request.context.splitlines()[-1].startswith("강이 바다로 들어가는 어귀에서")
    assert request.continuations == (" 삼각주", " 선상지")
    assert "선상지" not in request.context


def test_it_is_no_part_of_all() -> None:
    assert not BENCHMARK.in_all
