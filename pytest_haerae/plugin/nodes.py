"""What the plugin reads from pytest's nodes and reports, and writes on them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pytest_haerae.errors import HaeraeError

if TYPE_CHECKING:
    from pytest_haerae.types import Item

ITEM_FIXTURES = ("haerae_item", "haerae_verdict")
"""The fixtures that are parametrized with items, each by itself: a test that uses one sets up one."""
PROPERTY_ID, PROPERTY_STATUS = "haerae_id", "haerae_status"
COLOURS: Mapping[str, Literal["red", "yellow"]] = {"wrong": "red", "invalid": "yellow", "cut": "yellow"}
"""The colours of outcomes that are not right, in the progress and beside the node ids."""


class WithoutModel:
    """What a test is parametrized with where no model is named: it is skipped, and nothing is read or asked."""


WITHOUT_MODEL = WithoutModel()


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is a worker of pytest-xdist."""
    return hasattr(config, "workerinput")


def is_rehearsal(config: pytest.Config) -> bool:
    """Whether tests are only listed, with their fixtures or without, or only set up: then nothing is asked."""
    # --setup-plan sets --setup-only; a plugin of pytest's that is turned off leaves its option out.
    options = vars(config.option)
    return any(options.get(name) for name in ("collectonly", "setuponly", "show_fixtures_per_test"))


def status_of(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """The plugin's mark on a report: wrong, invalid, cut, error, or None."""
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
    from pytest_haerae.types import Item

    params = getattr(getattr(item, "callspec", None), "params", {})
    for name in ITEM_FIXTURES:
        if isinstance(parameter := params.get(name), Item):
            return parameter
    return None


def is_without_model(item: pytest.Item | pytest.Collector) -> bool:
    """Whether a test is the placeholder of a suite in a run that names no model."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    return any(params.get(name) is WITHOUT_MODEL for name in ITEM_FIXTURES)


def without_placeholders(collected: Any) -> Any:  # noqa: ANN401 - pytest's own: an item, a collector, a list, None
    """Drop the tests that a suite out of scope was parametrized with, before anything counts them."""
    if not isinstance(collected, list):
        return collected
    return [
        node
        for node in collected
        if not has_item_fixture(node) or item_parameter(node) is not None or is_without_model(node)
    ]


def plain_nodeid(nodeid: str) -> str:
    """The node id of a test with an item as a serial run has it: without the group that --dist=loadgroup appends.

    Such a test has parameters, so its own node id ends in a bracket.
    """
    head, group, name = nodeid.rpartition("]@")
    return f"{head}]" if group and "::" in head and "::" not in name else nodeid


def function_nodeid(item: pytest.Item) -> str:
    """The node id of a test's function, without its parameters."""
    name = getattr(item, "originalname", None) or item.name
    return plain_nodeid(item.nodeid).removesuffix(item.name) + name


def add_suite_properties(config: pytest.Config, properties: Iterable[tuple[str, str]]) -> None:
    """Give names and values to the writer of --junitxml."""
    writers = _junit_writers(config)
    for name, value in properties if writers else ():
        for writer in writers:
            writer.add_global_property(name, value)


def refused(config: pytest.Config, problem: HaeraeError) -> pytest.UsageError:
    """What ends the session with a mistake; where that is the file of --junitxml, pytest does not write it either."""
    if str(problem).startswith("--junitxml "):
        for writer in _junit_writers(config):
            writer.logfile = os.devnull
    return pytest.UsageError(str(problem))


def _junit_writers(config: pytest.Config) -> list[Any]:
    """The writer of --junitxml; its class is private, so it is found by its method's name."""
    return [plugin for plugin in config.pluginmanager.get_plugins() if hasattr(plugin, "add_global_property")]
