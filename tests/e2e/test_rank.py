"""Recorded answers of four real models, ranked: the figures are those of the files, and end in one page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.statistics.tests import holm, mcnemar_two_sided
from tests.e2e.browser import Visit
from tests.e2e.recorded import MODELS, letter, recorded, write_data, write_recorded_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PUBLISHED = {"gpt-35-turbo-230613": 0.5267, "gpt-4o-mini-240718": 0.7640, "llama-3-1-8b-instruct": 0.5390}
"""What the files' makers published, by their own reader."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The reports of all four, by their names; the replaying backend calls itself the same in each."""
    folder = tmp_path_factory.mktemp("recorded")
    write_data(folder / "recorded")
    return {model: write_recorded_report(folder, model) for model in MODELS}


@pytest.fixture(scope="module")
def ranked(reports: dict[str, Path]) -> tuple[dict[str, Any], Path]:
    """What the command says of them, and its page."""
    folder = next(iter(reports.values())).parent
    page, out = folder / "ranks.html", folder / "ranks.json"
    with out.open("w", encoding="utf-8") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", file)
        assert main(["rank", *map(str, reports.values()), "--json", f"--html={page}"]) == 0
    return json.loads(out.read_text(encoding="utf-8")), page


@pytest.fixture(scope="module")
def right(reports: dict[str, Path]) -> dict[str, list[bool]]:
    """Whether each model has each item right, by the reports' outcomes."""
    return {
        model: [row["outcome"] == "correct" for row in json.loads(path.read_text(encoding="utf-8"))["samples"]]
        for model, path in reports.items()
    }


def model_of(name: str) -> str:
    """The model that a ranking's name is of: names that are equal are told apart by their files'."""
    return name.rpartition("(")[2].removesuffix(".json)")


def test_accuracies_are_those_that_were_published(ranked: tuple[dict[str, Any], Path]) -> None:
    found = {model_of(each["name"]): each["accuracy"] for each in ranked[0]["models"]}
    assert found.keys() == set(MODELS)
    for model, published in PUBLISHED.items():
        # The rules here read a few answers that theirs gave up.
        assert found[model] == pytest.approx(published, abs=0.002)
    rows = recorded("nova-2-lite-2025-12-05")
    theirs = sum(letter(row["pred"]) == letter(row["answer"]) for row in rows) / len(rows)
    assert found["nova-2-lite-2025-12-05"] == pytest.approx(theirs, abs=0.01)


def test_two_pairs_of_models_are_told_apart_from_each_other_and_not_within(ranked: tuple[dict[str, Any], Path]) -> None:
    """By hand: 0.764 and 0.739 on 1,538 items, 0.539 and 0.527; four models, six pairs."""
    ranks = {model_of(each["name"]): each["rank"] for each in ranked[0]["models"]}
    assert {model: ranks[model] for model in MODELS} == {
        "gpt-35-turbo-230613": [3, 4],
        "gpt-4o-mini-240718": [1, 2],
        "llama-3-1-8b-instruct": [3, 4],
        "nova-2-lite-2025-12-05": [1, 2],
    }


def test_every_pair_is_counted_from_the_outcomes(
    ranked: tuple[dict[str, Any], Path], right: dict[str, list[bool]]
) -> None:
    expected = {}
    for one, other in combinations(right, 2):
        pairs = list(zip(right[one], right[other], strict=True))
        counts = pairs.count((True, False)), pairs.count((False, True))
        expected[frozenset((one, other))] = mcnemar_two_sided(*counts), *sorted(counts)
    adjusted = dict(zip(expected, holm([p for p, *_ in expected.values()]), strict=True))
    for pair in ranked[0]["pairs"]:
        key = frozenset((model_of(pair["first"]), model_of(pair["second"])))
        p_value, low, high = expected[key]
        assert (pair["n"], sorted((pair["first_only"], pair["second_only"]))) == (1538, [low, high])
        assert pair["p_value"] == pytest.approx(p_value)
        assert pair["p_value_holm"] == pytest.approx(adjusted[key])
        assert pair["different"] == (adjusted[key] <= 0.05)
    assert len(ranked[0]["subsets"]) == 6


@pytest.mark.browser
class TestPage:
    """The page of the four."""

    @pytest.fixture
    def visit(self, browser: Browser, ranked: tuple[dict[str, Any], Path]) -> Iterator[Visit]:
        opened = Visit(browser, ranked[1])
        yield opened
        opened.close()

    def test_all_models_and_subsets_are_on_one_page(self, visit: Visit, ranked: tuple[dict[str, Any], Path]) -> None:
        page = visit.page
        shown = page.locator("#models th bdi").all_text_contents()
        assert [model_of(name) for name in shown] == [model_of(each["name"]) for each in ranked[0]["models"]]
        assert page.locator("#parts-rows tr").count() == 7
        assert page.locator("#pairs-rows td button").count() == 12
        assert page.locator("#item-list .split").first.locator(".answer").count() == 4

    def test_items_of_a_pair_split_it(self, visit: Visit) -> None:
        page = visit.page
        page.locator("#pairs-rows tr").nth(0).locator("td").nth(3).locator("button").click()
        for item in page.locator("#item-list .split").all():
            outcomes = item.locator(".badge").all_text_contents()
            assert outcomes[0] == "correct"
            assert outcomes[3] != "correct"
