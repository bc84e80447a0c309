from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae import Protocol, UsageError, register_protocol
from pytest_haerae.catalogue import protocol_registry
from pytest_haerae.catalogue.protocol_registry import FOLDER, find_protocol, protocol_names
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.protocols import plainly
from pytest_haerae.config.run_config import build_config
from pytest_haerae.run.plan import make_plan
from tests.unit.installed import install

MINE = """
name = "mine/letters@1"
description = "Letters."
dataset = "kmmlu"
method = "log_likelihood"
"""
THEIRS = f"""
from pytest_haerae import Protocol
import tomllib
PROTOCOL = Protocol.of_fields(tomllib.loads('''{MINE}'''), "theirs")
WORDS = "no protocol"
"""
POINTS = """
[pytest_haerae.protocols]
mine/letters@1 = their_protocols:PROTOCOL
mine/other@1 = their_protocols:PROTOCOL
kmmlu/lm-eval-0shot@1 = their_protocols:PROTOCOL
words@1 = their_protocols:WORDS
gone@1 = their_protocols_gone:PROTOCOL
"""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(protocol_registry, "_REGISTERED", {})


def mine(name: str = "mine/letters@1") -> Protocol:
    return Protocol.of_fields(
        {"name": name, "description": "Letters.", "dataset": "kmmlu", "method": "log_likelihood"}, "here"
    )


@pytest.mark.parametrize("name", protocol_names())
def test_each_of_the_package_is_whole(name: str) -> None:
    protocol = find_protocol(name)
    assert protocol.name == name
    assert protocol.dataset.count("/") == 1 or find_benchmark(protocol.dataset) is not None
    assert all(entry.source and entry.model for entry in protocol.published)
    benchmark = find_benchmark(protocol.dataset)
    known = set(benchmark.configurations) if benchmark else set(protocol.subsets)
    assert set(protocol.subsets) <= known
    if benchmark and protocol.revision:
        assert protocol.revision == benchmark.revision
    for entry in protocol.published:
        assert set(map(plainly, entry.subsets)) <= set(map(plainly, known))
    config = build_config({"model": "random", "protocol": name}, Path())
    assert config.deviations == ()
    assert config.dataset == protocol.dataset
    model = "responses" if protocol.judge else "random"
    if model == "random":
        assert make_plan(config).first.config.protocol == name


def test_no_two_of_the_package_are_one_setting_or_have_one_name() -> None:
    found = [find_protocol(name) for name in protocol_names()]
    assert len({each.name for each in found}) == len(found) == len([*FOLDER.rglob("*.toml")])
    assert len({each.fingerprint for each in found}) == len(found)


def test_of_each_table_a_model_stands_there_once() -> None:
    for name in protocol_names():
        entries = find_protocol(name).published
        called = [other.casefold() for entry in entries for other in {entry.model, *entry.names}]
        assert len(called) == len(set(called)), name


@pytest.mark.parametrize("benchmark", ["click", "haerae", "kmmlu", "kmmlu_hard"])
def test_a_number_that_several_rules_read_says_so(benchmark: str) -> None:
    (entry,) = (each for each in find_protocol(f"{benchmark}/chat-letter@1").published if each.model == "GPT-5.2")
    assert entry.note.startswith("read by several rules: published 2025-12-15")


def test_one_that_is_registered_is_found_and_may_hide_an_installed_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "their_protocols", THEIRS, POINTS)
    assert find_protocol("mine/letters@1").dataset == "kmmlu"
    own = register_protocol(mine())
    assert find_protocol("mine/letters@1") is own
    assert {"mine/letters@1", "words@1", "haerae/lm-eval-0shot@1"} <= set(protocol_names())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine/other@1", "their_protocols:PROTOCOL is named 'mine/letters@1'; the entry point has to have the same"),
        ("words@1", "their_protocols:WORDS is no Protocol but str"),
        ("gone@1", "their_protocols_gone:PROTOCOL cannot be loaded: No module"),
        ("kmmlu/lm-eval-0shot@1", "pytest-haerae has a protocol of this name, and an installed package another"),
    ],
)
def test_what_an_installed_package_adds_wrongly_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, words: str
) -> None:
    install(monkeypatch, tmp_path, "their_protocols", THEIRS, POINTS)
    with pytest.raises(UsageError, match=f"^--protocol={name}: {words}"):
        find_protocol(name)


def test_an_own_name_is_nobody_elses() -> None:
    register_protocol(mine("kmmlu/lm-eval-0shot@1"))
    with pytest.raises(UsageError, match=r"a protocol of this name, and a conftest.py another: rename that one"):
        find_protocol("kmmlu/lm-eval-0shot@1")


def test_an_unknown_one_is_named_with_the_nearest() -> None:
    for typed in ("haerae/lm-eval-Oshot@1", "haerae/lm-eval-0shot", "haerae/lm_eval-0shot@1"):
        with pytest.raises(UsageError, match=r"did you mean 'haerae/lm-eval-0shot@1'\?.*, or a path to a .toml file"):
            find_protocol(typed)


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    assert find_protocol(str(path)).name == "mine/letters@1"
