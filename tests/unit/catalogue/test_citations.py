from __future__ import annotations

import pytest

from pytest_haerae.catalogue.citations import Source, arxiv, folded, works_of

ONE, OTHER = (arxiv(key, "2309.02706", "{B}ench", "Kim, A and Lee, B") for key in ("one", "other"))
SOURCES = (Source(("HAE-RAE Bench", "HUB/HAE_RAE_1.1"), ONE), Source(("KMMLU",), OTHER))


def test_a_work_of_arxiv_has_its_year_and_address() -> None:
    assert ONE.bibtex().splitlines() == [
        "@misc{one,",
        "  title = {{B}ench},",
        "  author = {Kim, A and Lee, B},",
        "  year = {2023},",
        "  url = {https://arxiv.org/abs/2309.02706},",
        "}",
    ]


@pytest.mark.parametrize("name", ["HAE-RAE Bench", "hae_rae bench", "HUB/HAE_RAE_1.1"])
def test_a_source_is_known_by_each_of_its_names(name: str) -> None:
    assert works_of(SOURCES, [name, "unheard of", ""]) == [ONE]
    assert works_of(SOURCES, ["KMMLU", name, name]) == [ONE, OTHER]


def test_names_are_folded_to_letters_and_digits() -> None:
    assert folded("short-form") == folded("Short form") == "shortform"
    assert folded("객관식 1") == "객관식1"
