from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.given import LISTED, Given
from pytest_haerae.types import Response
from tests.unit.fakes import Ledger, scripted
from tests.unit.plugin.sessions import a_config


def test_options_of_the_command_line_go_before_the_ini_files(tmp_path: Path) -> None:
    given = Given(a_config(tmp_path, {"limit": "2", "subset": []}, {"limit": "3", "subset": ["a"], "model": "random"}))
    options = given.options()
    assert (options["limit"], options["subset"], options["model"]) == ("2", ["a"], "random")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [({}, "true"), ({"limit": "2"}, "true"), ({"model": "random"}, None), ({"model": "random", "demo": True}, True)],
)
def test_a_model_that_is_typed_goes_before_the_demo_of_the_ini_file(
    tmp_path: Path, typed: dict[str, object], expected: object
) -> None:
    """Else it would be asked the sample's questions by log-likelihood, which nobody typed."""
    assert Given(a_config(tmp_path, typed, {"demo": "true"})).options()["demo"] == expected


def test_backends_of_all_conftests_are_known(tmp_path: Path) -> None:
    backend = scripted(lambda request: Response(text=""), Ledger())
    assert Given(a_config(tmp_path, backends={"mine": backend})).backends() == {"mine": backend}
    assert Given(a_config(tmp_path)).backends() == {}


@pytest.mark.parametrize(
    ("options", "ini", "expected"),
    [
        ({}, {}, True),
        ({}, {"min_accuracy": ["0.9"], "limit": "3"}, True),
        ({}, {"model": "random"}, False),
        ({}, {"demo": "true"}, False),
        ({}, {"demo": "false"}, True),
        ({"model": "random"}, {}, False),
        ({"demo": True}, {}, False),
        ({"min_accuracy": ["0.9"]}, {}, False),
        ({"limit": "3"}, {}, False),
        ({"resume": False}, {}, False),
        ({"subset": []}, {}, True),
    ],
)
def test_a_run_is_about_other_tests_where_no_model_is_named_and_no_option_typed(
    tmp_path: Path, options: dict[str, object], ini: dict[str, object], expected: bool
) -> None:
    assert Given(a_config(tmp_path, options, ini)).no_model() == expected


def test_a_malformed_option_of_the_ini_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--dataset-params"):
        Given(a_config(tmp_path, ini={"dataset_params": "{"})).no_model()


@pytest.mark.parametrize("listing", ["collectonly", "setuponly", "show_fixtures_per_test"])
def test_a_listing_needs_what_decides_the_items_and_no_model(tmp_path: Path, listing: str) -> None:
    config = a_config(tmp_path, {"limit": "2", "min_accuracy": ["9"]}, {"model": "vllm", "model_params": "{"})
    assert not Given(config).lists_only()
    setattr(config.option, listing, True)
    options = Given(config).options()
    assert Given(config).lists_only()
    assert set(options) == {*LISTED, "model", "model_params"}
    assert (options["limit"], options["model"], options["model_params"]) == ("2", "random", {})
    for typed in ({"model": "openai"}, {"demo": True}):
        config.options |= {f"haerae_{name}": value for name, value in typed.items()}
        assert not Given(config).lists_only(), "what is typed is checked"
        config.options |= dict.fromkeys([f"haerae_{name}" for name in typed])


def test_a_list_has_the_data_of_the_ini_files_demo(tmp_path: Path) -> None:
    """It was that of HAE-RAE Bench, from the hub, and its ids were not those of the run."""
    listing = a_config(tmp_path, {}, {"demo": "true"})
    listing.option.collectonly = True
    assert Given(listing).options()["dataset"] == "sample"
