"""What the plugin reads from pytest's nodes and reports, and writes on them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_haerae.errors import HaeraeError

if TYPE_CHECKING:
    from pytest_haerae.types import Item, Selected

ITEM_FIXTURES = ("haerae_item", "haerae_verdict", "haerae_response", "haerae_responses")
"""The fixtures that are parametrized with items, each by itself: a test that uses one sets up one."""
MODEL_FIXTURE = "haerae_model"
"""The fixture through which a test asks the model itself, and which is parametrized with the models of a session."""
PROPERTY_ID, PROPERTY_STATUS = "haerae_id", "haerae_status"
COLOURS: Mapping[str, Literal["red", "yellow"]] = {
    "wrong": "red",
    "invalid": "yellow",
    "cut": "yellow",
    "unjudged": "yellow",
}
"""The colours of outcomes that are not right, or not known, in the progress and beside the node ids."""


class WithoutModel:
    """What a test is parametrized with where no model is named: it is skipped, and nothing is read or asked."""


WITHOUT_MODEL = WithoutModel()
NO_MODEL = "no model is named: add --model=NAME or --demo"
"""Why a test of the model is skipped in a run that names none."""
_SKIPPED: pytest.StashKey[bool] = pytest.StashKey()
"""On a test of a user's own that asks the model: it is such a placeholder."""


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is a worker of pytest-xdist."""
    return hasattr(config, "workerinput")


def undistribute(config: pytest.Config) -> None:
    """Keep all in this process, before pytest-xdist reads its options."""
    if hasattr(config.option, "tx"):
        config.option.numprocesses, config.option.dist, config.option.tx = None, "no", []


def is_rehearsal(config: pytest.Config) -> bool:
    """Whether tests are only listed, with their fixtures or without, or only set up: then nothing is asked."""
    # --setup-plan sets --setup-only; a plugin of pytest's that is turned off leaves its option out.
    options = vars(config.option)
    return any(options.get(name) for name in ("collectonly", "setuponly", "show_fixtures_per_test"))


def status_of(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """The plugin's mark on a report: wrong, invalid, cut, unjudged, error, or None."""
    properties: Sequence[tuple[str, object]] = getattr(report, "user_properties", ())
    return next((str(value) for name, value in reversed(properties) if name == PROPERTY_STATUS), None)


def is_of_item(report: pytest.TestReport | pytest.CollectReport) -> bool:
    """Whether a report is of a test that asked for its item's verdict."""
    return any(name == PROPERTY_ID for name, _ in vars(report).get("user_properties", ()))


def is_of_part(report: pytest.TestReport | pytest.CollectReport) -> bool:
    """Whether a report is of a part of a test, by pytest's fixture `subtests` or, before pytest 9, by its plugin."""
    return type(report).__name__.lower() == "subtestreport"


def one_line_report(item: pytest.Item, call: pytest.CallInfo[None], explanation: str) -> pytest.TestReport:
    """The report of a failed test in one line: rendering a traceback nobody reads costs a millisecond each.

    Args:
        item: The test.
        call: How it ended.
        explanation: The line, redacted.
    """
    # Imported here: every pytest start imports this module.
    from pytest_haerae.escaping import line

    raised = call.excinfo
    # What is no exception is taken as the failure's text, as it is; an empty one would be no failure.
    call.excinfo = line(explanation) or "no explanation"  # type: ignore[assignment]
    try:
        return pytest.TestReport.from_item_and_call(item, call)
    finally:
        call.excinfo = raised


def has_item_fixture(item: pytest.Item | pytest.Collector) -> bool:
    """Whether a test is parametrized with items."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    return any(name in params for name in ITEM_FIXTURES)


def item_parameter(item: pytest.Item | pytest.Collector) -> Item | None:
    """The item that a test is about; None for other tests and for placeholders."""
    parameter = selected_parameter(item)
    return None if parameter is None else parameter.item


def selected_parameter(item: pytest.Item | pytest.Collector) -> Selected | None:
    """What a test was parametrized with: an item and its data set; None for other tests and for placeholders."""
    from pytest_haerae.types import Selected

    if (callspec := getattr(item, "callspec", None)) is not None:
        params = callspec.params
        for name in ITEM_FIXTURES:
            if name in params and isinstance(params[name], Selected):
                return params[name]  # type: ignore[no-any-return] # mypy does not see what was looked at
    return None


def parametrizes_models(test: pytest.Item | pytest.Collector) -> bool:
    """Whether a mark of the user's parametrizes a test with models."""
    return any(MODEL_FIXTURE in argument_names(mark) for mark in test.iter_markers("parametrize"))


def argument_names(mark: pytest.Mark) -> list[str]:
    """The names that a mark `parametrize` gives values to."""
    names = mark.kwargs.get("argnames", mark.args[0] if mark.args else "")
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)


def skip_without_model(item: pytest.Item) -> None:
    """Make a placeholder of a user's own test that asks the model."""
    item.add_marker(pytest.mark.skip(reason=NO_MODEL))
    item.stash[_SKIPPED] = True


def is_without_model(item: pytest.Item | pytest.Collector) -> bool:
    """Whether a test is a placeholder in a run that names no model."""
    if item.stash.get(_SKIPPED, False):
        return True
    params = getattr(getattr(item, "callspec", None), "params", {})
    return any(params.get(name) is WITHOUT_MODEL for name in ITEM_FIXTURES)


def without_placeholders(collected: Any) -> Any:  # noqa: ANN401 - pytest's own: an item, a collector, a list, None
    """Drop the tests that a suite out of scope was parametrized with, before anything counts them."""
    if not isinstance(collected, list):
        return collected
    return [
        node
        for node in collected
        if item_parameter(node) is not None or not has_item_fixture(node) or is_without_model(node)
    ]


def plain_nodeid(nodeid: str) -> str:
    """The node id of a test with an item as a serial run has it: without the group that --dist=loadgroup appends.

    Such a test has parameters, so its own node id ends in a bracket.
    """
    head, group, name = nodeid.rpartition("]@")
    return f"{head}]" if group and "::" in head and "::" not in name else nodeid


def add_suite_properties(config: pytest.Config, properties: Iterable[tuple[str, str]]) -> None:
    """Give names and values to the writer of --junitxml."""
    writers = junit_writers(config)
    for name, value in properties if writers else ():
        for writer in writers:
            writer.add_global_property(name, value)


def refused(config: pytest.Config, problem: HaeraeError) -> pytest.UsageError:
    """What ends the session with a mistake; where that is the file of --junitxml, pytest does not write it either."""
    if str(problem).startswith("--junitxml "):
        for writer in junit_writers(config):
            writer.logfile = os.devnull
    return pytest.UsageError(str(problem))


def junit_writers(config: pytest.Config) -> list[Any]:
    """The writer of --junitxml; its class is private, so it is found by its method's name."""
    return [plugin for plugin in config.pluginmanager.get_plugins() if hasattr(plugin, "add_global_property")]
