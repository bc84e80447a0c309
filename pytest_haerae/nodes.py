"""What the plugin reads from pytest's nodes and reports, and writes on them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from pytest_haerae.redact import redact_text
from pytest_haerae.types import Item

ITEM_FIXTURE = "haerae_item"
PROPERTY_ID, PROPERTY_STATUS = "haerae_id", "haerae_status"


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is a worker of pytest-xdist."""
    return hasattr(config, "workerinput")


def status_of(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """The plugin's mark on a report: wrong, invalid, error, or None."""
    properties: Sequence[tuple[str, object]] = getattr(report, "user_properties", ())
    found: Mapping[str, object] = dict(properties)
    return str(found[PROPERTY_STATUS]) if PROPERTY_STATUS in found else None


def explain_in_one_line(item: pytest.Item, explanation: str) -> None:
    """Answer for a wrong item's failure with one line: rendering a traceback nobody reads costs a millisecond each."""
    render = item.repr_failure

    def repr_failure(excinfo: pytest.ExceptionInfo[BaseException], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as pytest's
        return explanation if excinfo.errisinstance(AssertionError) else render(excinfo, *arguments, **keywords)

    item.repr_failure = repr_failure  # type: ignore[method-assign]


def has_item_fixture(item: pytest.Item | pytest.Collector) -> bool:
    """Whether a test is parametrized with items."""
    return ITEM_FIXTURE in getattr(getattr(item, "callspec", None), "params", {})


def item_parameter(item: pytest.Item | pytest.Collector) -> Item | None:
    """The item that a test is about; None for other tests and for placeholders."""
    parameter = getattr(getattr(item, "callspec", None), "params", {}).get(ITEM_FIXTURE)
    return parameter if isinstance(parameter, Item) else None


def without_placeholders(collected: Any) -> Any:  # noqa: ANN401 - pytest's own: an item, a collector, a list, None
    """Drop the tests that a suite out of scope was parametrized with, before anything counts them."""
    if not isinstance(collected, list):
        return collected
    return [node for node in collected if not (has_item_fixture(node) and item_parameter(node) is None)]


def plain_nodeid(nodeid: str) -> str:
    """The node id of a test with an item as a serial run has it: without the group that --dist=loadgroup appends.

    Such a test has parameters, so its own node id ends in a bracket.
    """
    head, group, _ = nodeid.rpartition("]@")
    return f"{head}]" if group else nodeid


def function_nodeid(item: pytest.Item) -> str:
    """The node id of a test's function, without its parameters."""
    name = getattr(item, "originalname", None) or item.name
    return plain_nodeid(item.nodeid).removesuffix(item.name) + name


def add_suite_properties(config: pytest.Config, properties: Iterable[tuple[str, str]]) -> None:
    """Give names and values to the writer of --junitxml; its class is private, so its method is found by name."""
    writers = [plugin for plugin in config.pluginmanager.get_plugins() if hasattr(plugin, "add_global_property")]
    for name, value in properties if writers else ():
        for writer in writers:
            writer.add_global_property(name, value)


def rerun_command(config: pytest.Config, secrets: Iterable[str]) -> str | None:
    """The command that runs the wrong items again: this one with --lf, secrets masked; None without the cache."""
    if not config.pluginmanager.has_plugin("lfplugin"):
        return None
    known = tuple(secrets)
    arguments = [redact_text(str(argument), known) for argument in config.invocation_params.args]
    return shlex.join(["pytest", *(argument for argument in arguments if argument != "--lf"), "--lf"])
